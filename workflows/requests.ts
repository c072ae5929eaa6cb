/** Requests for a decision: kept open until somebody decides or their time is over, one at a time. */
import { condition } from '@temporalio/workflow';
import { whenSilent } from '../src/domain/approval.ts';
import type { ClosedRequest, Standing, Waiting } from '../src/domain/report.ts';
import { has } from './changes.ts';
import type { Progress } from './progress.ts';
import { decidedSignal, type Request } from './rollout-messages.ts';
import type { RolloutHandle } from './rollout-handle.ts';

export type Requests = ReturnType<typeof openRequests>;

/** `current` is the rollout that is told; `look` says what holds the release. */
export function openRequests(
  progress: Progress,
  current: () => RolloutHandle | null,
  look: () => Promise<Standing | null>,
) {
  const { report } = progress;

  /** Keeps a request open until it is decided or its time is over. */
  async function hold({ own, ...request }: Request): Promise<void> {
    // Asked again by the next run of the rollout: what was decided is told again, and what is open has its clock.
    const decided = report.requests.findLast((one) => one.request.id === request.id && one.outcome !== 'withdrawn');
    if (decided !== undefined && has('one clock')) return tell(decided);
    if (report.waiting?.id === request.id && has('one clock')) return;
    // Asked again under the same id after the rollout went on in a new run: what was said of it stays.
    const notBy = own ? null : report.startedBy;
    const waiting: Waiting =
      report.waiting?.id === request.id
        ? report.waiting
        : { ...request, notBy, approvedBy: [], escalated: false, held: false };
    progress.waits(waiting);
    while (!(await isOver(waiting))) {
      if (has('silence in a freeze') && (await isPostponed(waiting))) continue;
      if (waiting.otherwise !== 'hold' || waiting.escalated) break;
      waiting.escalated = true;
      const whom = waiting.escalateTo.length > 0 ? `; now also ${waiting.escalateTo.join(', ')} may` : '';
      progress.decided('asked again', { by: 'gradus', why: `nobody decided until ${waiting.until}${whom}` }, waiting);
      extend(waiting);
    }
    if (isClosed(waiting)) return;
    const outcome = waiting.otherwise === 'approve' ? 'approved' : 'rejected';
    const why = `nobody decided until ${waiting.until}`;
    progress.decided(outcome, { by: 'gradus', why }, waiting);
    await close(waiting, outcome, 'time-out', why);
  }

  /** Silence in a freeze counts for nothing: people have their time when it is over. */
  async function isPostponed(waiting: Waiting): Promise<boolean> {
    const standing = await look();
    if (isClosed(waiting)) return true;
    if (standing === null) return false;
    const from = standing.until === null ? Date.now() : Date.parse(standing.until);
    waiting.until = new Date(from + waiting.withinMs).toISOString();
    progress.waits(waiting);
    return true;
  }

  /** Waits for the end of a request: true when it was closed, false when its time is over. The clock may stand still. */
  async function isOver(waiting: Waiting): Promise<boolean> {
    const stands = (): boolean => report.state === 'paused' || waiting.held || report.standing?.kind === 'stopped';
    const summary = `waits for ${waiting.from.join(', ') || 'anybody'}, else ${whenSilent(waiting)}`;
    for (;;) {
      const { until } = waiting;
      const left = Math.max(0, Date.parse(until) - Date.now());
      const isNews = await condition(() => isClosed(waiting) || stands() || waiting.until !== until, left, { summary });
      if (isClosed(waiting)) return true;
      if (!isNews) return false;
      if (!stands()) continue;
      const since = Date.now();
      await condition(() => isClosed(waiting) || !stands());
      if (isClosed(waiting)) return true;
      waiting.until = new Date(Date.parse(waiting.until) + Date.now() - since).toISOString();
      progress.waits(waiting);
    }
  }

  function isClosed(waiting: Waiting): boolean {
    return report.waiting?.id !== waiting.id;
  }

  /** The plan's time once more; where the clock stood still, it runs again. */
  function extend(waiting: Waiting): void {
    waiting.held = false;
    waiting.until = new Date(Date.parse(waiting.until) + waiting.withinMs).toISOString();
    progress.waits(waiting);
  }

  async function close(
    waiting: Waiting,
    outcome: 'approved' | 'rejected',
    by: string,
    why: string,
    emergency = false,
  ): Promise<void> {
    end(waiting, outcome, by, why, emergency);
    await tell({ request: waiting, outcome, by, why });
  }

  async function tell({
    request,
    outcome,
    by,
    why,
  }: Pick<ClosedRequest, 'request' | 'outcome' | 'by' | 'why'>): Promise<void> {
    await current()?.tell(decidedSignal, { request: request.id, approved: outcome === 'approved', by, why });
  }

  function end(request: Waiting, outcome: ClosedRequest['outcome'], by: string, why: string, emergency = false): void {
    const at = new Date().toISOString();
    report.requests.push({ request, outcome, at, by, why, ...(emergency ? { emergency } : {}) });
    progress.waits(null);
  }

  return {
    hold,
    extend,
    close,
    /** Need not be decided any more: the stage goes back, or there is other evidence. */
    withdraw(id: string, why: string): void {
      if (report.waiting?.id === id) end(report.waiting, 'withdrawn', 'gradus', why);
    },
    /** The stage has ended, and with it whatever was asked about it. */
    withdrawAll(): void {
      if (report.waiting === null) progress.waits(null);
      else end(report.waiting, 'withdrawn', 'gradus', 'its stage has ended');
    },
  };
}
