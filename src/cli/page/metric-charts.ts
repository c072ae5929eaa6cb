/** Held-out metrics: stable, candidate and linear baseline as bars, and the difference with its interval beside zero. */
import type { Evaluation, Examination } from '../../domain/version.ts';
import type { ReleaseReport } from '../../domain/report.ts';
import { baselineSentence, comparisonSentence, examinationsOf } from '../story.ts';
import { count, figure, interval, signed } from '../words.ts';
import { at, html, labelWidth, type Html } from './html.ts';
import { scaleOver } from '../../domain/scale.ts';

/** With more capabilities the rest is folded away. */
const open = 16;

export function metricCharts(report: ReleaseReport): Html | null {
  const all = examinationsOf(report);
  if (all.length === 0) return null;
  const sentences = [comparisonSentence(all), baselineSentence(all)].filter((one) => one !== null);
  const data = all[0]?.candidate.data ?? '';
  return html`<section class="card wide" aria-labelledby="metrics">
    <h2 id="metrics">Measured on held-out ${data}</h2>
    ${sentences.map((text) => html`<p>${text}</p>`)}
    <div class="two">${bars(all)}${forest(all)}</div>
    ${metricTable(report, all)}
  </section>`;
}

function folded(rows: readonly Html[]): Html {
  if (rows.length <= open + 2) return html`${rows}`;
  return html`${rows.slice(0, open)}
    <details class="more">
      <summary>${rows.length - open} more</summary>
      ${rows.slice(open)}
    </details>`;
}

function bars(all: readonly Examination[]): Html {
  const bar = (kind: string, value: Evaluation | null, y: number, name: string): Html | null =>
    value === null
      ? null
      : html`<rect class="${kind}" x="0" y="${y}" width="${at(value.accuracy)}" height="6" rx="1.5"
          ><title>${name} ${figure(value.accuracy)}</title></rect
        >`;
  const rows = all.map((one) => {
    const words = [
      one.stable === null ? '' : `stable ${figure(one.stable.accuracy)}`,
      `candidate ${figure(one.candidate.accuracy)}`,
      one.baseline === null ? '' : `baseline ${figure(one.baseline.accuracy)}`,
    ];
    return html`<div class="row">
      <span class="label">${one.capability}</span>
      <svg
        role="img"
        aria-label="${one.capability}: ${words.filter((word) => word !== '').join(', ')}"
        width="100%"
        height="26"
      >
        ${[0, 0.25, 0.5, 0.75, 1].map((x) => html`<line class="grid" x1="${at(x)}" x2="${at(x)}" y1="0" y2="26" />`)}
        ${bar('stable', one.stable, 2, 'stable')}${bar('candidate', one.candidate, 10, 'candidate')}${bar('baseline', one.baseline, 18, 'linear baseline')}
      </svg>
      <span class="number">${figure(one.candidate.accuracy)}</span>
    </div>`;
  });
  return html`<figure>
    <figcaption><h3>Accuracy</h3></figcaption>
    <ul class="legend">
      <li><i class="key stable"></i>stable</li>
      <li><i class="key candidate"></i>candidate</li>
      <li><i class="key baseline"></i>linear baseline</li>
    </ul>
    <div class="rows short" style="${labelWidth(all.map((one) => one.capability))}">
      ${folded(rows)}
      <div class="row axis-row" aria-hidden="true">
        <span></span
        ><svg width="100%" height="16">
          ${[0, 0.5, 1].map((x) => html`<text class="tick mid" x="${at(x)}" y="12">${x}</text>`)}</svg
        ><span></span>
      </div>
    </div>
  </figure>`;
}

