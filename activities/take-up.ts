/** A release that had ended and runs again, because it was reset: it goes on only where that can do no harm. */
import { GradusError } from '../src/domain/errors.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import type { ReleaseReport } from '../src/domain/report.ts';
import type { Route } from '../src/domain/route.ts';

/** Takes the model again; throws `RELEASE_OVER` where others have it, or users have been moved since. */
export async function takeUp(ports: RecordPorts, report: ReleaseReport, runId: string): Promise<void> {
  const { id, model, plan, startedAt } = report;
  const holder = await ports.releases.holder(model);
  const [first] = holder === null ? await ports.releases.queue(model) : [holder.id];
  if (first !== undefined && first !== id) throw over(id, `${first} has the model ${model} now`);
  const moved = movedSince(report, await ports.routes.current(model));
  if (moved.length > 0) throw over(id, `what users get has changed since (${moved.join(', ')})`);
  await ports.releases.begin({ id, runId, model, plan, startedAt });
}

/** Capabilities whose users have something else than the report says. */
function movedSince({ candidate, stages }: ReleaseReport, routes: readonly Route[]): string[] {
  const known = new Map(routes.map((route) => [route.capability, route]));
  const digest = candidate?.digest ?? null;
  return stages.flatMap(({ capabilities, state, exposure }) =>
    capabilities.filter((capability) => {
      const route = known.get(capability);
      if (state === 'released') return route?.stable !== digest;
      return (route?.candidate ?? null) !== (state === 'running' && exposure > 0 ? digest : null);
    }),
  );
}

function over(id: string, why: string): GradusError {
  const message = `${id} had ended before it was reset, and ${why}, so it cannot go on from where it was reset to, and changed nothing`;
  return new GradusError(
    'RELEASE_OVER',
    `${message}. Start another release, or reset it to its first task: it begins anew then.`,
  );
}
