/** The same network of tfjs-node's own layers, one epoch a round. */
import { options, readMails, serve, stockNetwork, timed } from './shared.mjs';

const { ids, labels, length } = readMails(options.folder);
const { tf, model, version } = stockNetwork(options.classes, length);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
const x = tf.tensor2d(ids, [labels.length, length], 'int32');
const y = tf.tensor1d(Float32Array.from(labels));

await serve(async () => {
  const fit = () => model.fit(x, y, { batchSize: 32, epochs: 1, shuffle: false, verbose: 0 });
  const { seconds, result } = await timed(fit);
  return { seconds, loss: result.history.loss[0], version };
});
