/** What `gradus evaluate` prints: a row for each capability, with columns for what was compared. */
import type { Evaluated } from '../domain/ports.ts';
import type { Part, Version } from '../domain/version.ts';
import { wilson } from '../model/comparison.ts';
import { otherDataSentence } from './learnt-text.ts';
import { table } from './output.ts';
import { count, figure, interval, signed } from './words.ts';

export interface Measured {
  version: Pick<Version, 'number'>;
  /** What it was compared with. */
  other: Pick<Version, 'number'> | null;
  baseline: boolean;
  part: Part;
}

export function evaluatedText(evaluated: Evaluated, { version, other, baseline, part }: Measured): string {
  const { candidate, stable, comparisons, lineage } = evaluated;
  const rows = candidate.map(({ capability, n, accuracy, macro, weighted }) => {
    const mine = <T extends { capability: string }>(all: T[]): T | undefined =>
      all.find((one) => one.capability === capability);
    const { low, high } = wilson(Math.round(accuracy * n), n);
    const [before, comparison, linear] = [mine(stable), mine(comparisons), mine(evaluated.baseline)];
    return [
      capability,
      count(n),
      `${figure(accuracy)} [${figure(low)}, ${figure(high)}]`,
      figure(macro.f1),
      figure(weighted.f1),
      ...(other === null
        ? []
        : [
            before === undefined ? '–' : figure(before.accuracy),
            comparison === undefined ? '–' : `${signed(comparison.difference)} ${interval(comparison)}`,
          ]),
      ...(baseline ? [linear === undefined ? '–' : figure(linear.accuracy)] : []),
    ];
  });
  const head = [
    'capability',
    'n',
    'accuracy (95 %)',
    'macro F1',
    'weighted F1',
    ...(other === null ? [] : [`v${other.number}’s accuracy`, 'difference (95 %)']),
    ...(baseline ? ['linear model’s'] : []),
  ];
  const replaced = lineage === undefined ? null : otherDataSentence(version.number, part, lineage);
  return [table(head, rows), ...(replaced === null ? [] : ['', `! ${replaced}`])].join('\n');
}
