/** The report of an import, in words. */
import { warningsOf, type ImportReport } from '../datasets/own/report.ts';
import { table } from './output.ts';
import { count, percent, several } from './words.ts';

const mostReasons = 10;
const mostRows = 10;
const mostLabels = 20;

export function reportText(report: ImportReport): string {
  const { rows, refused, parts, tokens } = report;
  const taken = parts.train + parts.validation + parts['held-out'];
  const left = [
    report.duplicates > 0 ? `${several(report.duplicates, 'copy')} left out` : '',
    report.sampledOut > 0 ? `${count(report.sampledOut)} not drawn (${percent(report.share)} of the texts are)` : '',
    report.cut > 0 ? `${count(report.cut)} cut after 100,000 characters` : '',
    report.nearDuplicates === null ? 'near copies not looked for in so many' : '',
    (report.nearDuplicates ?? 0) > 0
      ? `${several(report.nearDuplicates ?? 0, 'near copy')} kept together in one part`
      : '',
  ].filter(Boolean);
  const warnings = warningsOf(report);
  return [
    `${count(rows)} rows read, ${count(refused.total)} refused, ${count(taken)} examples: ${count(parts.train)} to learn from, ${count(parts.validation)} for validation, ${count(parts['held-out'])} held out`,
    ...left.map((line) => `  ${line}`),
    `  half of the texts have at most ${count(tokens.median)} tokens, nearly all (95 %) at most ${count(tokens.p95)}`,
    ...(refused.total > 0 ? ['', ...refusedLines(refused)] : []),
    '',
    table(['capability', 'label', 'train', 'validation', 'held-out', 'share'], balanceRows(report)),
    ...(warnings.length > 0 ? ['', ...warnings.map((warning) => `! ${warning}`)] : []),
  ].join('\n');
}

function refusedLines({ reasons, first }: ImportReport['refused']): string[] {
  const all = Object.entries(reasons);
  return [
    'Refused:',
    ...all.slice(0, mostReasons).map(([reason, times]) => `  ${count(times)} × ${reason}`),
    ...(all.length > mostReasons ? [`  and ${all.length - mostReasons} other reasons`] : []),
    ...first.slice(0, mostRows).map(({ path, line, reason }) => `  ${path}:${line}: ${reason}`),
  ];
}

function balanceRows({ capabilities }: ImportReport): string[][] {
  return Object.entries(capabilities).flatMap(([capability, labels]) => {
    const counted = Object.entries(labels)
      .map(([label, of]) => ({ label, of, all: of.train + of.validation + of['held-out'] }))
      .sort((a, b) => b.all - a.all);
    const total = counted.reduce((sum, { all }) => sum + all, 0);
    const rows = counted
      .slice(0, mostLabels)
      .map(({ label, of, all }) => [
        capability,
        label,
        count(of.train),
        count(of.validation),
        count(of['held-out']),
        percent(Math.round((1000 * all) / total) / 1000),
      ]);
    const more = counted.length - mostLabels;
    return more > 0 ? [...rows, [capability, `and ${more} more`]] : rows;
  });
}
