/** A release's report as one page of HTML that needs nothing else: no script, no network, light and dark. */
import { approvedSoFar, askedOf, whenSilent } from '../domain/approval.ts';
import { whyClockStands } from '../domain/request-clock.ts';
import type { ReleaseReport, Waiting } from '../domain/report.ts';
import { standingText } from '../domain/words.ts';
import { exposureSentence, feedbackSentence } from './story.ts';
import {
  count,
  duration,
  figure,
  lastMoment,
  marks,
  moment,
  outcomes,
  outcomeWords,
  percent,
  spanMs,
  stepNames,
  versionsOf,
} from './words.ts';
import { curveChart } from './page/curve-chart.ts';
import { exposureChart } from './page/exposure-chart.ts';
import { html, type Html } from './page/html.ts';
import { metricCharts } from './page/metric-charts.ts';
import { page } from './page/page.ts';
import { decisionsSection, planSection, usersSection } from './page/records.ts';
import { stageSections } from './page/stages.ts';

export function reportPage(report: ReleaseReport): string {
  const title = `${report.id}: ${outcomeWords(report)}`;
  return page(
    title,
    html`${header(report)} ${report.waiting === null ? null : waitingCard(report, report.waiting)} ${stepStrip(report)}
      <div class="charts">${curveChart(report)}${exposureChart(report)}</div>
      ${metricCharts(report)} ${stageSections(report)} ${usersSection(report)} ${decisionsSection(report)}
      ${planSection(report)}
      <footer>Gradus · release ${report.id} · as of ${moment(lastMoment(report))} UTC</footer>`,
  );
}

function header(report: ReleaseReport): Html {
  const outcome = outcomes[report.state];
  const total = report.stages.reduce((sum, stage) => sum + stage.capabilities.length, 0);
  const last = report.curve.at(-1);
  const said = feedbackSentence(report);
  const standing = report.standing ?? null;
  const ended = report.endedAt === null ? 'so far' : `until ${moment(report.endedAt)} UTC`;
  return html`<header class="card">
    <h1>${report.model === '' ? report.id : report.model}</h1>
    <p class="sub">
      release ${report.id} · ${versionsOf(report)}${report.strategy === '' ? '' : ` · ${report.strategy}`}
    </p>
    <span class="pill ${outcome.tone}">${outcomeWords(report)}</span>
    ${report.reason === '' ? null : html`<p class="outcome">${report.reason}</p>`}
    <dl class="facts">
      <div class="big">
        <dt>with all users</dt>
        <dd>${count(last?.n ?? 0)} of ${count(total)}<small>capabilities, P = ${figure(last?.p ?? 0, 2)}</small></dd>
      </div>
      <div class="big">
        <dt>took</dt>
        <dd>${duration(spanMs(report))}<small>from ${moment(report.startedAt)} ${ended}</small></dd>
      </div>
      <div>
        <dt>exposed</dt>
        <dd>${exposedNow(report)}</dd>
      </div>
      ${
        report.candidate === null
          ? null
          : html`<div>
              <dt>candidate</dt>
              <dd>
                v${report.candidate.number}, trained on ${count(report.candidate.trainedOn)} examples<small
                  >${report.candidate.digest.slice(0, 12)}</small
                >
              </dd>
            </div>`
      }
      ${
        standing === null
          ? null
          : html`<div>
              <dt>held</dt>
              <dd>${standingText(standing)}</dd>
            </div>`
      }
      ${
        said === null
          ? null
          : html`<div>
              <dt>users</dt>
              <dd>${said}</dd>
            </div>`
      }
    </dl>
  </header>`;
}

/** What a reader wants to know of exposure: who has it now, or, where something went back, who ever had it. */
function exposedNow(report: ReleaseReport): string {
  if (report.stages.some((stage) => stage.state === 'rolledBack')) return exposureSentence(report);
  const running = report.stages.filter((stage) => stage.state === 'running');
  if (running.length > 0) {
    return running
      .map(
        (stage) =>
          `stage ${stage.number}: ${stage.exposure === 0 ? 'no users but testers' : `${percent(stage.exposure)} of users`}`,
      )
      .join(', ');
  }
  return report.state === 'released' ? 'all users, in every stage' : exposureSentence(report);
}

function waitingCard(report: ReleaseReport, waiting: Waiting): Html {
  const clock = whyClockStands(report, waiting) ?? `by ${moment(waiting.until)} UTC, else ${whenSilent(waiting)}`;
  return html`<section class="card ask" aria-labelledby="ask">
    <h2 id="ask">Waits for a person</h2>
    <p>${waiting.question}</p>
    <ul>
      ${waiting.evidence.map((text) => html`<li>${text}</li>`)}
    </ul>
    <p class="muted">
      Needs ${askedOf(waiting)}; ${approvedSoFar(waiting)}. ${clock.slice(0, 1).toUpperCase()}${clock.slice(1)}.
    </p>
    <p><code>gradus release approve ${report.id} --by NAME</code></p>
  </section>`;
}

function stepStrip(report: ReleaseReport): Html {
  const words = { waiting: 'not yet', running: 'running', done: 'done', skipped: 'skipped', failed: 'failed' };
  return html`<ol class="steps" aria-label="The seven steps">
    ${report.steps.map(
      (one) =>
        html`<li class="${one.state}">
          <strong><span aria-hidden="true">${marks[one.state]}</span> ${stepNames[one.step]}</strong
          ><span class="note">${one.note === '' ? words[one.state] : one.note}</span>
        </li>`,
    )}
  </ol>`;
}
