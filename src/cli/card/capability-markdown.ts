/** What a card says of one capability, as Markdown. */
import type { CapabilityCard, Card } from '../../domain/card.ts';
import { count, figure, interval, percent, signed } from '../words.ts';
import {
  balanceOf,
  besideBaseline,
  besideConstant,
  besideOther,
  calibrationSentence,
  classesOf,
  confusionsOf,
  gap,
  gridLabels,
  pText,
  parts,
  range,
  shownConfusions,
  sliceName,
  tellingWords,
} from './facts.ts';
import { plain, table } from './markdown.ts';

/** The blocks of a capability's section. */
export function capabilityMarkdown(one: CapabilityCard, card: Card): string[] {
  const { evaluation } = one;
  const said = [besideConstant(one), besideBaseline(one), besideOther(one, card)].flatMap((saying) =>
    saying === null ? [] : `- ${plain(saying.text, 1000)}`,
  );
  return [
    `## Capability ${plain(one.capability)}`,
    said.join('\n'),
    measures(one, card),
    '### Each label',
    table(
      ['label', 'precision', 'recall', 'F1', 'examples'],
      classesOf(evaluation).map(([label, { precision, recall, f1, support }]) => [
        plain(label),
        figure(precision),
        figure(recall),
        figure(f1),
        count(support),
      ]),
    ),
    '### Which is taken for which',
    confusion(one),
    '### Training',
    curve(one),
    '### Reliability',
    calibrationSentence(one),
    bins(one),
    '### Worst slices',
    slices(one),
    '### The same texts, damaged',
    robustness(one),
    '### Most confident mistakes',
    mistakes(one),
    '### Balance of the data',
    table(
      ['label', ...parts],
      balanceOf(one).map(([label, counts]) => [plain(label), ...parts.map((part) => count(counts[part]))]),
    ),
  ];
}

function measures(one: CapabilityCard, { version, against: other }: Card): string {
  const { evaluation, intervals, baseline, against, ranking } = one;
  const rows = [
    [
      `v${version.number}`,
      `${figure(evaluation.accuracy)} ${range(intervals.accuracy)}`,
      `${figure(evaluation.macro.f1)} ${range(intervals.macroF1)}`,
      '',
      ...(against === null ? [] : ['']),
    ],
    [
      'linear model',
      figure(baseline.evaluation.accuracy),
      figure(baseline.evaluation.macro.f1),
      difference(baseline.comparison),
      // The test is made of the two versions alone.
      ...(against === null ? [] : ['']),
    ],
    ...(against === null
      ? []
      : [
          [
            `v${other?.number ?? '?'}`,
            figure(against.evaluation.accuracy),
            figure(against.evaluation.macro.f1),
            difference(against.comparison),
            pText(against.pValue),
          ],
        ]),
  ];
  const head = ['', 'accuracy', 'macro F1', `v${version.number}’s accuracy less theirs`];
  const beside = table([...head, ...(against === null ? [] : ['McNemar'])], rows);
  if (ranking === null) return beside;
  const { positive, rocAuc, averagePrecision } = ranking;
  return `${beside}\n\nScores of ${plain(positive)}: ROC-AUC ${figure(rocAuc)}, PR-AUC (average precision) ${figure(averagePrecision)}.`;
}

export function difference(comparison: { difference: number; low: number; high: number }): string {
  return `${signed(comparison.difference)} ${interval(comparison)}`;
}

/** A table of all, or with many labels a list of the largest. */
function confusion({ evaluation }: CapabilityCard): string {
  const { labels, confusion: rows } = evaluation;
  if (labels.length <= gridLabels) {
    const numbers = labels.map((_, index) => String(index + 1));
    const body = rows.map((row, from) => [
      `${from + 1} ${plain(labels[from] ?? '')}`,
      ...row.map((n, to) => (from === to ? `**${count(n)}**` : count(n))),
    ]);
    return `Rows: the truth; columns: what was answered.\n\n${table(['truth', ...numbers], body)}`;
  }
  const all = confusionsOf(evaluation);
  if (all.length === 0) return 'None.';
  const shown = all.slice(0, shownConfusions);
  const body = shown.map(({ truth, answer, n, of }) => [
    plain(truth),
    plain(answer),
    count(n),
    percent(Number((n / of).toFixed(3))),
  ]);
  return `The ${shown.length} largest of ${count(all.length)}.\n\n${table(['truth', 'answered', 'times', 'of the truth’s'], body, [0, 1])}`;
}

function curve({ curve: epochs, keptEpoch }: CapabilityCard): string {
  if (epochs.length === 0) return `Epoch ${keptEpoch} was kept.`;
  const rows = epochs.map(({ loss, accuracy, macroF1 }, index) => [
    index + 1 === keptEpoch ? `**${index + 1}, kept**` : String(index + 1),
    figure(loss),
    figure(accuracy),
    figure(macroF1),
  ]);
  return table(['epoch', 'loss', 'validation accuracy', 'validation macro F1'], rows, []);
}

function bins({ calibration }: CapabilityCard): string {
  const rows = calibration.bins
    .filter(({ n }) => n > 0)
    .map(({ from, to, n, confidence, accuracy }) => [
      `${percent(from)} – ${percent(to)}`,
      count(n),
      confidence === null ? '–' : figure(confidence),
      accuracy === null ? '–' : figure(accuracy),
    ]);
  return rows.length === 0 ? '' : table(['confidence', 'examples', 'mean confidence', 'accuracy'], rows);
}

function slices({ slices: all }: CapabilityCard): string {
  if (all.length === 0) return 'No slice has enough examples.';
  const rows = all.map((slice) => [
    plain(sliceName(slice)),
    `${figure(slice.accuracy)} ${range(slice)}`,
    signed(slice.gap),
    count(slice.n),
  ]);
  return table(['slice', 'accuracy', 'gap', 'n'], rows);
}

function robustness({ robustness: all }: CapabilityCard): string {
  if (all.length === 0) return 'Not measured.';
  const rows = all.map((one) => [plain(one.damage), figure(one.accuracy), difference(one)]);
  return table(['damage', 'accuracy', 'difference'], rows);
}

function mistakes({ mistakes: all }: CapabilityCard): string {
  if (all.length === 0) return 'It made no mistake.';
  const rows = all.map((answer) => {
    const text = answer.words.map(({ word }, index) => gap(answer.words[index - 1]?.word, word) + word).join('');
    const list = (side: 'for' | 'against'): string =>
      tellingWords(answer, side)
        .map((word) => plain(word, 24))
        .join(', ');
    return [
      answer.truth === null ? '–' : plain(answer.truth),
      plain(answer.label),
      figure(answer.confidence),
      list('for'),
      list('against'),
      plain(text, 200),
    ];
  });
  return table(['truth', 'answered', 'confidence', 'words for it', 'against it', 'text'], rows, [0, 1, 3, 4, 5]);
}
