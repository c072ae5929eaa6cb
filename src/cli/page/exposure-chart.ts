/** Who had the candidate when: a lane for each stage, its share of users as steps, decisions marked below. */
import type { Decision, ExposurePoint, ReleaseReport, StageProgress } from '../../domain/report.ts';
import { clip } from '../lines.ts';
import {
  several,
  decisionWords,
  duration,
  lastMoment,
  momentOf,
  percent,
  spanMs,
  stageStates,
  stepNames,
} from '../words.ts';
import { at, html, type Html } from './html.ts';
import { timeScale, type Scale } from '../../domain/scale.ts';

const lane = 78;
const plot = 34;
/** From a lane's top to its plot: room for the name. */
const head = 20;

export function exposureChart(report: ReleaseReport): Html | null {
  const begun = report.stages.filter((stage) => report.exposures.some((one) => one.stage === stage.number));
  const training = report.steps.find((one) => one.step === 'train');
  if (begun.length === 0 && training?.startedAt === undefined) return null;
  const scale = timeScale(spanMs(report));
  const since = (iso: string): number => scale.of(Date.parse(iso) - Date.parse(report.startedAt));
  const top = 42;
  const height = top + begun.length * lane;
  const end = training?.endedAt ?? lastMoment(report);
  return html`<figure class="card wide">
    <figcaption>
      <h2>Who had the candidate, and when</h2>
      <p>share of all users, by time since the release began at ${momentOf(report, report.startedAt)} UTC</p>
    </figcaption>
    <ul class="legend">
      <li><i class="key gray"></i>gray release</li>
      <li><i class="key ab"></i>A/B test</li>
      <li><i class="key full"></i>all users</li>
      <li><i class="key dot good"></i>went on</li>
      <li><i class="key dot unclear"></i>undecided</li>
      <li><i class="key dot person"></i>a person decided</li>
      <li><i class="key dot bad"></i>went back</li>
    </ul>
    <div class="plot" style="padding:4px 18px 26px 8px">
      <svg role="img" aria-label="${summary(report, begun)}" width="100%" height="${height}">
        ${scale.ticks.map((ms, index) => html`<line class="grid" x1="${at(scale.of(ms))}" x2="${at(scale.of(ms))}" y1="0" y2="${height}" /><text class="tick ${index % 2 === 1 ? 'odd' : ''} ${anchor(scale.of(ms))}" x="${at(scale.of(ms))}" y="${height + 18}">${ms === 0 ? '0' : duration(ms)}</text>`)}
        ${training === undefined || training.startedAt === null ? null : html`<text class="name" x="0" y="13">train</text><rect class="training" x="${at(since(training.startedAt))}" width="${at(since(end) - since(training.startedAt))}" y="19" height="8" rx="2"><title>trained for ${duration(Date.parse(end) - Date.parse(training.startedAt))}</title></rect>`}
        ${begun.map((stage, index) => stageLane(report, stage, top + index * lane, since, scale))}
      </svg>
    </div>
    ${exposureTable(report)}
  </figure>`;
}

function anchor(share: number): string {
  return share < 0.02 ? 'start' : share > 0.96 ? 'end' : 'mid';
}

function stageLane(
  report: ReleaseReport,
  stage: StageProgress,
  y: number,
  since: (iso: string) => number,
  scale: Scale,
): Html {
  const points = report.exposures.filter((one) => one.stage === stage.number);
  const decisions = report.decisions.filter((one) => one.stage === stage.number);
  const base = y + head + plot;
  const names = clip(
    stage.capabilities.length > 4 ? several(stage.capabilities.length, 'capability') : stage.capabilities.join(', '),
    36,
  );
  return html`<g>
    <text class="name" x="0" y="${y + 12}"><tspan class="strong">stage ${stage.number}</tspan> ${names}</text>
    <line class="axis" x1="0" x2="100%" y1="${base}" y2="${base}" />
    ${points.map((point, index) => {
      const x = since(point.at);
      const next = points[index + 1];
      const to = next === undefined ? 1 : since(next.at);
      return step(point, x, to, base, scale);
    })}
    ${decisions.map((one) => mark(report, one, since(one.at), base + (one.by === 'gradus' ? 7 : 17)))}
  </g>`;
}

function step(point: ExposurePoint, x: number, to: number, base: number, scale: Scale): Html | null {
  if (point.share === 0 || to <= x) return null;
  const tall = Math.max(2, point.share * plot);
  const kind = point.step === 'full' ? 'full' : point.step === 'A/B' ? 'ab' : 'gray';
  const roomy = to - x > 0.085;
  return html`<rect class="${kind}" x="${at(x)}" width="${at(to - x)}" y="${base - tall}" height="${tall}"
      ><title>
        ${percent(point.share)} of users, ${stepNames[point.step]}, for ${duration((to - x) * (scale.high - scale.low))}
      </title></rect
    >
    ${roomy ? html`<text class="share ${tall > 20 ? 'inside' : ''}" x="${at(x)}" dx="5" y="${tall > 20 ? base - tall + 15 : base - tall - 4}">${percent(point.share)}</text>` : null}`;
}

function mark(report: ReleaseReport, decision: Decision, x: number, y: number): Html {
  const back = /roll|reject|pause|refuse/i.test(decision.what);
  const kind = back
    ? 'bad'
    : decision.by !== 'gradus'
      ? 'person'
      : decision.what === 'inconclusive'
        ? 'unclear'
        : 'good';
  const title = `${momentOf(report, decision.at)} ${decisionWords(decision, report)} by ${decision.by}${decision.why === '' ? '' : `: ${decision.why}`}`;
  const shape =
    kind === 'bad'
      ? html`<svg x="${at(x)}" y="${y}" overflow="visible"><path class="dot bad" d="M0 -4 L4.5 4 L-4.5 4 Z" /></svg>`
      : html`<circle class="dot ${kind}" cx="${at(x)}" cy="${y}" r="3.5" />`;
  return html`<g><title>${title}</title>${shape}</g>`;
}

function summary(report: ReleaseReport, begun: readonly StageProgress[]): string {
  const parts = begun.map((stage) => {
    const shares = report.exposures.filter((one) => one.stage === stage.number).map((one) => percent(one.share));
    return `Stage ${stage.number}, ${stageStates[stage.state]}: ${shares.join(', then ')} of users.`;
  });
  return parts.join(' ') || 'No user has had the candidate yet.';
}

function exposureTable(report: ReleaseReport): Html | null {
  if (report.exposures.length === 0) return null;
  const row = (one: ExposurePoint): Html =>
    html`<tr>
      <td>${momentOf(report, one.at)}</td>
      <td>${one.stage}</td>
      <td class="text">${stepNames[one.step]}</td>
      <td>${percent(one.share)}</td>
      <td>${one.revision}</td>
    </tr>`;
  return html`<details>
    <summary>As a table</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">in effect at (UTC)</th>
            <th scope="col">stage</th>
            <th scope="col" class="text">step</th>
            <th scope="col">share of users</th>
            <th scope="col">routes</th>
          </tr>
        </thead>
        <tbody>
          ${report.exposures.map(row)}
        </tbody>
      </table>
    </div>
  </details>`;
}
