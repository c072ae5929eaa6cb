/** How the training went: the loss, and accuracy and macro-F1 on the validation part, after each epoch. */
import type { CapabilityCard } from '../../domain/card.ts';
import { at, html, type Html } from '../page/html.ts';
import { scaleOfShares, scaleOver } from '../../domain/scale.ts';
import { figure } from '../words.ts';
import { tableOf } from './marks.ts';

const lossHeight = 76;
const scoreHeight = 116;
/** From the bottom of one plot to the top of the next. */
const between = 26;
/** Epochs that get a number below them. */
const labelled = 10;

type Curve = CapabilityCard['curve'];
type Series = keyof Curve[number];

export function trainingCurve({ curve, keptEpoch }: CapabilityCard): Html {
  const kept = curve[keptEpoch - 1];
  const caption = html`<figcaption>
    <h3>Training</h3>
    <p>
      ${
        kept === undefined
          ? `Kept: epoch ${keptEpoch}`
          : `Kept: epoch ${keptEpoch} of ${curve.length}, with ${figure(kept.accuracy)} accuracy and ${figure(kept.macroF1)} macro F1 on validation`
      }
    </p>
  </figcaption>`;
  if (curve.length === 0) {
    return html`<figure>
      ${caption}
      <p class="muted">Its epochs were not recorded.</p>
    </figure>`;
  }
  const x = (index: number): string => at((index + 0.5) / curve.length);
  const top = lossHeight + between;
  const height = top + scoreHeight;
  const every = Math.ceil(curve.length / labelled);
  const first = curve[0];
  const last = curve.at(-1);
  const words =
    `The loss went from ${figure(first?.loss ?? 0)} to ${figure(last?.loss ?? 0)} in ${curve.length} epochs, ` +
    `validation accuracy from ${figure(first?.accuracy ?? 0)} to ${figure(last?.accuracy ?? 0)}; epoch ${keptEpoch} was kept.`;
  return html`<figure>
    ${caption}
    <ul class="legend">
      <li><i class="key loss"></i>loss</li>
      <li><i class="key accuracy"></i>accuracy</li>
      <li><i class="key macroF1"></i>macro F1</li>
    </ul>
    <div class="plot" style="padding:18px 14px 24px 42px">
      <svg role="img" aria-label="${words}" width="100%" height="${height}">
        ${
          kept === undefined
            ? null
            : html`<line class="kept" x1="${x(keptEpoch - 1)}" x2="${x(keptEpoch - 1)}" y1="-4" y2="${height}" />
                <text class="tick mid strong" x="${x(keptEpoch - 1)}" y="-8">kept</text>`
        }
        ${panel(curve, ['loss'], 0, lossHeight, keptEpoch, x)}
        ${panel(curve, ['accuracy', 'macroF1'], top, scoreHeight, keptEpoch, x)}
        ${curve.map((_, index) =>
          index % every === 0
            ? html`<text class="tick mid" x="${x(index)}" y="${height + 17}">${index + 1}</text>`
            : null,
        )}
      </svg>
    </div>
    ${curveTable(curve, keptEpoch)}
  </figure>`;
}

function panel(
  curve: Curve,
  series: readonly Series[],
  top: number,
  height: number,
  keptEpoch: number,
  x: (index: number) => string,
): Html {
  const values = series.flatMap((name) => curve.map((one) => one[name]));
  const scale = series.includes('loss') ? scaleOver([0, ...values], 3) : scaleOfShares(values, 3);
  const y = (value: number): number => top + height * (1 - scale.of(value));
  const line = (name: Series): Html[] =>
    curve.slice(1).flatMap((one, index) => {
      const [from, to] = [curve[index]?.[name] ?? Number.NaN, one[name]];
      if (!Number.isFinite(from) || !Number.isFinite(to)) return [];
      return html`<line class="series ${name}" x1="${x(index)}" y1="${y(from)}" x2="${x(index + 1)}" y2="${y(to)}" />`;
    });
  const dot = (name: Series): Html[] =>
    curve.flatMap((one, index) =>
      Number.isFinite(one[name]) && (curve.length <= 30 || index === keptEpoch - 1)
        ? html`<circle
            class="dot ${name}"
            cx="${x(index)}"
            cy="${y(one[name])}"
            r="${index === keptEpoch - 1 ? 5 : 2.5}"
            ><title>epoch ${index + 1}: ${figure(one[name])}</title></circle
          >`
        : [],
    );
  return html`${scale.ticks.map(
    (tick) =>
      html`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}" /><text
          class="tick end"
          x="-8"
          y="${y(tick) + 4}"
          >${figure(tick, scale.digits)}</text
        >`,
  )}
  ${series.map(line)} ${series.map(dot)}`;
}

function curveTable(curve: Curve, keptEpoch: number): Html {
  return html`<details>
    <summary>As a table</summary>
    ${tableOf(
      ['epoch', 'loss', 'accuracy', 'macro F1'],
      curve.map(
        ({ loss, accuracy, macroF1 }, index) =>
          html`<tr>
            <th scope="row">${index + 1 === keptEpoch ? `kept: ${index + 1}` : index + 1}</th>
            <td>${figure(loss)}</td>
            <td>${figure(accuracy)}</td>
            <td>${figure(macroF1)}</td>
          </tr>`,
      ),
    )}
  </details>`;
}
