/** N(t) and P(t): a column for each t, filled as far as the release has come, with the plan's outline around it. */
import { curveOf, type CurveStep } from '../story.ts';
import { count, figure, momentOf } from '../words.ts';
import type { ReleaseReport } from '../../domain/report.ts';
import { at, html, type Html } from './html.ts';
import { scaleOver } from '../../domain/scale.ts';

const height = 200;
/** Labels under the columns are left out where there is no room for all. */
const labelled = 10;

export function curveChart(report: ReleaseReport): Html | null {
  const points = curveOf(report);
  if (points.length === 0) return null;
  const total = points.at(-1)?.planned.n ?? 0;
  const { ticks, high } = scaleOver([0, total], 4);
  const y = (n: number): number => height - (n / high) * height;
  const every = Math.ceil(points.length / labelled);
  const column = (point: CurveStep, index: number): Html => {
    const slot = 1 / points.length;
    const x = (index + 0.5) * slot;
    const wide = Math.min(slot * 0.64, 0.16);
    const shown = point.actual ?? point.planned;
    const labels = index % every === 0 || index === points.length - 1;
    const title =
      `t = ${point.t}: N = ${point.actual === null ? 'not reached' : count(point.actual.n)}, planned ${count(point.planned.n)}; ` +
      `P = ${point.actual === null ? 'not reached' : figure(point.actual.p, 2)}, planned ${figure(point.planned.p, 2)}`;
    return html`<g>
      <title>${title}</title>
      ${point.actual === null ? null : html`<rect class="candidate" x="${at(x - wide / 2)}" width="${at(wide)}" y="${y(point.actual.n)}" height="${height - y(point.actual.n)}" rx="2" />`}
      <rect
        class="planned"
        x="${at(x - wide / 2)}"
        width="${at(wide)}"
        y="${y(point.planned.n)}"
        height="${height - y(point.planned.n)}"
        rx="2"
      />
      ${
        labels
          ? html`<text
                class="value ${point.actual === null ? 'muted' : ''}"
                x="${at(x)}"
                y="${y(Math.max(shown.n, point.planned.n)) - 7}"
                >${count(shown.n)}</text
              >
              <text class="tick mid" x="${at(x)}" y="${height + 17}">${point.t}</text>
              <text class="tick mid strong ${point.actual === null ? 'muted' : ''}" x="${at(x)}" y="${height + 34}"
                >${figure(shown.p, 2)}</text
              >`
          : null
      }
    </g>`;
  };
  const reached = points.filter((point) => point.actual !== null);
  const last = reached.at(-1);
  const summary =
    last === undefined || last.actual === null
      ? `Nothing is released yet; ${count(total)} capabilities are planned in ${points.length} stages.`
      : `${count(last.actual.n)} of ${count(total)} capabilities are with all users at t = ${last.t}, P = ${figure(last.actual.p, 2)}.`;
  return html`<figure class="card">
    <figcaption>
      <h2>Capabilities released</h2>
      <p>N(t) of ${count(total)}, and P(t) = N(t) / N<sub>T</sub></p>
    </figcaption>
    <ul class="legend">
      <li><i class="key candidate"></i>released</li>
      <li><i class="key planned"></i>planned</li>
    </ul>
    <div class="plot" style="padding:18px 6px 44px 42px">
      <svg role="img" aria-label="${summary}" width="100%" height="${height}">
        ${ticks.map((n) => html`<line class="grid" x1="0" x2="100%" y1="${y(n)}" y2="${y(n)}" /><text class="tick end" x="-10" y="${y(n) + 4}">${count(n)}</text>`)}
        <text class="tick end" x="-10" y="${height + 17}">t</text>
        <text class="tick end" x="-10" y="${height + 34}">P(t)</text>
        ${points.map(column)}
      </svg>
    </div>
    ${curveTable(report, points)}
  </figure>`;
}

function curveTable(report: ReleaseReport, points: readonly CurveStep[]): Html {
  const row = ({ t, planned, actual }: CurveStep, index: number): Html =>
    html`<tr>
      <th scope="row">${t}</th>
      <td>${actual === null ? '–' : count(actual.n)}</td>
      <td>${count(planned.n)}</td>
      <td>${actual === null ? '–' : figure(actual.p, 2)}</td>
      <td>${figure(planned.p, 2)}</td>
      <td>${actual === null ? '–' : momentOf(report, actual.at)}</td>
      <td class="text">${report.stages[index]?.capabilities.join(', ') ?? ''}</td>
    </tr>`;
  return html`<details>
    <summary>As a table</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">t</th>
            <th scope="col">N(t)</th>
            <th scope="col">planned</th>
            <th scope="col">P(t)</th>
            <th scope="col">planned</th>
            <th scope="col">at (UTC)</th>
            <th scope="col" class="text">capabilities</th>
          </tr>
        </thead>
        <tbody>
          ${points.map(row)}
        </tbody>
      </table>
    </div>
  </details>`;
}
