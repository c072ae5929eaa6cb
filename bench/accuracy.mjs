/** The paper's network trained by Gradus and by Keras, each from weights of its own: equally good, and how much sooner? */
import { relative } from 'node:path';
import { root } from '../scripts/setup/places.mjs';
import { inNode, inPython, takeTurns, withContenders } from './contender.mjs';
import { kerasPython } from './python.mjs';
import { mean, median, ratio, ratioText, standardError, writeResult } from './summary.mjs';
import { reviews, withTexts } from './texts.mjs';

const trainings = [
  { data: 'mail', capability: 'spam', epochs: 3 },
  { data: 'mail', capability: 'topic', epochs: 8 },
  { data: reviews, capability: 'sentiment', epochs: 3 },
];

export async function bench({ seeds }) {
  const python = await kerasPython();
  const results = {};
  for (const { data, capability, epochs } of trainings) {
    await withTexts(data, async (write) => {
      const [train, heldOut] = [write('train', capability), write('held-out', capability)];
      console.log(
        `\n ${capability}: ${train.texts} texts, ${heldOut.texts} held out; epochs: ${epochs}, seeds: ${seeds}`,
      );
      const options = { ...train, heldOut: heldOut.folder };
      const wanted = [
        inNode('Gradus', 'gradus-accuracy.mjs', options),
        inPython('Keras', python, 'keras_accuracy.py', options),
      ];
      // Round 0, which is thrown away, need not go to the end.
      const request = (round) => ({ seed: round, epochs: round === 0 ? 1 : epochs });
      const answers = await withContenders(wanted, (contenders) => takeTurns(contenders, seeds, request));
      results[capability] = { data, texts: train.texts, heldOut: heldOut.texts, epochs, answers };
      report(answers);
    });
  }
  const file = writeResult('accuracy', { seeds, batch: 32, learningRate: 1e-3, capabilities: results });
  console.log(`\n written to ${relative(root, file)}`);
}

function report(answers) {
  const final = (name) => answers[name].map(({ accuracies }) => accuracies.at(-1));
  // Of an epoch; a median, because the first one of each model in Keras traces its graph.
  const seconds = (name) => answers[name].map((answer) => median(answer.seconds));
  const target = Math.min(...Object.keys(answers).map((name) => mean(final(name))));
  const needed = (name) => epochsTo(target, answers[name]);
  for (const [name, [{ version }]] of Object.entries(answers)) {
    const spread = final(name).length > 1 ? ` ± ${standardError(final(name)).toFixed(4)}` : '';
    const accuracy = `${mean(final(name)).toFixed(4)}${spread}`;
    const [time, epochs] = [median(seconds(name)), needed(name)];
    const reached = `${(time * epochs).toFixed(2)} s to ${target.toFixed(4)} (epoch ${epochs})`;
    console.log(`   ${name.padEnd(8)} ${accuracy}   ${time.toFixed(3)} s an epoch   ${reached}   ${version}`);
  }
  if (final('Gradus').length > 1) {
    const [ours, theirs] = [final('Gradus'), final('Keras')];
    const error = Math.hypot(standardError(ours), standardError(theirs));
    const difference = mean(ours) - mean(theirs);
    console.log(
      `   Gradus − Keras: ${difference.toFixed(4)} ± ${error.toFixed(4)} ${difference >= -error ? '✓' : '✗'} at least −${error.toFixed(4)}`,
    );
  }
  const toTarget = (name) => seconds(name).map((time) => time * needed(name));
  const epoch = ratioText(ratio(seconds('Gradus'), seconds('Keras')));
  console.log(
    `   Gradus / Keras: an epoch ${epoch}, to the same accuracy ${ratioText(ratio(toTarget('Gradus'), toTarget('Keras')))}`,
  );
}

/** The first epoch after which the mean accuracy over the seeds is that high. */
function epochsTo(target, answers) {
  const [{ accuracies }] = answers;
  return 1 + accuracies.findIndex((_, epoch) => mean(answers.map((answer) => answer.accuracies[epoch])) >= target);
}
