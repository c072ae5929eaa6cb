/** People's decisions about a stage: asked for, waited for while a guard looks, and asked again when the evidence is another. */
import { condition, setHandler } from '@temporalio/workflow';
import { termsOf, whenUndecidedOf } from '../src/domain/approval.ts';
import { digestOf, gistOf, newsOf, type Evidence } from '../src/domain/evidence.ts';
import type { Approval } from '../src/domain/plan.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import {
  decidedSignal,
  internal,
  isDecided,
  isFromRelease,
  type Decided,
  type Position,
  type RolloutInput,
  type StageUpdate,
} from './rollout-messages.ts';
import { has } from './changes.ts';
import { RollBack } from './stage-ends.ts';
import { firstReason } from './stage-words.ts';
import type { Telling } from './telling.ts';

/** What is looked at while people are asked. */
export interface Guard {
  judge: () => Promise<Verdict>;
  everyMs: number;
}

/** What asking needs of its stage. */
interface Asker {
  input: RolloutInput;
  position: Position;
  telling: Telling;
  quick: boolean;
  tell: (update: Pick<StageUpdate, 'state' | 'note'>) => Promise<void>;
  endsStage: (verdict: Verdict) => boolean;
  giveUp: (verdict: Verdict) => Promise<never>;
  checkUndo: () => void;
  checkHistory: () => void;
  isUndone: () => boolean;
}

export function openAsking(asker: Asker) {
  const { input, position, telling, quick, tell, endsStage, giveUp, checkUndo, checkHistory, isUndone } = asker;
  const { plan, number } = input;
  const renewing = has('evidence is renewed');
  let decided: Decided | null = input.decided ?? null;

  setHandler(
    decidedSignal,
    (decision: unknown, to?: unknown) =>
      void (decided = isDecided(decision) && isFromRelease(input, to) ? decision : decided),
    { description: internal },
  );

  /** Null when people approved; otherwise what is to be shown to them instead. Throws where they did not. */
  async function askAbout(
    question: string,
    verdict: Verdict | null,
    approval: Approval,
    guard?: Guard,
    renewed = 0,
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
    // What moves to and fro must not ask at every look: each time, twice as many looks pass as before.
    let looks = 2 ** renewed;
    const answered = () => isUndone() || decided?.request === id || telling.hasFailed();
    try {
      while (guard !== undefined && !(await condition(answered, guard.everyMs, { summary: 'looks while it waits' }))) {
        const now = await guard.judge();
        if (endsStage(now)) await giveUp(now);
        looks -= 1;
        const news = verdict === null ? null : newsIn(now, verdict, looks > 0);
        if (news !== null) {
          await telling.withdraw(id, `other evidence: ${news}`);
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

  /** Whether people have to be asked again, and why; what is not pressing may have to wait. */
  function newsIn(now: Verdict, shown: Verdict, waits: boolean): string | null {
    if (gistOf(now) !== gistOf(shown)) return quick || has('new evidence voids') ? firstReason(now) : null;
    return renewing && !waits ? newsOf(shown, now) : null;
  }

  return {
    /** What people decided and the stage has not obeyed yet. */
    decided: () => (decided === null ? {} : { decided }),

    /**
     * Waits for a person's decision. Meanwhile `guard` is looked at, where users are exposed, so that a breach does not
     * wait for anybody, and so that people who were shown other evidence are asked again.
     */
    async ask(question: string, verdict: Verdict | null, approval: Approval | null, guard?: Guard): Promise<void> {
      if (approval === null) return;
      for (let [shown, asked, renewed] = [verdict, question, 0]; ; renewed++) {
        const other = await askAbout(asked, shown, approval, guard, renewed);
        if (other === null) return;
        shown = other;
        if (!renewing) continue;
        // A later run of this rollout shows what was shown last.
        position.verdict = other;
        if (other.kind === 'rollBack' || other.kind === 'inconclusive') asked = allTheSame(input, other);
      }
    },
  };
}

/** What is asked where a verdict does not say to go on. */
export function allTheSame({ capabilities }: RolloutInput, verdict: Verdict): string {
  return `${firstReason(verdict)}. Go on with ${capabilities.join(', ')} all the same?`;
}

/** Where a verdict cannot tell, somebody has to; silence never exposes more users. */
export function whenUndecided({ plan }: RolloutInput, { step }: Position): Approval {
  if (has('silence holds')) return whenUndecidedOf(plan, step);
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
