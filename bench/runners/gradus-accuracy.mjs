/** Gradus's own network, a whole training a round: how long each epoch takes, and what it answers afterwards. */
import { createRandom, shuffle } from '../../dist/src/model/random.js';
import { startTeam } from './gradus-team.mjs';
import { options, readMails, serve, timed } from './shared.mjs';

const team = await startTeam(options);
const order = [...readMails(options.folder).labels.keys()];
await serve(async ({ seed, epochs }) => {
  await team.make(seed);
  const random = createRandom(seed);
  const [seconds, accuracies] = [[], []];
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    seconds.push((await timed(() => team.epoch(order))).seconds);
    accuracies.push(await team.accuracy());
  }
  return { seconds, accuracies, version: team.about };
});
await team.stop();
