/** The rest of a report: what users said, every decision in its order, and the plan as it was carried out. */
import { stringify } from 'yaml';
import type { Decision, ReleaseReport } from '../../domain/report.ts';
import type { ObservationSummary } from '../../domain/ports.ts';
import { count, decisionWords, duration, figure, momentOf, percent, stepNames } from '../words.ts';
import { learningLines } from '../iteration-text.ts';
import { amongWords, feedbackSentence, themeWords } from '../story.ts';
import { html, lines, type Html } from './html.ts';

/** Longer tables are folded. */
const shownRows = 14;

export function usersSection(report: ReleaseReport): Html | null {
  if (report.observations.length === 0) return null;
  const versions = new Map(
    [report.candidate, report.stable].flatMap((one) => (one === null ? [] : [[one.digest, `v${one.number}`]])),
  );
  const row = (one: ObservationSummary): Html =>
    html`<tr>
      <th scope="row" class="text">${one.capability}</th>
      <td class="text">${one.arm}</td>
      <td class="text">${versions.get(one.version) ?? one.version.slice(0, 8)}</td>
      <td>${count(one.users)}</td>
      <td>${count(one.answers)}</td>
      <td>${count(one.failures)}</td>
      <td>${count(one.rated)}</td>
      <td>${one.satisfaction === null ? '–' : figure(one.satisfaction)}</td>
      <td>${count(one.labelled)}</td>
      <td>${one.accuracy === null ? '–' : figure(one.accuracy)}</td>
    </tr>`;
  const { themes = [], themesAmong } = report;
  const part = amongWords(themesAmong);
  const commented = report.observations.reduce((sum, one) => sum + (one.commented ?? one.comments.length), 0);
  const comments = report.observations.flatMap((one) =>
    one.comments.map((text) => ({ capability: one.capability, text })),
  );
  return html`<section class="card wide" aria-labelledby="users">
    <h2 id="users">What users were answered and said</h2>
    <p>${feedbackSentence(report)}</p>
    <details ${report.observations.length <= shownRows ? { markup: 'open' } : null}>
      <summary>By capability and arm</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col" class="text">capability</th>
              <th scope="col" class="text">arm</th>
              <th scope="col" class="text">version</th>
              <th scope="col">users</th>
              <th scope="col">answers</th>
              <th scope="col">failed</th>
              <th scope="col">rated</th>
              <th scope="col">satisfaction</th>
              <th scope="col">with label</th>
              <th scope="col">accuracy</th>
            </tr>
          </thead>
          <tbody>
            ${report.observations.map(row)}
          </tbody>
        </table>
      </div>
    </details>
    ${
      comments.length === 0
        ? null
        : html`<details>
            <summary>
              ${commented > comments.length ? `the newest ${count(comments.length)} of ` : ''}${count(commented)}
              comments
            </summary>
            ${
              themes.length === 0
                ? null
                : html`<p>What they are about${part === null ? '' : ` (${part})`}:</p>
                    <ul>
                      ${themes.map((theme) => html`<li>${themeWords(theme)}</li>`)}
                    </ul>`
            }
            <ul>
              ${comments.slice(0, 200).map((one) => html`<li>${one.capability}: “${one.text}”</li>`)}
            </ul>
          </details>`
    }
    ${
      report.learning === null || report.learning === undefined
        ? null
        : html`<p><strong>Iteration ${report.learning.number}</strong>, which this release is of:</p>
            <ul>
              ${learningLines(report.learning).map((line) => html`<li>${line}</li>`)}
            </ul>`
    }
    ${report.iteration === null ? null : html`<p><strong>Next</strong>: ${report.iteration.reasons.join('; ')}</p>`}
  </section>`;
}

function toneOf({ what, by }: Decision): string {
  if (/roll|reject|refuse/i.test(what)) return 'bad';
  if (by !== 'gradus') return 'person';
  return what === 'inconclusive' ? 'unclear' : 'good';
}

export function decisionsSection(report: ReleaseReport): Html | null {
  if (report.decisions.length === 0) return null;
  const item = (one: Decision): Html => {
    const where = [one.stage === null ? '' : `stage ${one.stage}`, one.step === null ? '' : stepNames[one.step]].filter(
      (part) => part !== '',
    );
    const tone = toneOf(one);
    return html`<li>
      <time datetime="${one.at}"
        >${momentOf(report, one.at)}<small>+${duration(Date.parse(one.at) - Date.parse(report.startedAt))}</small></time
      >
      <i class="key dot ${tone}" aria-hidden="true"></i>
      <div>
        <strong>${decisionWords(one, report)}</strong>
        <span class="muted">by ${one.by}${where.length === 0 ? '' : ` · ${where.join(', ')}`}</span
        >${one.why === '' ? null : html`<br />${one.why}`}
      </div>
    </li>`;
  };
  return html`<section class="card wide" aria-labelledby="decisions">
    <h2 id="decisions">Decisions, in their order</h2>
    <details ${report.decisions.length <= 40 ? { markup: 'open' } : null}>
      <summary>${count(report.decisions.length)} decisions (times in UTC)</summary>
      <ol class="timeline">
        ${report.decisions.map(item)}
      </ol>
    </details>
  </section>`;
}

export function planSection(report: ReleaseReport): Html | null {
  const { plan } = report;
  if (plan === null) return null;
  const row = ([name, one]: [string, (typeof plan.capabilities)[string]]): Html =>
    html`<tr>
      <th scope="row" class="text">${name}</th>
      <td>${one.importance}</td>
      <td>${one.demand}</td>
      <td>${one.risk}</td>
      <td class="text">${one.requires.join(', ') || '–'}</td>
    </tr>`;
  return html`<section class="card wide" aria-labelledby="plan">
    <h2 id="plan">The plan</h2>
    <dl class="facts">
      <div>
        <dt>order</dt>
        <dd><code>${plan.order}</code></dd>
      </div>
      <div>
        <dt>ramp</dt>
        <dd>${plan.gray.ramp.map(percent).join(' → ')}, each held ${duration(plan.gray.bakeMs)}</dd>
      </div>
      <div>
        <dt>guardrails</dt>
        <dd>
          ${plan.gray.guardrails.map((one, index) => html`${index === 0 ? null : html`<br />`}<code>${one}</code>`)}
        </dd>
      </div>
      <div>
        <dt>A/B test</dt>
        <dd>${percent(plan.abTest.share)} of the other users, on ${plan.abTest.metric}</dd>
      </div>
    </dl>
    <details>
      <summary>${count(Object.keys(plan.capabilities).length)} capabilities</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col" class="text">capability</th>
              <th scope="col">importance</th>
              <th scope="col">demand</th>
              <th scope="col">risk</th>
              <th scope="col" class="text">requires</th>
            </tr>
          </thead>
          <tbody>
            ${Object.entries(plan.capabilities).map(row)}
          </tbody>
        </table>
      </div>
    </details>
    <details>
      <summary>The whole plan, with every default</summary>
      <pre>${lines(stringify(plan))}</pre>
    </details>
  </section>`;
}
