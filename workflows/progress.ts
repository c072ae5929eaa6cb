/** What a release has done so far, kept as its report: shown in Temporal's UI, answered to queries, written to the store. */
import {
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PersonSays } from '../src/domain/approval.ts';
import { curvePoint } from '../src/domain/curve.ts';
import { memoOf } from '../src/domain/memo.ts';
import type { Plan, Step } from '../src/domain/plan.ts';
import type { Decision, ReleaseReport, StageProgress, Standing, StepState, Waiting } from '../src/domain/report.ts';
import { newReport, newStage, skippedBecause } from '../src/domain/report-parts.ts';
import type { Version } from '../src/domain/version.ts';
import { has } from './changes.ts';
import { atOnce, records } from './activities.ts';
import { isOfType } from './failure-words.ts';
import { releaseColumns } from './columns.ts';
import { detailsOf } from './details.ts';
import { fewTurns, inHaste } from './haste.ts';
import { workflowPage } from './pages.ts';
import { stateQuery } from './messages.ts';
import type { StageUpdate } from './rollout-messages.ts';

/** Events are named by these times: those that were told under another name before are not told again. */
const moments = 'moments';

const wasRefused = 'was refused';
const keepsNoMore = 'keeps no more refused messages';
const refusalsKept = 50;
const tooMany = {
  by: 'gradus',
  why: `${refusalsKept} were refused; of further ones only the worker's log says something`,
};

export type Progress = ReturnType<typeof startProgress>;

