/** Each stage with its steps: what was decided and why, and every condition with its interval beside its limit. */
import type { ReleaseReport, StageProgress } from '../../domain/report.ts';
import { storyOf, type StageStepStory } from '../story.ts';
import { marks, percent, stageStates, stepNames, verdictWords } from '../words.ts';
import { html, type Html } from './html.ts';
import { findings } from './findings.ts';

const stageTones: Record<StageProgress['state'], string> = {
  waiting: 'muted',
  running: 'accent',
  released: 'good',
  rolledBack: 'bad',
  notStarted: 'muted',
};

export function stageSections(report: ReleaseReport): Html | null {
  if (report.stages.length === 0) return null;
  return html`<section aria-labelledby="stages">
    <h2 id="stages">Stages</h2>
    ${report.stages.map((stage) => stageCard(report, stage))}
  </section>`;
}

function stageCard(report: ReleaseReport, stage: StageProgress): Html {
  const begun = stage.state !== 'waiting' && stage.state !== 'notStarted';
  const title = html`<span class="stage-name">Stage ${stage.number}</span>
    <span class="stage-list">${listed(stage.capabilities)}</span>
    <span class="pill ${stageTones[stage.state]}"
      >${stageStates[stage.state]}${stage.state === 'running' ? `, ${percent(stage.exposure)}` : ''}</span
    >`;
  if (!begun) return html`<div class="card stage closed">${title}</div>`;
  const unfold = stage.state !== 'released' || report.stages.length === 1;
  return html`<details class="card stage" ${unfold ? { markup: 'open' } : null}>
    <summary>${title}</summary>
    ${stage.reason === '' || stage.state === 'released' ? null : html`<p class="reason">${stage.reason}</p>`}
    ${storyOf(report, stage).map(stepBlock)}
  </details>`;
}

function listed(names: readonly string[]): string {
  return names.length <= 7 ? names.join(', ') : `${names.slice(0, 6).join(', ')} and ${names.length - 6} more`;
}

function stepBlock(story: StageStepStory): Html {
  const { verdict } = story;
  const shares = story.step === 'gray' || story.step === 'A/B' ? story.shares.map(percent).join(' → ') : '';
  const tone = { done: 'good', running: 'accent', failed: 'bad', waiting: 'muted', skipped: 'muted' }[story.state];
  const words = {
    done: 'done',
    running: 'running',
    failed: 'failed',
    waiting: 'not reached',
    skipped: 'not part of the strategy',
  };
  return html`<div class="step">
    <h3>
      <span class="mark ${tone}" aria-hidden="true">${marks[story.state]}</span> ${stepNames[story.step]}
      <small
        >${verdict === null ? words[story.state] : `verdict: ${verdictWords[verdict.kind]}`}${shares === '' ? '' : ` · ${shares} of users`}</small
      >
    </h3>
    ${story.people.map((one) => html`<p><strong>${one.what}</strong> by ${one.by}${one.why === '' ? '' : `: ${one.why}`}</p>`)}
    ${
      verdict === null || verdict.reasons.length === 0
        ? null
        : html`<ul class="reasons">
            ${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
    ${verdict === null || verdict.findings.length === 0 ? null : findings(verdict.findings)}
  </div>`;
}
