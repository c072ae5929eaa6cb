/** Stops all releases, or ends that: on record first, then in the routes, then told to each release. */
import { clearLeftovers } from '../../activities/leftovers.ts';
import type { AuditEvent } from '../domain/audit.ts';
import { afterStop, type AfterStop } from '../domain/after-stop.ts';
import type { StopAll } from '../domain/control.ts';
import { GradusError } from '../domain/errors.ts';
import { noteRefusal, type Deed } from '../domain/on-record.ts';
import { insistAllowed } from '../domain/permission.ts';
import { printable } from '../domain/words.ts';
import type { Store } from '../store/store.ts';

type Records = Pick<Store, 'stopAlls' | 'policies' | 'audit' | 'routes'>;

export interface StopOrder {
  /** The same for the same order: what arrives twice is done once. */
  id: string;
  by: string;
  why: string;
  rollBack: boolean;
  /** Where it was said. */
  via: string;
}

/**
 * In force when it resolves, whether Temporal is there or not: no exposure grows, and where users are to be put back, the
 * routes say so. Throws `NOT_ALLOWED`.
 */
export async function stopAll(store: Records, { via, ...order }: StopOrder): Promise<StopAll> {
  const deed = { subject: 'stop-all', operation: 'stop all', did: 'stopped all releases', by: order.by, via };
  await refusable(store, deed, () => insistAllowed(store.policies, order.by, 'stopAll'));
  if (order.why.trim() === '')
    throw new GradusError('REQUEST_INVALID', 'Say why all releases are stopped: --why REASON');
  const why = printable(order.why).slice(0, 2000);
  const stop = await store.stopAlls.begin({ ...order, by: printable(order.by), why });
  if (stop.rollBack && stop.end === null) {
    const onTheirWay = (await store.routes.current()).filter(({ candidate }) => candidate !== null);
    for (const model of new Set(onTheirWay.map((route) => route.model))) await clearLeftovers(store.routes, model, '');
  }
  await store.audit.append([begun(stop, via)]);
  return stop;
}

/** Ends all stops that hold; throws `NOT_ALLOWED`, or `REQUEST_INVALID` where none does. */
export async function endStopAll(
  store: Pick<Records, 'stopAlls' | 'policies' | 'audit'>,
  { by, why, via }: { by: string; why: string; via: string },
): Promise<StopAll[]> {
  const deed = { subject: 'stop-all', operation: 'end', did: 'let all releases go on', by, via };
  await refusable(store, deed, () => insistAllowed(store.policies, by, 'endStop'));
  const ended = await store.stopAlls.end({ by: printable(by), why: printable(why).slice(0, 2000) });
  if (ended.length === 0) {
    const [last] = await store.stopAlls.list();
    const before =
      last === undefined || last.end === null
        ? ''
        : ` The last one, stop ${last.number}, was ended by ${last.end.by} at ${last.end.at}.`;
    const message = `No stop of all releases holds, so none can be ended.${before} See: gradus stop-all --list`;
    throw new GradusError('REQUEST_INVALID', message);
  }
  await store.audit.append(
    ended.map((stop) => ({
      ...begun(stop, via),
      at: stop.end?.at ?? stop.at,
      what: 'let all releases go on',
      by,
      why,
      place: 1,
    })),
  );
  return ended;
}

/** Which releases go on when these stops are ended, and what holds the others. */
export async function afterEnd(
  { releases, policies, stopAlls }: Pick<Store, 'releases' | 'policies' | 'stopAlls'>,
  ended: readonly StopAll[],
): Promise<AfterStop> {
  const [open, { freeze = [] }] = await Promise.all([releases.list({ open: true }), policies.current()]);
  const rolledBack = new Set<string>();
  for (const { number } of ended.filter(({ rollBack }) => rollBack))
    for (const { id } of open) if (await stopAlls.rollsBack(number, id)) rolledBack.add(id);
  return afterStop(open, freeze, rolledBack, Date.now());
}

function refusable({ audit }: Pick<Records, 'audit'>, deed: Deed, ask: () => Promise<void>): Promise<void> {
  return ask().catch(async (error: unknown) => {
    await noteRefusal(audit, deed, error);
    throw error;
  });
}

function begun({ number, at, by, why, rollBack }: StopAll, via: string): AuditEvent {
  const what = rollBack ? 'stopped all releases and rolled them back' : 'stopped all releases';
  return { subject: `stop-all ${number}`, place: 0, at, stage: null, step: null, what, by, why, via };
}
