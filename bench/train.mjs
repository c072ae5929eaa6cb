/** One epoch of the paper's network on 1024 mails, batches of 32: Gradus, Keras, PyTorch and stock tfjs-node. */
import { relative } from 'node:path';
import { root } from '../scripts/setup/places.mjs';
import { inNode, inPython, takeTurns, withContenders } from './contender.mjs';
import { kerasPython, torchPython } from './python.mjs';
import { median, ratio, ratioText, writeResult } from './summary.mjs';
import { withTexts } from './texts.mjs';

/** In a row, in each round: a training goes on, and does not come back from seconds in which others ran. */
const epochs = 3;

/**
 * Stock tfjs-node takes 25 times as long, so that who waits for it comes back cold: it takes turns with Gradus alone,
 * after the others.
 */
const stock = { rounds: 3, epochs: 1 };

const cases = {
  full: { about: 'all sequences of length 100', networks: 1, natural: false, goals: { Keras: 0.5, 'tfjs-node': 0.1 } },
  natural: {
    about: 'natural lengths (the others pad to 100)',
    networks: 1,
    natural: true,
    goals: { Keras: 0.42, 'tfjs-node': 0.1 },
  },
  several: {
    about: '4 networks side by side, natural lengths (the others one after the other, padded to 100)',
    networks: 4,
    natural: true,
    goals: { Keras: 0.38 },
  },
};

export async function bench({ rounds }) {
  const [keras, torch] = [await kerasPython(), await torchPython()];
  const results = {};
  let mails = 0;
  await withTexts('mail', async (write) => {
    const { meanLength, ...data } = write('train', 'topic', 1024);
    mails = data.texts;
    for (const [name, { about, networks, natural, goals }] of Object.entries(cases)) {
      console.log(`\n ${about}; ${mails} mails${natural ? `, ${meanLength.toFixed(0)} tokens in the mean` : ''}`);
      const options = { ...data, networks, natural };
      const gradus = inNode('Gradus', 'gradus-train.mjs', options);
      const wanted = [gradus, inPython('Keras', keras, 'keras_train.py', options)];
      if (torch !== null) wanted.push(inPython('PyTorch', torch, 'torch_train.py', options));
      const compare = async (those, turns) => {
        const answers = await withContenders(those, (contenders) =>
          takeTurns(contenders, turns.rounds, () => ({ epochs: turns.epochs })),
        );
        report(answers, goals);
        return answers;
      };
      results[name] = { fast: await compare(wanted, { rounds, epochs }) };
      if (networks > 1) continue;
      results[name].stock = await compare([gradus, inNode('tfjs-node', 'tfjs-train.mjs', options)], stock);
    }
  });
  const file = writeResult('train', { rounds, epochs, stock, mails, batch: 32, cases: results });
  console.log(`\n written to ${relative(root, file)}`);
}

function report(answers, goals) {
  const seconds = (name) => answers[name].map((answer) => answer.seconds);
  for (const [name, [{ version }]] of Object.entries(answers)) {
    const time = `${median(seconds(name)).toFixed(3).padStart(7)} s an epoch`;
    const against = ratioText(ratio(seconds('Gradus'), seconds(name)), goals[name]);
    console.log(
      `   ${name.padEnd(10)} ${time}${name === 'Gradus' ? '' : `   Gradus / ${name} ${against}`}   ${version}`,
    );
  }
}
