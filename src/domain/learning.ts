/** Whether the model should learn from what came back, by the plan's `learn when`. */
import { judge, type Value } from './evaluate.ts';
import { parseCondition } from './expressions.ts';
import type { LearningFigure } from './metrics.ts';
import { learningFigures } from './metrics.ts';
import type { Plan } from './plan.ts';
import type { Heard, ObservationSummary } from './ports.ts';

/** Null where it was not measured. */
export type Figures = Record<LearningFigure, number | null>;

/** What was not measured leaves its condition open, and an open condition is no reason to learn. */
export function whetherToLearn(
  plan: Pick<Plan, 'iterate'>,
  heard: Pick<Heard, 'summaries' | 'users'>,
  drift: number | null = null,
): { learn: boolean; reasons: string[]; figures: Figures } {
  const figures = figuresOf(heard, drift);
  const { state, reasons } = judge(parseCondition(plan.iterate.learnWhen), ([name = '']) => figureOf(figures, name));
  const learn = state === 'holds';
  const summary = `${figures.answers} answers were given, ${figures.rated} rated, ${figures.corrections} corrected by users`;
  return {
    learn,
    reasons: [`${learn ? 'train again' : 'nothing to learn yet'}: ${reasons.join(', ')}`, summary],
    figures,
  };
}

/** The value of a name in `learn when`. */
export function figureOf(figures: Figures, name: string): Value {
  const figure = learningFigures.find((one) => one === name);
  const value = figure === undefined ? null : figures[figure];
  return value ?? { kind: 'missing', why: `${name} is not known` };
}

/** Over all capabilities and arms: whoever was answered wrongly has something to teach, and so has who was content. */
function figuresOf({ summaries, users }: Pick<Heard, 'summaries' | 'users'>, drift: number | null): Figures {
  const sum = (of: (summary: ObservationSummary) => number) => summaries.reduce((total, one) => total + of(one), 0);
  const answers = sum((one) => one.answers);
  const rated = sum((one) => one.rated);
  const labelled = sum((one) => one.labelled);
  const right = sum((one) => one.labelled * (one.accuracy ?? 0));
  return {
    answers,
    users,
    failures: sum((one) => one.failures),
    rated,
    satisfaction: rated === 0 ? null : sum((one) => one.rated * (one.satisfaction ?? 0)) / rated,
    labelled,
    corrections: Math.round(labelled - right),
    accuracy: labelled === 0 ? null : right / labelled,
    errorRate: answers === 0 ? null : sum((one) => one.failures) / answers,
    comments: sum((one) => one.commented ?? one.comments.length),
    drift,
  };
}