/** `before` is the report of the release's earlier run, where there was one. */
export function startProgress(before?: ReleaseReport, by: string | null = null) {
  // What an earlier Gradus did not keep yet is filled in.
  const report: ReleaseReport = { ...newReport(workflowInfo().workflowId, by, now()), ...before };
  let dirty = false;
  let stopped = false;
  let isKept = false;
  let recording = Promise.resolve();
  let busy = 0;
  let shown = '';
  const quick = has(fewTurns);
  const soon = inHaste(quick);
  let refusals = report.decisions.filter(isRefusal).length;

  /** Shows the report in Temporal's UI, and has it written to the store soon. */
  function changed(): void {
    dirty = true;
    setCurrentDetails(detailsOf(report, workflowPage));
    const columns = releaseColumns(report);
    const values = JSON.stringify(columns.map(({ value }) => value));
    if (!quick || values !== shown) upsertSearchAttributes(columns);
    shown = values;
  }

  function step(name: Step, state: StepState, note: string): void {
    const progress = report.steps.find((candidate) => candidate.step === name);
    if (progress === undefined) return;
    progress.startedAt ??= now();
    if (state === 'done' || state === 'failed' || state === 'skipped') progress.endedAt = now();
    Object.assign(progress, { state, note: note || progress.note });
    changed();
  }

  function decision(what: string, { by, why = '', via, ...says }: PersonSays, about: Waiting | null): void {
    report.decisions.push({
      at: now(),
      stage: about?.stage ?? null,
      step: about?.step ?? null,
      what,
      by,
      why,
      ...(says.for === undefined ? {} : { for: says.for }),
      ...(says.emergency === undefined ? {} : { emergency: says.emergency }),
      ...(via === undefined ? {} : { via }),
      ...(about === null ? {} : { request: about.id, evidence: about.digest }),
    });
    changed();
  }

  setHandler(stateQuery, () => report, { description: 'The release as it stands: the same value as its report.' });

  /**
   * Writes the report to the store. How often depends on whether the last record has ended when something is said, so its
   * end has to stand in the history: that of a local activity may come at another moment on replay.
   */
  function record(ended: boolean): Promise<void> {
    if (has('records are ordinary')) return records.recordRelease({ id: report.id, ended });
    return soon(
      () => atOnce.recordRelease({ id: report.id, ended, report }),
      () => records.recordRelease({ id: report.id, ended }),
    );
  }

  function updated(update: StageUpdate): void {
    const stage = report.stages[update.number - 1];
    if (stage === undefined) return;
    applyUpdate(stage, update);
    if (update.exposurePoint !== undefined) report.exposures.push(update.exposurePoint);
    if (update.decision !== undefined) report.decisions.push(update.decision);
    if (update.verdict !== undefined && update.verdict.kind !== 'hold') {
      const { kind, reasons } = update.verdict;
      report.decisions.push({
        at: now(),
        stage: stage.number,
        step: update.step,
        what: kind,
        by: 'gradus',
        why: reasons.join('; '),
      });
    }
    const isLast = update.number === report.stages.length;
    step(
      update.step,
      update.state === 'done' && !isLast ? 'running' : update.state,
      `stage ${update.number}: ${update.note}`,
    );
  }

  return {
    report,
    step,
    quick,
    updated,

    /** Does what a person asked for; the record waits until it is done. */
    first<T>(work: () => Promise<T>): Promise<T> {
      if (!quick) return work();
      busy += 1;
      return work().finally(() => (busy -= 1));
    },

    /** `called` is a stored plan's name; null where the plan itself was given. */
    planned(plan: Plan, stable: Version | null, called: string | null): void {
      if (quick) upsertMemo(memoOf(plan, report.startedBy, called));
      Object.assign(report, { plan, model: plan.model, strategy: plan.strategy, stable });
      changed();
    },

    trained(version: Version): void {
      report.candidate = version;
      changed();
    },

    split(stages: string[][]): void {
      report.stages = stages.map((capabilities, i) => newStage(i + 1, capabilities));
      changed();
    },

    stageStarted(stage: StageProgress): void {
      stage.state = 'running';
      if (has(moments)) stage.begunAt = now();
      changed();
    },

    /** N(t) and P(t) grow when the stage's capabilities are full. */
    stageEnded(stage: StageProgress, state: 'released' | 'rolledBack', reason: string): void {
      Object.assign(stage, { state, reason, step: null, exposure: state === 'released' ? 1 : 0 });
      if (has(moments)) stage.endedAt = now();
      if (state === 'released') {
        report.curve.push(curvePoint(report.stages, stage.number - 1, now()));
      }
      changed();
    },

    waits(waiting: Waiting | null): void {
      report.waiting = waiting;
      changed();
    },

    stands(standing: Standing | null): void {
      report.standing = standing;
      delete report.standingSince;
      if (standing !== null && has(moments)) report.standingSince = now();
      changed();
    },

    /** It has its model, for which it may have waited. */
    hasModel(): void {
      if (report.standing?.kind !== 'queued') return;
      report.standing = null;
      delete report.standingSince;
      report.queuedUntil = now();
    },

    decided(what: string, says: PersonSays, waiting: Waiting | null): void {
      decision(what, says, waiting);
    },

    /** Of many, the first ones are kept: a flood must not grow the report, which is written as a whole at each change. */
    refused(what: string, says: PersonSays | string, problem: string): void {
      if (has('few refusals')) {
        refusals += 1;
        if (refusals > refusalsKept + 1) return;
        if (refusals > refusalsKept) return decision(keepsNoMore, tooMany, null);
      }
      const refused = typeof says === 'string' ? { by: 'unknown', why: says } : { ...says, why: problem };
      decision(`${what} ${wasRefused}`, refused, null);
    },

    paused(paused: boolean, says: PersonSays): void {
      report.state = paused ? 'paused' : 'running';
      decision(paused ? 'paused' : 'resumed', says, null);
    },

    /**
     * Writes the report to the store whenever it has changed, until the release ends, cancelled or not. `over` is called
     * where the records say that it had ended before this run of it: nothing is written then.
     */
    keepRecorded(over: (error: unknown) => void): void {
      if (isKept) return;
      isKept = true;
      recording = CancellationScope.nonCancellable(async () => {
        for (;;) {
          await condition(() => (dirty && (busy === 0 || !quick)) || stopped);
          if (stopped) return;
          dirty = false;
          await record(false);
        }
      }).catch((error: unknown) => {
        if (!isOfType(error, 'RELEASE_OVER')) throw error;
        over(error);
      });
    },

    /** Ends the writing. */
    async recorded(): Promise<void> {
      stopped = true;
      await recording;
    },

    /** The last word: what the release came to. */
    async end(state: ReleaseReport['state'], reason: string): Promise<ReleaseReport> {
      await this.recorded();
      Object.assign(report, { state, reason, endedAt: now(), waiting: null });
      if (report.standing !== undefined) report.standing = null;
      delete report.standingSince;
      for (const progress of report.steps) {
        if (progress.state === 'waiting')
          Object.assign(progress, { state: 'skipped', note: skippedBecause(report, progress.step) });
        if (progress.state === 'running') Object.assign(progress, { state: 'failed', endedAt: now() });
      }
      for (const stage of report.stages) if (stage.state === 'waiting') stage.state = 'notStarted';
      changed();
      await record(true);
      return report;
    },
  };
}

function isRefusal({ what, by }: Decision): boolean {
  return what.endsWith(wasRefused) || (by === tooMany.by && what === keepsNoMore);
}

function applyUpdate(stage: StageProgress, update: StageUpdate): void {
  stage.step = update.step;
  stage.exposure = update.exposure;
  stage.reason = update.note;
  if (update.examinations !== undefined) stage.examinations = update.examinations;
  if (update.verdict !== undefined) stage.verdicts[update.step] = update.verdict;
}

function now(): string {
  return new Date().toISOString();
}
