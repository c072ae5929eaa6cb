/** Giving users the candidate, and taking it back: as soon as nothing holds the release, under the eyes of a guard. */
import { CancellationScope } from '@temporalio/workflow';
import type { Asked } from '../src/domain/freeze.ts';
import type { levelsOf } from '../src/domain/levels.ts';
import { has } from './changes.ts';
import { routes } from './activities.ts';
import type { Guard } from './asking.ts';
import { isOfType } from './failure-words.ts';
import type { Stage } from './stage.ts';

/** Registers the undo first: from here on, whatever goes wrong, `backToStable` has something to put back. */
export async function expose(stage: Stage, level: ReturnType<typeof levelsOf>[number], guard?: Guard): Promise<void> {
  const { position, candidate, number } = stage;
  stage.checkUndo();
  const { revision } = await grown(
    stage,
    (asked) => routes.expose({ ...stage.moving, ...asked, candidate: candidate.digest, level }),
    guard,
  );
  position.effectiveAt = Date.now();
  position.exposure = level.share;
  const at = new Date(position.effectiveAt).toISOString();
  await stage.tell({
    state: 'running',
    note: level.name,
    exposurePoint: { at, stage: number, step: position.step, share: level.share, revision },
  });
}

/** Gives more users the candidate, as soon as nothing holds the release; `guard` watches over those who have it. */
export async function grown<T>(
  stage: Stage,
  grow: (asked: { asked?: Asked }) => Promise<T>,
  guard?: Guard,
): Promise<T> {
  for (;;) {
    const isHeld = has('clearance');
    if (isHeld) await stage.cleared(guard);
    stage.position.exposed = true;
    try {
      return await grow(isHeld ? { asked: { at: Date.now(), ...stage.overridden() } } : {});
    } catch (error) {
      // Stopped or frozen in the moment between, or while no worker was there: the store let nothing grow.
      if (!isOfType(error, 'STOPPED_ALL') && !isOfType(error, 'FROZEN')) throw error;
    }
  }
}

export async function backToStable(stage: Stage): Promise<void> {
  const { position, before, number } = stage;
  if (!position.exposed) return;
  await CancellationScope.nonCancellable(async () => {
    const { revision } = await routes.restore({ ...stage.moving, versions: before });
    position.exposure = 0;
    const at = new Date().toISOString();
    await stage.tell({
      state: 'failed',
      note: 'every user is back on stable',
      exposurePoint: { at, stage: number, step: position.step, share: 0, revision },
    });
  });
}
