/** Where a version does worse than overall: slices of the data, and texts that were damaged. */
import type { CapabilityCard, SliceMeasure } from '../../domain/card.ts';
import { html, type Html } from '../page/html.ts';
import { scaleOfShares, scaleOver } from '../../domain/scale.ts';
import { count, figure, interval, signed } from '../words.ts';
import { range, shownSlices, sliceName, toneOf, toneWords } from './facts.ts';
import { foldedTable, mark, named, tableOf, ticks } from './marks.ts';

export function slices({ slices: all, evaluation }: CapabilityCard): Html {
  const overall = evaluation.accuracy;
  const scale = scaleOfShares([overall, ...all.flatMap(({ low, high }) => [low, high])], 2);
  const row = (slice: SliceMeasure): Html => {
    const { accuracy, low, high, n, gap } = slice;
    const kind = toneOf({ low: low - overall, high: high - overall });
    const words = `${sliceName(slice)}: accuracy ${figure(accuracy)} ${range(slice)}, n = ${count(n)}`;
    return html`<tr>
      <th scope="row" class="text">${named(sliceName(slice), 32)}</th>
      <td class="drawn">${mark(scale, { kind, value: accuracy, interval: { low, high }, line: overall, words })}</td>
      <td>${figure(accuracy)}<small class="under">${range(slice)}</small></td>
      <td class="odd">${signed(gap)}</td>
      <td>${count(n)}</td>
    </tr>`;
  };
  return html`<figure class="slices">
    <figcaption>
      <h3>Worst slices</h3>
      <p>Accuracy with Wilson’s 95 % interval; the line is the accuracy of all, ${figure(overall)}</p>
    </figcaption>
    ${
      all.length === 0
        ? html`<p class="muted">No slice has enough examples.</p>`
        : foldedTable(
            [
              { text: 'slice' },
              { title: ticks(scale, (tick) => figure(tick, scale.digits), true), kind: 'drawn' },
              'accuracy',
              { title: 'gap', kind: 'odd' },
              'n',
            ],
            all.map(row),
            shownSlices,
          )
    }
  </figure>`;
}

export function robustness({ robustness: all, evaluation }: CapabilityCard): Html {
  const scale = scaleOver([0, ...all.flatMap(({ low, high }) => [low, high])], 2);
  return html`<figure>
    <figcaption>
      <h3>The same texts, damaged</h3>
      <p>Undamaged: ${figure(evaluation.accuracy)}. The difference with its 95 % interval.</p>
    </figcaption>
    ${
      all.length === 0
        ? html`<p class="muted">Not measured.</p>`
        : tableOf(
            [
              { text: 'damage' },
              { title: ticks(scale, (tick) => (tick === 0 ? '0' : signed(tick, scale.digits)), true), kind: 'drawn' },
              'accuracy',
              'difference',
            ],
            all.map(({ damage, accuracy, difference, low, high }) => {
              const kind = toneOf({ low, high });
              const words = `${damage}: ${signed(difference)} ${interval({ low, high })}, ${toneWords[kind]}`;
              return html`<tr>
                <th scope="row" class="text">${named(damage, 32)}</th>
                <td class="drawn">
                  ${mark(scale, { kind, value: difference, interval: { low, high }, line: 0, words })}
                </td>
                <td>${figure(accuracy)}</td>
                <td>${signed(difference)}<small class="under">${interval({ low, high })}</small></td>
              </tr>`;
            }),
          )
    }
  </figure>`;
}
