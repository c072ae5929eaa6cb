/** Whether a look that is triggered now could only fail, because its model is being released. */
import type { Client } from '@temporalio/client';
import { GradusError } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';
import { readSchedule } from './schedules.ts';

/**
 * A look whose release finds the model taken fails. One that comes while the look before has a release of its own under way
 * waits for it, takes its place or is left out, as the schedule's overlap says. Throws `MODEL_BUSY`, with the release.
 */
export async function insistFree(
  client: Client,
  { releases, iterations }: Pick<Store, 'releases' | 'iterations'>,
  name: string,
): Promise<void> {
  const { model, overlap } = await readSchedule(client, name);
  const holder = await releases.holder(model);
  if (holder === null) return;
  const own = (await iterations.list(model)).find(({ release }) => release === holder.id);
  const isOwn = own?.workflow.startsWith(`${name}-`) === true;
  if (isOwn && overlap !== 'skip') return;
  const why = isOwn
    ? `${holder.id}, which its look before started, is under way, and it skips looks meanwhile (--overlap skip)`
    : `${model} is being released by ${holder.id}, so the release of a look now could only fail`;
  const next = `Wait for its end: gradus release watch ${holder.id}`;
  throw new GradusError('MODEL_BUSY', `${name} was not triggered: ${why}. ${next}`);
}
