/** The demo's last act: a schedule looks at what the simulated users corrected, and the model learns from it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NumberedIteration } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { createSchedule, on, whenInWords } from '../platform/schedules.ts';
import { demoName, examplePlan, follow, type Stage } from './demo-stage.ts';
import type { DemoUsers } from './demo-users.ts';
import { iterationText } from './iteration-text.ts';
import { comparisonSentence, examinationsOf } from './story.ts';

const scheduleName = 'learn-mail';
const withinMs = 60_000;

export interface Learnt {
  iteration: NumberedIteration;
  /** Null where there was nothing to learn. */
  release: ReleaseReport | null;
}

/** Makes the schedule anew, lets it look once, and follows what comes of it; null where no look was made in time. */
export async function learnFromUsers(stage: Stage, users: DemoUsers): Promise<Learnt | null> {
  const { client, screen } = stage;
  const order = await examplePlan('learn');
  const { model, iterate } = order.plan;
  const when = { everyMs: iterate.everyMs ?? 0 };
  const before = await newestOf(stage, model);
  await on(client, scheduleName, (handle) => handle.delete()).catch(() => {});
  // Paused: after the demo it would look by itself once a week, and nobody would know why.
  const policy = { jitterMs: 0, overlap: 'skip', catchUpMs: 60_000, paused: true } as const;
  await createSchedule(client, { ...order, ...policy, name: scheduleName, by: demoName, when });
  screen.say('');
  screen.say(` schedule ${scheduleName}: ${whenInWords(when)}, is there something to learn from users? It looks now.`);
  await on(client, scheduleName, (handle) => handle.trigger());
  const newest = (holds: (one: NumberedIteration) => boolean): Promise<NumberedIteration | null> =>
    until(stage, async () => {
      const one = await newestOf(stage, model);
      return one !== null && one.number !== before?.number && holds(one) ? one : null;
    });
  const begun = await newest(({ release, endedAt }) => release !== null || endedAt !== null);
  if (begun === null) return null;
  for (const line of iterationText({ ...begun, release: null }).split('\n')) screen.say(` ${line}`);
  const release = begun.release === null ? null : await follow(stage, begun.release, users);
  const iteration = (await newest(({ endedAt }) => endedAt !== null)) ?? begun;
  return { iteration, release };
}

/** What came of it, in a few lines. */
export function learntLines({ iteration, release }: Learnt): string[] {
  if (release === null) return [` iteration ${iteration.number}: ${iteration.outcome}`];
  const compared = comparisonSentence(examinationsOf(release));
  return [` iteration ${iteration.number}: ${iteration.outcome}`, ...(compared === null ? [] : [`   ${compared}`])];
}

function newestOf({ store }: Stage, model: string): Promise<NumberedIteration | null> {
  return store.iterations.newest(model);
}

async function until<T>({ signal }: Stage, look: () => Promise<T | null>): Promise<T | null> {
  for (const end = Date.now() + withinMs; Date.now() < end && !signal.aborted;) {
    const found = await look();
    if (found !== null) return found;
    await sleep(200);
  }
  return null;
}
