/** Gradus's own networks, some epochs a round. */
import { startTeam } from './gradus-team.mjs';
import { options, readMails, serve, timed } from './shared.mjs';

const team = await startTeam(options);
await team.make(1);
const order = [...readMails(options.folder).labels.keys()];
await serve(async ({ epochs = 1 }) => {
  let loss = 0;
  const { seconds } = await timed(async () => {
    for (let epoch = 0; epoch < epochs; epoch++) loss = await team.epoch(order);
  });
  return { seconds: seconds / epochs, loss, version: team.about };
});
await team.stop();
