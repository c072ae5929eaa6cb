/** The report of an import, in words. */
import { refusedLines } from '../datasets/own/refusals.ts';
import type { ImportReport } from '../datasets/own/report.ts';
import { warningsOf } from '../datasets/own/warnings.ts';
import { printable } from '../domain/words.ts';
import { table } from './output.ts';
import { count, percent, several } from './words.ts';

const mostRefused = 10;
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
    // First, where they are not overlooked: a file that is half unreadable can be kept.
    ...warnings.map((warning) => `! ${warning}`),
    ...(warnings.length > 0 ? [''] : []),
    `${several(rows, 'row')} read, ${count(refused.total)} refused, ${several(taken, 'example')}: ${count(parts.train)} to learn from, ${count(parts.validation)} for validation, ${count(parts['held-out'])} held out`,
    ...left.map((line) => `  ${line}`),
    `  half of the texts have at most ${count(tokens.median)} tokens, nearly all (95 %) at most ${count(tokens.p95)}`,
    ...(refused.total > 0 ? ['', 'Refused:', ...refusedLines(refused, mostRefused).map((line) => `  ${line}`)] : []),
    '',
    table(['capability', 'label', 'train', 'validation', 'held-out', 'of all parts'], balanceRows(report)),
  ].join('\n');
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
        printable(label),
        count(of.train),
        count(of.validation),
        count(of['held-out']),
        percent(Math.round((1000 * all) / total) / 1000),
      ]);
    const more = counted.length - mostLabels;
    return more > 0 ? [...rows, [capability, `and ${count(more)} more`]] : rows;
  });
}
