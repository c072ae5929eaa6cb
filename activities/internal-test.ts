/** Step 3: the candidate is examined beside stable and the linear baseline, and judged with what testers said. */
import { Context } from '@temporalio/activity';
import { judgeInternalTest } from '../src/domain/gates.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { Ports, RecordPorts } from '../src/domain/ports.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import type { Examination, Version } from '../src/domain/version.ts';
import { beating } from './beating.ts';
import { gatherEvidence } from './evidence.ts';

export interface ExamineInput {
  model: string;
  candidate: Version;
  /** Stable digest of each capability. */
  before: Record<string, string | null>;
  capabilities: string[];
}

export interface JudgeInternalTestInput {
  plan: Plan;
  release: string;
  stage: number;
  examinations: Examination[];
  openMs: number;
}

export function examineActivities(ports: Pick<Ports, 'trainer'>) {
  return {
    /** On the held-out part of the data that the candidate was trained on. */
    async examine({ candidate, before, capabilities }: ExamineInput): Promise<Examination[]> {
      const { cancellationSignal } = Context.current();
      const examinations: Examination[] = [];
      for (const [stable, together] of byStable(capabilities, before)) {
        const order = {
          version: candidate.digest,
          stable,
          capabilities: together,
          data: candidate.spec.data,
          part: 'held-out',
          baseline: true,
        } as const;
        const measured = await beating(() => ports.trainer.evaluate(order, cancellationSignal));
        for (const evaluation of measured.candidate) {
          const same = (other: { capability: string }) => other.capability === evaluation.capability;
          examinations.push({
            capability: evaluation.capability,
            candidate: evaluation,
            stable: measured.stable.find(same) ?? null,
            comparison: measured.comparisons.find(same) ?? null,
            baseline: measured.baseline.find(same) ?? null,
          });
        }
      }
      return examinations;
    },
  };
}

export function internalTestActivities(ports: RecordPorts) {
  return {
    async judgeInternalTest(input: JudgeInternalTestInput): Promise<Verdict> {
      const { plan, release, stage, examinations, openMs } = input;
      const capabilities = examinations.map((examination) => examination.capability);
      const gathering = { plan, release, stage, step: 'internal test', capabilities } as const;
      const evidence = plan.internalTest.testers.length > 0 ? await gatherEvidence(ports, gathering) : [];
      return judgeInternalTest({ plan, examinations, evidence, openMs });
    },
  };
}

/** Capabilities that are compared with the same stable version are examined together. */
function byStable(capabilities: string[], before: Record<string, string | null>): Map<string | null, string[]> {
  const groups = new Map<string | null, string[]>();
  for (const capability of capabilities) {
    const stable = before[capability] ?? null;
    groups.set(stable, [...(groups.get(stable) ?? []), capability]);
  }
  return groups;
}
