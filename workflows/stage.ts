/** A stage on its way through a rollout: what people said of it, what it says to its release, and waiting. */
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Approval, StageStep } from '../src/domain/plan.ts';
import { termsOf } from '../src/domain/approval.ts';
import { standings } from './activities.ts';
import { lookIn } from './standing.ts';
import { digestOf, gistOf, type Evidence } from '../src/domain/evidence.ts';
import { standingText } from '../src/domain/words.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { fewTurns, inHaste } from './haste.ts';
import {
  decidedSignal,
  internal,
  isDecided,
  isUndo,
  lookAgainSignal,
  overriddenSignal,
  standStillSignal,
  undoSignal,
  type Decided,
  type Position,
  type RolloutInput,
  type StageUpdate,
  type Undo,
} from './rollout-messages.ts';
import { workflowPage } from './pages.ts';
import { openTelling } from './telling.ts';

/** The stage cannot go on; its users go back to stable. */
export class RollBack extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RollBack';
  }
}

/** The history has become long: the rollout goes on in a new run from where it stands. */
export class GoOnAnew extends Error {}

export type Stage = ReturnType<typeof openStage>;

/** What is looked at while people are asked. */
export interface Guard {
  judge: () => Promise<Verdict>;
  everyMs: number;
}

export function openStage(input: RolloutInput) {
  const { plan, number, capabilities } = input;
  const quick = patched(fewTurns);
  const release = getExternalWorkflowHandle(input.release);
  const telling = openTelling(release, quick);
  const soon = inHaste(quick);
  const position: Position = { ...input.position };
  let paused = input.paused;
  let undo: Undo | null = null;
  let decided: Decided | null = input.decided ?? null;

  const description = internal;
  setHandler(standStillSignal, (hold: unknown) => void (paused = hold === true), { description });
  setHandler(undoSignal, (message: unknown) => void (undo = isUndo(message) ? message : undo), { description });
  let looks = 0;
  let overridden = input.overriddenUntil === undefined ? {} : { overriddenUntil: input.overriddenUntil };
  const overrule = (until: unknown): void => {
    if (typeof until !== 'string') return;
    overridden = { overriddenUntil: until };
    looks += 1;
  };
  setHandler(overriddenSignal, overrule, { description });
  setHandler(lookAgainSignal, () => void (looks += 1), { description });
  setHandler(decidedSignal, (decision: unknown) => void (decided = isDecided(decision) ? decision : decided), {
    description,
  });

  function checkUndo(): void {
    if (undo !== null) throw new RollBack(`rolled back by ${undo.by}: ${undo.why || 'no reason given'}`);
  }

  async function tell(update: Omit<StageUpdate, 'number' | 'step' | 'exposure'> & { step?: StageStep }): Promise<void> {
    setCurrentDetails(details(input, position, update.note, update.verdict ?? null));
    await telling.update({ number, step: position.step, exposure: position.exposure, ...update });
  }

  /** A breach ends the stage, or asks, as the plan says; a failed internal test always ends it. */
  function endsStage(verdict: Verdict): boolean {
    if (verdict.kind !== 'rollBack') return false;
    return position.step === 'internal test' || plan.gray.onBreach === 'rollBack';
  }

  async function giveUp(verdict: Verdict): Promise<never> {
    await tell({ state: 'failed', note: first(verdict), verdict });
    throw new RollBack(verdict.reasons.join('; '));
  }

  function checkHistory(): void {
    if (workflowInfo().continueAsNewSuggested) throw new GoOnAnew();
  }

  /** Null when people approved; otherwise what is to be shown to them instead. Throws where they did not. */
  async function askAbout(
    question: string,
    verdict: Verdict | null,
    approval: Approval,
    guard?: Guard,
  ): Promise<Verdict | null> {
    if (position.askedAt === null) Object.assign(position, { asked: position.asked + 1, askedAt: Date.now() });
    const since = position.askedAt ?? Date.now();
    const id = `${number}/${position.step.replace(' ', '-')}/${position.asked}`;
    if (decided?.request !== id) decided = null;
    await tell({ state: 'waiting', note: question });
    await telling.ask({
      id,
      stage: number,
      step: position.step,
      question,
      evidence: verdict?.reasons ?? [],
      digest: digestOf({ ...evidenceOf(input, position), verdict }),
      findings: verdict?.findings ?? [],
      ...termsOf(approval, plan.people),
      own: approval.own === true,
      since: new Date(since).toISOString(),
      until: new Date(since + approval.withinMs).toISOString(),
    });
    const answered = () => undo !== null || decided?.request === id || telling.hasFailed();
    try {
      while (guard !== undefined && !(await condition(answered, guard.everyMs, { summary: 'looks while it waits' }))) {
        const now = await guard.judge();
        if (endsStage(now)) await giveUp(now);
        if (verdict !== null && gistOf(now) !== gistOf(verdict) && (quick || patched('new evidence voids'))) {
          await telling.withdraw(id, `other evidence: ${first(now)}`);
          position.askedAt = null;
          return now;
        }
        if (answered()) break;
        checkHistory();
      }
      await condition(answered);
      telling.check();
      checkUndo();
    } catch (error) {
      if (error instanceof RollBack) await telling.withdraw(id, error.message);
      throw error;
    }
    position.askedAt = null;
    const decision = made(decided);
    if (!decision.approved) throw new RollBack(`rejected by ${decision.by}: ${decision.why || 'no reason given'}`);
    await tell({ state: 'running', note: `approved by ${decision.by}` });
    return null;
  }

  return {
    ...input,
    position,
    tell,
    told: telling.done,
    soon,
    checkUndo,
    isPaused: () => paused,
    isUndone: () => undo !== null,
    /** What people decided and the stage has not obeyed yet. */
    decided: () => (decided === null ? {} : { decided }),
    overridden: () => overridden,
    /** The last verdict of this stage, whichever step it is of. */
    seen: (): Verdict | null => position.verdict ?? null,
    model: plan.model,
    moving: { model: plan.model, capabilities, withinMs: plan.gatewayWithinMs },

    /** Does long work that is given up as soon as somebody wants the stage rolled back. */
    async unlessUndone<T>(work: () => Promise<T>): Promise<T> {
      const scope = new CancellationScope();
      const running = scope.run(work);
      const watching = condition(() => undo !== null).then(() => scope.cancel());
      try {
        return await running;
      } catch (error) {
        checkUndo();
        throw error;
      } finally {
        watching.catch(() => undefined);
      }
    },

    /**
     * Looks every `everyMs` until the verdict lets the stage go on and nobody has paused the release. Rolls back when
     * the verdict says so; asks a person where it cannot tell, and says whether one has accepted it as it is.
     */
    async watch(judge: () => Promise<Verdict>, everyMs: number): Promise<{ verdict: Verdict; accepted: boolean }> {
      let last = '';
      let toldAt = 0;
      let accepted = false;
      for (;;) {
        checkUndo();
        telling.check();
        const verdict = await judge();
        position.verdict = verdict;
        if (endsStage(verdict)) await giveUp(verdict);
        const gist = `${verdict.kind} ${verdict.kind === 'hold' ? '' : verdict.reasons.join('; ')} ${paused}`;
        const isOld = verdict.kind === 'hold' && Date.now() - toldAt >= tellEveryMs(input, position);
        if (gist !== last || isOld) {
          await tell({ state: 'running', note: paused ? 'paused' : first(verdict), verdict });
          toldAt = Date.now();
        }
        last = gist;
        if (!accepted && (verdict.kind === 'rollBack' || verdict.kind === 'inconclusive')) {
          const question = `${first(verdict)}. Go on with ${capabilities.join(', ')} all the same?`;
          await this.ask(question, verdict, whenUndecided(input, position), { judge, everyMs });
          accepted = true;
        }
        if (!paused && (verdict.kind === 'advance' || accepted)) return { verdict, accepted };
        checkUndo();
        checkHistory();
        await condition(() => undo !== null, everyMs, { summary: `next look at stage ${number}` });
      }
    },

    /**
     * Waits for a person's decision. Meanwhile `guard` is looked at, where users are exposed, so that a breach does not
     * wait for anybody, and so that people who were shown other evidence are asked again.
     */
    async ask(question: string, verdict: Verdict | null, approval: Approval | null, guard?: Guard): Promise<void> {
      if (approval === null) return;
      for (let shown = verdict; ;) {
        const other = await askAbout(question, shown, approval, guard);
        if (other === null) return;
        shown = other;
      }
    },

    /**
     * Waits while the release is paused, and while something outside of it holds it; its release shows what. Whoever has
     * the candidate already is watched by `guard` meanwhile.
     */
    async cleared(guard?: Guard): Promise<void> {
      let told = '';
      for (;;) {
        checkUndo();
        const [seen, stood] = [looks, paused];
        const standing = await standings.standing({ model: plan.model, at: Date.now(), ...overridden });
        checkUndo();
        if (!paused && standing === null) return;
        const why = paused || standing === null ? 'paused' : standingText(standing);
        if (told !== why) {
          told = why;
          await tell({ state: 'running', note: why });
          if (standing !== null) await release.signal(lookAgainSignal);
        }
        const waitMs = Math.min(lookIn(standing), guard?.everyMs ?? Infinity);
        const isNews = await condition(() => undo !== null || looks !== seen || paused !== stood, waitMs);
        checkUndo();
        if (guard !== undefined && !isNews) {
          const verdict = await guard.judge();
          position.verdict = verdict;
          if (endsStage(verdict)) await giveUp(verdict);
          checkUndo();
        }
        checkHistory();
      }
    },

    /** Waits while the release is paused. */
    async unpaused(): Promise<void> {
      checkUndo();
      if (!paused) return;
      await tell({ state: 'running', note: 'paused' });
      await condition(() => !paused || undo !== null);
      checkUndo();
    },
  };
}

