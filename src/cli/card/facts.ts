/** What a card says once its figures are put together: the same on its page and in Markdown. */
import type { CapabilityCard, Card, ExplainedAnswer, SliceMeasure } from '../../domain/card.ts';
import type { Comparison, Evaluation, Part } from '../../domain/version.ts';
import { unspaced } from '../../model/tokenizer.ts';
import { nothingLearntSentence, otherDataSentence } from '../learnt-text.ts';
import { clip } from '../lines.ts';
import { count, figure, interval, several, signed } from '../words.ts';

/** With more labels, a grid of all confusions is not read; the largest are listed instead. */
export const gridLabels = 12;
/** Of longer lists, so many are seen at once. */
export const shownConfusions = 15;
export const shownLabels = 12;
export const shownSlices = 10;

export interface Saying {
  text: string;
  tone: Tone;
}

export type Tone = 'good' | 'bad' | 'unclear';

/** What the interval of a difference allows to say; a difference is this version's, less the other's. */
export function toneOf({ low, high }: { low: number; high: number }): Tone {
  return low > 0 ? 'good' : high < 0 ? 'bad' : 'unclear';
}

export const toneWords: Record<Tone, string> = { good: 'better', bad: 'worse', unclear: 'no clear difference' };

export function besideBaseline({ evaluation, baseline }: CapabilityCard): Saying {
  const ahead = baseline.evaluation.macro.f1 - evaluation.macro.f1;
  const tone = toneOf(baseline.comparison);
  const macro =
    ahead < 0.0005
      ? ''
      : tone === 'bad'
        ? `, and by ${figure(ahead)} of macro F1`
        : `, ${tone === 'good' ? 'but' : 'though'} the linear model’s macro F1 is ${figure(ahead)} higher`;
  return { text: `${beside(baseline.comparison, 'the linear model')}${macro}.`, tone };
}

/** Where it is no better than a constant answer. */
export function besideConstant({ evaluation }: CapabilityCard): Saying | null {
  const sentence = nothingLearntSentence(evaluation);
  return sentence === null ? null : { text: `${sentence.replace(/^n/, 'N')}.`, tone: 'bad' };
}

export function besideOther({ against }: CapabilityCard, card: Card): Saying | null {
  if (against === null || card.against === null) return null;
  const { comparison, pValue } = against;
  return {
    text: `${beside(comparison, `v${card.against.number}`)}; McNemar's test: ${pText(pValue)}.`,
    tone: toneOf(comparison),
  };
}

function beside(comparison: Comparison, other: string): string {
  const { difference, low, high } = comparison;
  switch (toneOf(comparison)) {
    case 'good':
      return `Better than ${other} by more than chance: by ${figure(difference)} of accuracy ${interval({ low, high })}`;
    case 'bad': {
      const name = other.replace(/^t/, 'T');
      return `${name} is better by more than chance: by ${figure(-difference)} of accuracy ${interval({ low: -high, high: -low })}`;
    }
    case 'unclear':
      return `Not clearly different from ${other}: ${signed(difference)} of accuracy ${interval({ low, high })}`;
  }
}

/** Where the data is another than the version learnt from, under the same name. */
export function replacedData({ version: { number, madeFrom }, data, part }: Card): string | null {
  const trainedOn = { name: madeFrom.data, digest: madeFrom.dataDigest };
  return otherDataSentence(number, part, { measuredOn: data, trainedOn });
}

/** At how many capabilities the version is better than the linear model, or worse, by what the intervals allow to say. */
export function baselineSummary({ capabilities }: Card, named = 6): string | null {
  if (capabilities.length === 0) return null;
  const counted = (['good', 'bad', 'unclear'] as const).flatMap((tone) => {
    const of = capabilities.filter(({ baseline }) => toneOf(baseline.comparison) === tone);
    if (of.length === 0) return [];
    const names = of
      .slice(0, named)
      .map(({ capability, baseline }) => `${clip(capability, 24)} ${signed(baseline.comparison.difference)}`);
    const more = of.length > named ? ` and ${of.length - named} more` : '';
    const chance = tone === 'unclear' ? '' : ' by more than chance';
    return `${summaryWords[tone]}${chance} at ${of.length} (${names.join(', ')}${more})`;
  });
  return `Beside the linear model, of ${several(capabilities.length, 'capability')}: ${counted.join('; ')}.`;
}

