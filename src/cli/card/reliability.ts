/** Whether the version is right as often as it is sure: accuracy over confidence, with the examples of each bin below. */
import type { CapabilityCard } from '../../domain/card.ts';
import { at, html, type Html } from '../page/html.ts';
import { count, figure, percent } from '../words.ts';
import { calibrationSentence } from './facts.ts';
import { tableOf } from './marks.ts';

const height = 150;
const barHeight = 42;
const between = 26;

type Bin = CapabilityCard['calibration']['bins'][number];

export function reliability(one: CapabilityCard): Html {
  const { bins, ece } = one.calibration;
  const full = bins.filter(({ n }) => n > 0);
  const most = Math.max(1, ...bins.map(({ n }) => n));
  const floor = height + between + barHeight;
  const y = (share: number): number => height * (1 - share);
  const bar = ({ from, to, n }: Bin): Html =>
    html`<rect
      class="amount"
      x="${at(from + 0.006)}"
      width="${at(to - from - 0.012)}"
      y="${floor - (barHeight * n) / most}"
      height="${(barHeight * n) / most}"
      rx="1.5"
      ><title>${count(n)} examples of confidence ${figure(from, 2)} to ${figure(to, 2)}</title></rect
    >`;
  const point = ({ n, confidence, accuracy }: Bin): Html | null => {
    if (confidence === null || accuracy === null) return null;
    const words = `confidence ${figure(confidence)}, accuracy ${figure(accuracy)}, n = ${count(n)}`;
    return html`<line
        class="offset"
        x1="${at(confidence)}"
        x2="${at(confidence)}"
        y1="${y(confidence)}"
        y2="${y(accuracy)}"
      />
      <circle class="point own" cx="${at(confidence)}" cy="${y(accuracy)}" r="4"><title>${words}</title></circle>`;
  };
  const words = `Accuracy over confidence in ${full.length} bins; expected calibration error ${figure(ece)}.`;
  return html`<figure>
    <figcaption>
      <h3>Reliability</h3>
      <p>${calibrationSentence(one)}</p>
    </figcaption>
    <ul class="legend">
      <li><i class="key dot own"></i>accuracy</li>
      <li><i class="key diagonal"></i>right as often as sure</li>
      <li><i class="key amount"></i>examples</li>
    </ul>
    <div class="plot" style="padding:8px 14px 40px 42px">
      <svg role="img" aria-label="${words}" width="100%" height="${floor}">
        ${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}" /><text class="tick end" x="-8" y="${y(tick) + 4}">${tick}</text>`)}
        <line class="diagonal" x1="0" x2="100%" y1="${y(0)}" y2="${y(1)}" />
        ${bins.map(bar)} ${bins.map(point)}
        <line class="axis" x1="0" x2="100%" y1="${floor}" y2="${floor}" />
        <text class="tick end" x="-8" y="${floor - barHeight + 4}">${count(most)}</text>
        <text class="tick end" x="-8" y="${floor + 4}">0</text>
        ${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<text class="tick mid" x="${at(tick)}" y="${floor + 17}">${tick}</text>`)}
        <text class="tick mid" x="50%" y="${floor + 34}">confidence</text>
      </svg>
    </div>
    <details>
      <summary>As a table</summary>
      ${tableOf(
        ['confidence', 'examples', 'mean confidence', 'accuracy'],
        full.map(
          ({ from, to, n, confidence, accuracy }) =>
            html`<tr>
              <th scope="row">${percent(from)} – ${percent(to)}</th>
              <td>${count(n)}</td>
              <td>${confidence === null ? '–' : figure(confidence)}</td>
              <td>${accuracy === null ? '–' : figure(accuracy)}</td>
            </tr>`,
        ),
      )}
    </details>
  </figure>`;
}
