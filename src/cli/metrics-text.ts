/** What was measured on held-out data, as a table for the terminal: stable, candidate, difference and linear baseline. */
import type { ReleaseReport } from '../domain/report.ts';
import type { Examination } from '../domain/version.ts';
import { cell, columns, wrap, type Line } from './lines.ts';
import { baselineSentence, comparisonSentence, examinationsOf } from './story.ts';
import { count, figure, interval, signed } from './words.ts';

/** With more capabilities, those that fare worst are shown. */
const shownCapabilities = 8;

export function metricsText(report: ReleaseReport, width: number): Line[] {
  const all = examinationsOf(report);
  if (all.length === 0) return [];
  const byDifference = [...all].sort((a, b) => (a.comparison?.difference ?? 1) - (b.comparison?.difference ?? 1));
  const shown = all.length <= shownCapabilities ? all : byDifference.slice(0, shownCapabilities);
  const narrow = width < 96;
  const title = `held-out ${all[0]?.candidate.data ?? ''}`;
  const widest = Math.max(columns(title), ...shown.map((one) => columns(one.capability))) + 1;
  const names = Math.min(widest, Math.max(12, width - (narrow ? 48 : 84)));
  const header =
    `${cell(title, names)}${narrow ? '' : cell('n', 7, 'right')}${cell('stable', 9, 'right')}` +
    `${cell('candidate', 11, 'right')}   ${cell('difference', narrow ? 7 : 24)}` +
    `${narrow ? '' : cell('macro F1', 15)}${cell('baseline', 9)}`;
  const note =
    all.length > shown.length ? `the ${shown.length} worst of ${all.length}; all of them are on the page` : null;
  const sentences = [comparisonSentence(all), baselineSentence(all)].filter((one) => one !== null);
  return [
    [' ', [header, 'dim']],
    ...shown.map((one) => metricLine(one, names, narrow)),
    ...(note === null ? [] : [[' ', [note, 'dim'] as const]]),
    ...sentences.flatMap((text) => wrap(text, width - 2).map((line): Line => [` ${line}`])),
  ];
}

/** Accuracy of both versions and of the linear baseline; macro F1 beside it, for labels that are rare. */
function metricLine(one: Examination, names: number, narrow: boolean): Line {
  const { capability, candidate, stable, comparison, baseline } = one;
  const difference =
    comparison === null ? '–' : `${signed(comparison.difference)}${narrow ? '' : ` ${interval(comparison)}`}`;
  const tone = comparison === null ? 'dim' : comparison.low > 0 ? 'good' : comparison.high < 0 ? 'bad' : null;
  const f1 = [stable, candidate].flatMap((version) => (version === null ? [] : figure(version.macro.f1))).join(' → ');
  const shown = cell(difference, narrow ? 7 : 24);
  return [
    ` ${cell(capability, names)}${narrow ? '' : cell(count(candidate.n), 7, 'right')}`,
    cell(stable === null ? '–' : figure(stable.accuracy), 9, 'right'),
    `${cell(figure(candidate.accuracy), 11, 'right')}   `,
    tone === null ? shown : [shown, tone],
    narrow ? '' : cell(f1, 15),
    baseline === null ? '–' : figure(baseline.accuracy),
    baseline !== null && baseline.accuracy > candidate.accuracy ? [' better', 'warn'] : '',
  ];
}
