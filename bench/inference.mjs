/** Answers a second of the paper's network and the memory that they take; and whether long training takes ever more. */
import { relative } from 'node:path';
import { root } from '../scripts/setup/places.mjs';
import { inNode, inPython, takeTurns, withContenders } from './contender.mjs';
import { kerasPython } from './python.mjs';
import { median, ratio, ratioText, writeResult } from './summary.mjs';
import { withTexts } from './texts.mjs';

/** Mails that are answered in a round, by the size of a batch. */
const counts = { 256: 1024, 32: 1024, 1: 64 };
const compiledGoals = { 256: 1, 32: 1, 1: 1 };
/** How much of each other's time Gradus may take, by the size of a batch. */
const goals = {
  'Keras predict': { 256: 0.5, 32: 0.5, 1: 0.05 },
  'tf.function to 100': compiledGoals,
  'tf.function to longest': compiledGoals,
  'tf.function XLA': compiledGoals,
};
const batches = Object.keys(counts).sort((a, b) => b - a);

export async function bench({ rounds }) {
  const python = await kerasPython();
  const result = await withTexts('mail', async (write) => {
    const { meanLength, ...data } = write('held-out', 'spam');
    console.log(
      `\n answers a second, ${meanLength.toFixed(0)} tokens in the mean (the others pad to 100, or as they say)`,
    );
    const options = { ...data, counts };
    const inKeras = (name, way) => inPython(name, python, 'keras_inference.py', { ...options, way });
    const wanted = [
      inNode('Gradus', 'gradus-inference.mjs', options),
      inKeras('Keras predict', 'predict'),
      inKeras('tf.function to 100', 'function'),
      inKeras('tf.function to longest', 'longest'),
      inKeras('tf.function XLA', 'xla'),
      inNode('tfjs-node', 'tfjs-inference.mjs', options),
    ];
    const [answers, memory] = await withContenders(wanted, async (contenders) => [
      await takeTurns(contenders, rounds),
      Object.fromEntries(contenders.map((contender) => [contender.name, contender.memory()])),
    ]);
    report(answers, memory);
    return { counts, answers, memory, long: await trainLong(write('train', 'topic', 64)) };
  });
  const file = writeResult('inference', { rounds, ...result });
  console.log(`\n written to ${relative(root, file)}`);
}

function report(answers, memory) {
  const seconds = (name, batch) => answers[name].map((answer) => answer.seconds[batch]);
  for (const batch of batches) {
    console.log(`\n   batches of ${batch}`);
    for (const name of Object.keys(answers)) {
      const speed = (counts[batch] / median(seconds(name, batch))).toFixed(0);
      const against = ratioText(ratio(seconds('Gradus', batch), seconds(name, batch)), goals[name]?.[batch]);
      console.log(
        `   ${name.padEnd(22)} ${speed.padStart(6)} a second${name === 'Gradus' ? '' : `   Gradus / it ${against}`}`,
      );
    }
  }
  console.log('\n   most resident memory');
  for (const [name, [{ version }]] of Object.entries(answers)) {
    console.log(`   ${name.padEnd(22)} ${String(memory[name].peak).padStart(6)} MiB   ${version}`);
  }
}

/** Resident MiB of a process that trains, after some epochs and after ten times as many. */
async function trainLong({ folder, classes, texts: mails }) {
  const memory = {};
  await withContenders([inNode('Gradus', 'gradus-train.mjs', { folder, classes })], async ([gradus]) => {
    for (let epoch = 1; epoch <= 200; epoch++) {
      await gradus.round();
      if (epoch === 20 || epoch === 200) memory[epoch] = gradus.memory().now;
    }
  });
  const grown = memory[200] - memory[20];
  console.log(
    `\n   Gradus trains ${mails} mails: resident ${memory[20]} MiB after epoch 20, ${memory[200]} MiB after epoch 200 (${grown < 0 ? '' : '+'}${grown})`,
  );
  return { mails, memory };
}
