/** A stage on its way through a rollout: what people said of it, what it says to its release, and waiting. */
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { StageStep } from '../src/domain/plan.ts';
import { has } from './changes.ts';
import { standings } from './activities.ts';
import { lookIn } from './standing.ts';
import { standingText } from '../src/domain/words.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { fewTurns, inHaste } from './haste.ts';
import {
  internal,
  isFromRelease,
  isUndo,
  lookAgainSignal,
  overriddenSignal,
  standStillSignal,
  undoSignal,
  type Position,
  type RolloutInput,
  type StageUpdate,
  type Undo,
} from './rollout-messages.ts';
import { allTheSame, openAsking, whenUndecided, type Guard } from './asking.ts';
import { GoOnAnew, RollBack } from './stage-ends.ts';
import { firstReason, stageDetails, tellEveryMs } from './stage-words.ts';
import { openTelling } from './telling.ts';

export type Stage = ReturnType<typeof openStage>;

export function openStage(input: RolloutInput) {
  const { plan, number, capabilities } = input;
  const quick = has(fewTurns);
  const release = getExternalWorkflowHandle(input.release);
  const telling = openTelling(release, quick);
  const soon = inHaste(quick);
  const position: Position = { ...input.position };
  let paused = input.paused;
  let undo: Undo | null = null;

  const description = internal;
  const isOwn = (to: unknown): boolean => isFromRelease(input, to);
  const standStill = (hold: unknown, to?: unknown): void => void (paused = isOwn(to) ? hold === true : paused);
  const putBack = (message: unknown, to?: unknown): void => void (undo = isUndo(message) && isOwn(to) ? message : undo);
  setHandler(standStillSignal, standStill, { description });
  setHandler(undoSignal, putBack, { description });
  let looks = 0;
  let overridden = input.overriddenUntil === undefined ? {} : { overriddenUntil: input.overriddenUntil };
  const overrule = (until: unknown, to?: unknown): void => {
    if (typeof until !== 'string' || !isOwn(to)) return;
    overridden = { overriddenUntil: until };
    looks += 1;
  };
  setHandler(overriddenSignal, overrule, { description });
  setHandler(lookAgainSignal, () => void (looks += 1), { description });

  const isUndone = (): boolean => undo !== null;

  function checkUndo(): void {
    if (undo !== null) throw new RollBack(`rolled back by ${undo.by}: ${undo.why || 'no reason given'}`);
  }

  async function tell(update: Omit<StageUpdate, 'number' | 'step' | 'exposure'> & { step?: StageStep }): Promise<void> {
    setCurrentDetails(stageDetails(input, position, update.note, update.verdict ?? null));
    await telling.update({ number, step: position.step, exposure: position.exposure, ...update });
  }

  /** A breach ends the stage, or asks, as the plan says; a failed internal test always ends it. */
  function endsStage(verdict: Verdict): boolean {
    if (verdict.kind !== 'rollBack') return false;
    return position.step === 'internal test' || plan.gray.onBreach === 'rollBack';
  }

  async function giveUp(verdict: Verdict): Promise<never> {
    await tell({ state: 'failed', note: firstReason(verdict), verdict });
    throw new RollBack(verdict.reasons.join('; '));
  }

  function checkHistory(): void {
    if (workflowInfo().continueAsNewSuggested) throw new GoOnAnew();
  }

  const asking = openAsking({
    input,
    position,
    telling,
    quick,
    tell,
    endsStage,
    giveUp,
    checkUndo,
    checkHistory,
    isUndone,
  });

  return {
    ...input,
    position,
    tell,
    told: telling.done,
    ended: telling.end,
    soon,
    checkUndo,
    isPaused: () => paused,
    isUndone,
    decided: asking.decided,
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
          await tell({ state: 'running', note: paused ? 'paused' : firstReason(verdict), verdict });
          toldAt = Date.now();
        }
        last = gist;
        if (!accepted && (verdict.kind === 'rollBack' || verdict.kind === 'inconclusive')) {
          await asking.ask(allTheSame(input, verdict), verdict, whenUndecided(input, position), { judge, everyMs });
          accepted = true;
        }
        if (!paused && (verdict.kind === 'advance' || accepted)) return { verdict, accepted };
        checkUndo();
        checkHistory();
        await condition(() => undo !== null, everyMs, { summary: `next look at stage ${number}` });
      }
    },

    ask: asking.ask,

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
