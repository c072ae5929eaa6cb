/** Gradus's own networks, one epoch a round. */
import { startTeam } from './gradus-team.mjs';
import { options, readMails, serve, timed } from './shared.mjs';

const team = await startTeam(options);
await team.make(1);
const order = [...readMails(options.folder).labels.keys()];
await serve(async () => {
  const { seconds, result: loss } = await timed(() => team.epoch(order));
  return { seconds, loss, version: team.about };
});
await team.stop();
