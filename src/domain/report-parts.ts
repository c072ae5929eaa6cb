/** Parts of a report as they begin, and what becomes of a step that was never taken. */
import { steps, type Step } from './plan.ts';
import type { ReleaseReport, StageProgress, StepProgress } from './report.ts';

/** `startedAt` is ISO 8601. */
export function newReport(id: string, by: string | null, startedAt: string): ReleaseReport {
  return {
    id,
    model: '',
    strategy: '',
    state: 'running',
    reason: '',
    startedAt,
    endedAt: null,
    plan: null,
    candidate: null,
    stable: null,
    steps: steps.map(newStep),
    stages: [],
    curve: [],
    exposures: [],
    decisions: [],
    waiting: null,
    observations: [],
    iteration: null,
    startedBy: by,
    requests: [],
  };
}

function newStep(step: Step): StepProgress {
  return { step, state: 'waiting', note: '', startedAt: null, endedAt: null };
}

export function newStage(number: number, capabilities: string[]): StageProgress {
  return {
    number,
    capabilities,
    state: 'waiting',
    step: null,
    exposure: 0,
    reason: '',
    examinations: [],
    verdicts: {},
  };
}

/** Why a step was never taken, in a release that has ended. */
export function skippedBecause(report: ReleaseReport, step: Step): string {
  const inner = step === 'gray' || step === 'A/B';
  if (inner && report.state === 'released') return `the ${report.strategy} strategy has no such step`;
  return 'the release ended before it';
}