/** Numbers that move while a step holds are worth a look now and then, and not a history without end. */
function tellEveryMs({ plan }: RolloutInput, { step }: Position): number {
  const longest =
    step === 'gray' ? plan.gray.bakeMs : step === 'A/B' ? plan.abTest.withinMs : plan.internalTest.withinMs;
  return longest / 25;
}

/** Where a verdict cannot tell, somebody has to, in the time that the step has; silence never exposes more users. */
function whenUndecided({ plan }: RolloutInput, { step }: Position): Approval {
  const own = step === 'A/B' ? plan.abTest.approval : step === 'gray' ? plan.gray.approval : plan.internalTest.approval;
  const withinMs = step === 'A/B' ? plan.abTest.withinMs : plan.gray.withinMs;
  return own === null ? { from: [], count: 1, withinMs, otherwise: 'reject' } : { ...own, otherwise: 'reject' };
}

function evidenceOf(input: RolloutInput, { step, exposure }: Position): Omit<Evidence, 'verdict'> {
  const { release, number: stage, capabilities, candidate, before: stable, plan } = input;
  return { release, stage, step, capabilities, candidate: candidate.digest, stable, exposure, plan };
}

function made(decided: Decided | null): Decided {
  if (decided === null) throw new Error('a decision is read before it was made');
  return decided;
}

function first(verdict: Verdict): string {
  return verdict.reasons[0] ?? verdict.kind;
}

function details(input: RolloutInput, position: Position, note: string, verdict: Verdict | null): string {
  const rows = (verdict?.findings ?? []).map((f) => `| ${f.capability} | ${f.condition} | ${f.state} | ${f.reason} |`);
  return [
    `**Stage ${input.number}** of ${input.release}: ${input.capabilities.join(', ')}`,
    `${position.step}: ${note}`,
    ...(rows.length > 0
      ? ['', '| capability | condition | state | numbers |', '| --- | --- | --- | --- |', ...rows]
      : []),
    '',
    `People decide on the page of the release: [${input.release}](${workflowPage(input.release)}).`,
  ].join('\n');
}
