/** How far a training of several networks is, from what each network says. */
import type { TrainingProgress } from '../domain/version.ts';
import type { Step } from './training.ts';

/** One network's part of the work. */
export interface Work {
  name: string;
  epochs: number;
  /** Examples to learn from, over all epochs. */
  total: number;
}

/** Before the networks are known. */
export function atStart(name: string, epochs: number): TrainingProgress {
  const nothing = { epoch: 0, step: 0, steps: 0, loss: 0, examplesPerSecond: 0, done: 0 };
  return { capability: name, epochs, ...nothing, validationAccuracy: null, secondsLeft: null };
}

/** Time is judged by examples: about the same work each. */
export function createProgress(works: Work[], threads: number) {
  const steps = new Map<Work, Step>();
  const finished = new Set<Work>();
  const total = works.reduce((sum, work) => sum + work.total, 0);
  const doneOf = (work: Work): number => (finished.has(work) ? work.total : (steps.get(work)?.examples ?? 0));

  const secondsLeft = (): number | null => {
    const running = works.flatMap((work) => (finished.has(work) ? [] : (steps.get(work)?.examplesPerSecond ?? [])));
    if (running.length === 0) return null;
    const rate = running.reduce((a, b) => a + b, 0) / running.length;
    const left = works.map((work) => work.total - doneOf(work));
    const together = left.reduce((a, b) => a + b, 0) / Math.min(threads, works.length);
    // No sooner than the longest network alone.
    return Math.max(together, ...left) / rate;
  };

  return {
    step: (work: Work, step: Step): void => void steps.set(work, step),
    finish: (work: Work): void => void finished.add(work),
    /** The networks that are being trained; before the first one begins, and when all are done, the first one. */
    now(): TrainingProgress[] {
      const running = works.filter((work) => steps.has(work) && !finished.has(work));
      return (running.length > 0 ? running : works.slice(0, 1)).map((work) => {
        const step = steps.get(work);
        return {
          capability: work.name,
          epoch: step?.epoch ?? 0,
          epochs: work.epochs,
          step: step?.step ?? 0,
          steps: step?.steps ?? 0,
          loss: step?.loss ?? 0,
          validationAccuracy: step?.validationAccuracy ?? null,
          examplesPerSecond: step?.examplesPerSecond ?? 0,
          wentOnFrom: step?.wentOnFrom ?? null,
          done: total === 0 ? 1 : works.reduce((sum, one) => sum + doneOf(one), 0) / total,
          secondsLeft: secondsLeft(),
        };
      });
    },
  };
}
