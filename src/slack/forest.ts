/** Differences with their intervals beside zero, a row each: the part of a chart that compares candidate and stable. */
import { scaleOver } from '../domain/scale.ts';
import { signed } from '../domain/words.ts';
import { heading, labels, left, legend, more, most, pad, right, row } from './chart-layout.ts';
import { circle, colours, line, text, type Drawn } from './drawing.ts';
import { cutAtEnd, labelsOf } from './labels.ts';

const toneOf = { good: colours.good, bad: colours.bad, unclear: colours.soft } as const;

export interface Difference {
  name: string;
  /** What of it was measured, where that differs from row to row. */
  metric: string | null;
  value: number;
  low: number;
  high: number;
  state: 'good' | 'bad' | 'unclear';
}

/** What is broken, then what is open; then whatever differs most for what is known of it: metrics have units of their own. */
function worstOfAll(all: Difference[]): Difference[] {
  const order = ['bad', 'unclear', 'good'];
  const size = ({ value, low, high }: Difference): number => Math.abs(value) / Math.max(high - low, Number.MIN_VALUE);
  return all.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || size(b) - size(a));
}

/** Differences with their intervals, beside zero. Each row has its own unit, so latencies are scaled by themselves. */
export function forest(title: string, all: Difference[], states: Record<Difference['state'], string>): Drawn | null {
  if (all.length === 0) return null;
  const shown = (all.length > most ? worstOfAll(all) : all).slice(0, most);
  const isShare = ({ low, high }: Difference): boolean => Math.abs(low) <= 1 && Math.abs(high) <= 1;
  const scale = scaleOver([0, ...shown.filter(isShare).flatMap(({ low, high }) => [low, high])], 4);
  const x = (value: number): number => left + scale.of(value) * (right - left);
  const names = labelsOf(
    shown.map(({ name }) => name),
    labels - 12,
    12,
  );
  const rows = shown.map((one, i) => {
    const y = 48 + i * row;
    const colour = toneOf[one.state];
    const middle = y + 15;
    const drawn = isShare(one)
      ? [
          line(x(one.low), middle, x(one.high), middle, colour, 3),
          circle(x(one.value), middle, 5.5, one.state === 'unclear' ? colours.card : colour, colour),
        ]
      : [];
    const interval = `[${signed(one.low)}, ${signed(one.high)}]`;
    return [
      text(pad, y + (one.metric === null ? 19 : 13), names[i] ?? ''),
      ...(one.metric === null
        ? []
        : [text(pad, y + 27, cutAtEnd(one.metric, labels - 12, 11), { soft: true, size: 11 })]),
      ...drawn,
      text(right + 14, y + 13, signed(one.value), { bold: true }),
      text(right + 14, y + 27, interval, { soft: true, size: 11 }),
    ].join('');
  });
  const bottom = 48 + shown.length * row;
  const grid = scale.ticks.map((tick) =>
    [
      line(x(tick), 42, x(tick), bottom, tick === 0 ? colours.soft : colours.grid),
      text(x(tick), bottom + 15, signed(tick), { soft: true, anchor: 'middle', size: 11 }),
    ].join(''),
  );
  const kinds = (['good', 'unclear', 'bad'] as const).filter((kind) => all.some(({ state }) => state === kind));
  const key = legend(kinds.map((kind) => [states[kind], toneOf[kind]]));
  const markup = [heading(title), key, ...grid, ...rows, more(all.length, bottom + 32)].join('');
  const named = ({ name, metric }: Difference): string => (metric === null ? name : `${name}: ${metric}`);
  const words = shown.map((one) => `${named(one)} ${signed(one.value)} [${signed(one.low)}, ${signed(one.high)}]`);
  return { markup, height: bottom + (all.length > most ? 36 : 20), words: `${title}: ${words.join(', ')}.` };
}
