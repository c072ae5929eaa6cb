/** Accuracy and macro-F1 beside the linear model and the other version, and what the differences allow to say. */
import type { CapabilityCard, Card } from '../../domain/card.ts';
import type { Evaluation } from '../../domain/version.ts';
import { html, labelWidth, type Html } from '../page/html.ts';
import { scaleOfShares, scaleOver, type Scale } from '../../domain/scale.ts';
import { count, figure, interval, signed } from '../words.ts';
import { pText, range, toneOf, toneWords } from './facts.ts';
import { mark, ticks, type Mark } from './marks.ts';

interface Row {
  name: string;
  mark: Mark;
  number: Html;
}

export function measures(one: CapabilityCard, card: Card): Html {
  const { evaluation, intervals, baseline } = one;
  const own = `v${card.version.number}`;
  const group = (
    title: string,
    of: (one: Evaluation) => number,
    bounds: { low: number; high: number } | null,
  ): Html => {
    const rows = [
      valueRow(title, own, 'own', of(evaluation), bounds),
      valueRow(title, 'linear', 'linear', of(baseline.evaluation), null),
      ...(one.against === null
        ? []
        : [valueRow(title, `v${card.against?.number ?? '?'}`, 'other', of(one.against.evaluation), null)]),
    ];
    return html`<h4>${title}</h4>
      ${rows.map((row) => drawn(scale, row))}`;
  };
  const all = [evaluation, baseline.evaluation, ...(one.against === null ? [] : [one.against.evaluation])];
  const scale = scaleOfShares(
    [
      ...all.flatMap(({ accuracy, macro }) => [accuracy, macro.f1]),
      ...[intervals.accuracy, intervals.macroF1 ?? []].flat().flatMap(({ low, high }) => [low, high]),
    ],
    3,
  );
  return html`<figure>
    <figcaption>
      <h3>Accuracy and macro F1</h3>
      <p>
        n = ${count(evaluation.n)}; 95 % intervals, Wilson’s of
        accuracy${intervals.macroF1 === null ? '' : ', of macro F1 by bootstrap'}
      </p>
    </figcaption>
    <div class="rows" style="${labelWidth(['linear'])}">
      ${group('accuracy', ({ accuracy }) => accuracy, intervals.accuracy)}
      ${group('macro F1', ({ macro }) => macro.f1, intervals.macroF1)}
      ${axis(scale, (tick) => figure(tick, scale.digits))}
    </div>
  </figure>`;
}

function valueRow(
  title: string,
  name: string,
  kind: 'own' | 'linear' | 'other',
  value: number,
  bounds: { low: number; high: number } | null,
): Row {
  const beside = bounds === null ? '' : ` ${range(bounds)}`;
  return {
    name,
    mark: { kind, value, interval: bounds, line: null, words: `${title} of ${name}: ${figure(value)}${beside}` },
    number: html`${figure(value)} <small>${beside}</small>`,
  };
}

export function differences(one: CapabilityCard, card: Card): Html {
  const entries = [
    { name: 'linear', comparison: one.baseline.comparison, note: '' },
    ...(one.against === null
      ? []
      : [
          {
            name: `v${card.against?.number ?? '?'}`,
            comparison: one.against.comparison,
            note: pText(one.against.pValue),
          },
        ]),
  ];
  const scale = scaleOver([0, ...entries.flatMap(({ comparison }) => [comparison.low, comparison.high])], 3);
  const rows = entries.map(({ name, comparison, note }): Row => {
    const kind = toneOf(comparison);
    const words = `v${card.version.number} − ${name}: ${signed(comparison.difference)} ${interval(comparison)}, ${toneWords[kind]}`;
    return {
      name: `− ${name}`,
      mark: { kind, value: comparison.difference, interval: comparison, line: 0, words },
      number: html`${signed(comparison.difference)}
        <small>${interval(comparison)}${note === '' ? null : html`<br />McNemar ${note}`}</small>`,
    };
  });
  return html`<figure>
    <figcaption>
      <h3>v${card.version.number} less the others, accuracy</h3>
      <p>95 % intervals, same examples</p>
    </figcaption>
    <ul class="legend">
      <li><i class="key dot good"></i>better</li>
      <li><i class="key dot unclear"></i>no clear difference</li>
      <li><i class="key dot worse"></i>worse</li>
    </ul>
    <div class="rows" style="${labelWidth(['− linear'])}">
      ${rows.map((row) => drawn(scale, row))} ${axis(scale, (tick) => (tick === 0 ? '0' : signed(tick, scale.digits)))}
    </div>
  </figure>`;
}

function drawn(scale: Scale, row: Row): Html {
  return html`<div class="row">
    <span class="label">${row.name}</span>${mark(scale, row.mark)}<span class="number">${row.number}</span>
  </div>`;
}

function axis(scale: Scale, written: (tick: number) => string): Html {
  return html`<div class="row axis-row" aria-hidden="true"><span></span>${ticks(scale, written)}<span></span></div>`;
}