function forest(all: readonly Examination[]): Html {
  const compared = all.flatMap(({ capability, comparison }) =>
    comparison === null ? [] : [{ ...comparison, capability }],
  );
  if (compared.length === 0) {
    return html`<figure>
      <figcaption><h3>Candidate − stable</h3></figcaption>
      <p class="muted">Nothing was stable before, so there is nothing to compare with.</p>
    </figure>`;
  }
  const scale = scaleOver([0, ...compared.flatMap((one) => [one.low, one.high])], 4);
  const x = (value: number): string => at(scale.of(value));
  const rows = compared.map((one) => {
    const kind = one.low > 0 ? 'good' : one.high < 0 ? 'bad' : 'unclear';
    const words = { good: 'better', bad: 'worse', unclear: 'no clear difference' }[kind];
    return html`<div class="row">
      <span class="label">${one.capability}</span>
      <svg
        role="img"
        aria-label="${one.capability}: ${signed(one.difference)} ${interval(one)}, ${words}"
        width="100%"
        height="26"
      >
        ${scale.ticks.map((tick) => html`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="26" />`)}
        <line class="zero" x1="${x(0)}" x2="${x(0)}" y1="0" y2="26" />
        <line class="whisker ${kind}" x1="${x(one.low)}" x2="${x(one.high)}" y1="13" y2="13" />
        <circle class="point ${kind}" cx="${x(one.difference)}" cy="13" r="4.5">
          <title>${words}, n = ${count(one.n)}</title>
        </circle>
      </svg>
      <span class="number">${signed(one.difference)} <small>${interval(one)}</small></span>
    </div>`;
  });
  return html`<figure>
    <figcaption><h3>Candidate − stable</h3></figcaption>
    <ul class="legend">
      <li><i class="key dot good"></i>better</li>
      <li><i class="key dot unclear"></i>no clear difference</li>
      <li><i class="key dot bad"></i>worse</li>
      <li>95 % interval, same examples</li>
    </ul>
    <div class="rows" style="${labelWidth(all.map((one) => one.capability))}">
      ${folded(rows)}
      <div class="row axis-row" aria-hidden="true">
        <span></span
        ><svg width="100%" height="16">
          ${scale.ticks.map((tick) => html`<text class="tick mid" x="${x(tick)}" y="12">${tick === 0 ? '0' : signed(tick, scale.digits)}</text>`)}</svg
        ><span></span>
      </div>
    </div>
  </figure>`;
}

function metricTable(report: ReleaseReport, all: readonly Examination[]): Html {
  const row = (capability: string, first: boolean, rows: number, name: string, one: Evaluation): Html =>
    html`<tr>
      ${first ? html`<th scope="rowgroup" class="text" rowspan="${rows}">${capability}</th>` : null}
      <th scope="row" class="text">${name}</th>
      <td>${count(one.n)}</td>
      <td>${figure(one.accuracy)}</td>
      <td>${figure(one.macro.precision)}</td>
      <td>${figure(one.macro.recall)}</td>
      <td>${figure(one.macro.f1)}</td>
      <td>${figure(one.weighted.f1)}</td>
      <td class="text">
        ${Object.entries(one.perClass)
          .map(([label, metrics]) => `${label} ${figure(metrics.f1, 2)}`)
          .join(', ')}
      </td>
    </tr>`;
  const group = ({ capability, stable, candidate, baseline }: Examination): Html => {
    const entries = [
      stable === null ? null : ([version(report.stable?.number), stable] as const),
      [version(report.candidate?.number), candidate] as const,
      baseline === null ? null : (['linear baseline', baseline] as const),
    ].filter((one) => one !== null);
    return html`<tbody>
      ${entries.map(([name, one], index) => row(capability, index === 0, entries.length, name, one))}
    </tbody>`;
  };
  return html`<details>
    <summary>All metrics as a table</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col" class="text">capability</th>
            <th scope="col" class="text">version</th>
            <th scope="col">n</th>
            <th scope="col">accuracy</th>
            <th scope="col">macro precision</th>
            <th scope="col">macro recall</th>
            <th scope="col">macro F1</th>
            <th scope="col">weighted F1</th>
            <th scope="col" class="text">F1 of each class</th>
          </tr>
        </thead>
        ${all.map(group)}
      </table>
    </div>
  </details>`;
}

function version(number: number | undefined): string {
  return number === undefined ? 'a version' : `v${number}`;
}
