/** Answers of the same network of tfjs-node's own layers. */
import { options, readMails, serve, stockNetwork, timeBatches } from './shared.mjs';

const { ids, length } = readMails(options.folder);
const { tf, model, version } = stockNetwork(options.classes, length);

await serve(async () => ({
  seconds: await timeBatches(options.counts, (from, to) =>
    tf.tidy(() => model.predict(tf.tensor2d(ids.subarray(from * length, to * length), [to - from, length])).dataSync()),
  ),
  version,
}));
