/** Step 7: whether the model should learn from what came back, by the plan's `learn when`. */
import { judge, type Value } from './evaluate.ts';
import { parseCondition } from './expressions.ts';
import { learningFigures, type LearningFigure } from './metrics.ts';
import type { Plan } from './plan.ts';
import type { ObservationSummary } from './ports.ts';

export interface Iteration {
  learn: boolean;
  reasons: string[];
}

/** A figure that nothing was measured for leaves its condition open, and an open condition is no reason to learn. */
export function whetherToLearn(plan: Pick<Plan, 'iterate'>, observations: ObservationSummary[]): Iteration {
  const figures = figuresOf(observations);
  const lookup = (path: string[]): Value => {
    const name = learningFigures.find((figure) => figure === path.join('.'));
    const value = name === undefined ? null : figures[name];
    return value ?? { kind: 'missing', why: `${path.join('.')} is not measured yet` };
  };
  const { state, reasons } = judge(parseCondition(plan.iterate.learnWhen), lookup);
  const learn = state === 'holds';
  const heard = `${figures.answers} answers were given, ${figures.rated} rated, ${figures.corrections} corrected by users`;
  return { learn, reasons: [`${learn ? 'train again' : 'nothing to learn yet'}: ${reasons.join(', ')}`, heard] };
}

/** Over all versions and arms; `corrections` are labels given by users that differ from the answer. Null: no data. */
export function figuresOf(observations: ObservationSummary[]): Record<LearningFigure, number | null> {
  const sum = (of: (row: ObservationSummary) => number): number =>
    observations.reduce((total, row) => total + of(row), 0);
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  const answers = sum((row) => row.answers);
  const failures = sum((row) => row.failures);
  const rated = sum((row) => row.rated);
  const labelled = sum((row) => row.labelled);
  const right = sum((row) => row.labelled * (row.accuracy ?? 0));
  return {
    answers,
    failures,
    rated,
    labelled,
    users: sum((row) => row.users),
    satisfaction: share(
      sum((row) => row.rated * (row.satisfaction ?? 0)),
      rated,
    ),
    corrections: Math.round(labelled - right),
    accuracy: share(right, labelled),
    errorRate: share(failures, answers),
    comments: sum((row) => row.comments.length),
  };
}