const summaryWords: Record<Tone, string> = { good: 'better', bad: 'worse', unclear: 'not clearly different' };

export function calibrationSentence({ calibration }: CapabilityCard): string {
  const { ece, temperature, eceWithTemperature } = calibration;
  const now = `Expected calibration error ${figure(ece)} as it answers`;
  if (temperature === null || eceWithTemperature === null) {
    return `${now}; no temperature was fitted, as the validation part has no examples.`;
  }
  const sure = temperature > 1 ? 'too sure' : temperature < 1 ? 'not sure enough' : 'as sure as it should be';
  return `${now}, ${figure(eceWithTemperature)} if its logits were divided by the temperature ${figure(temperature, 2)} (on the validation part it is ${sure}).`;
}

export interface Confusion {
  truth: string;
  answer: string;
  n: number;
  /** Examples of the true label. */
  of: number;
}

/** Every pair of labels that was confused, the most frequent first. */
export function confusionsOf({ labels, confusion }: Evaluation): Confusion[] {
  const all = confusion.flatMap((row, from) => {
    const of = row.reduce((sum, n) => sum + n, 0);
    return row.flatMap((n, to) =>
      from === to || n === 0 ? [] : [{ truth: labels[from] ?? '', answer: labels[to] ?? '', n, of }],
    );
  });
  return all.sort((a, b) => b.n - a.n || b.n / b.of - a.n / a.of);
}

/** Labels with their figures; of many, those that are found worst come first. */
export function classesOf({ labels, perClass }: Evaluation): [string, Evaluation['perClass'][string]][] {
  const place = new Map(labels.map((label, index) => [label, index]));
  const all = Object.entries(perClass).sort(([a], [b]) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  return all.length <= shownLabels ? all : all.sort(([, a], [, b]) => a.f1 - b.f1 || b.support - a.support);
}

export const parts: readonly Part[] = ['train', 'validation', 'held-out'];

/** Labels with their examples, the most frequent first. */
export function balanceOf({ balance }: CapabilityCard): [string, Record<Part, number>][] {
  const total = (counts: Record<Part, number>): number => parts.reduce((sum, part) => sum + counts[part], 0);
  return Object.entries(balance).sort(([, a], [, b]) => total(b) - total(a));
}

export function sliceName({ kind, name, value }: SliceMeasure): string {
  switch (kind) {
    case 'tokens':
      return `${value} tokens`;
    case 'script':
      return `script: ${value}`;
    case 'attribute':
      return `${name}: ${value}`;
  }
}

/** The words that spoke most for the label that was given, or against it. */
export function tellingWords({ words }: ExplainedAnswer, side: 'for' | 'against', most = 5): string[] {
  const sign = side === 'for' ? 1 : -1;
  const mine = words.filter(({ weight }) => weight * sign > 0).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return [...new Set(mine.map(({ word }) => word))].slice(0, most);
}

const joined = `(?:${unspaced}|[\\u3001-\\u303f\\uff01-\\uff60])`;
const endsUnspaced = new RegExp(`${joined}\\p{M}*$`, 'u');
const startsUnspaced = new RegExp(`^${joined}`, 'u');

/** What stands between two words: nothing where both are of a script that is written without spaces. */
export function gap(before: string | undefined, word: string): '' | ' ' {
  if (before === undefined || (endsUnspaced.test(before) && startsUnspaced.test(word))) return '';
  return ' ';
}

/** `network per capability · epochs 10 · …` */
export function specSentence(spec: Card['version']['spec']): string {
  return Object.entries(spec)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${String(value)}`)
    .join(' · ');
}

/** `[0.897, 0.927]`: of a value, where `interval` is of a difference and has signs. */
export function range(bounds: { low: number; high: number } | null): string {
  return bounds === null ? '' : `[${figure(bounds.low)}, ${figure(bounds.high)}]`;
}

export function pText(pValue: number): string {
  // Spaces that do not break.
  return pValue < 0.001 ? 'p\u00a0<\u00a00.001' : `p\u00a0=\u00a0${figure(pValue)}`;
}

export function bytesText(bytes: number): string {
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size >= 100 ? count(Math.round(size)) : figure(size, 1)} ${unit}`;
}
