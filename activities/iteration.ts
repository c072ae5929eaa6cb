/** A scheduled iteration: what came back since the model last learnt, and the plan by which it learns from that. */
import { adjustmentsFor, changesOf, learntSpec, sameSpec } from '../src/domain/iteration.ts';
import { driftInWords, driftOf, type Profile } from '../src/domain/drift.ts';
import type { Cursor, IterationReport, KeptLessons, Learning, ReleaseLearning } from '../src/domain/iteration.ts';
import { readIterationInput, unnamed, type IterationOrders } from '../src/domain/iteration-input.ts';
import { whetherToLearn } from '../src/domain/learning.ts';
import { countByCapability, lessonsFrom, type Correction } from '../src/domain/lessons.ts';
import { GradusError } from '../src/domain/errors.ts';
import { insistStarter } from '../src/domain/permission.ts';
import { parsePlan } from '../src/domain/plan-input.ts';
import { planDigest } from '../src/domain/plan-lock.ts';
import type { Plan, TrainSpec } from '../src/domain/plan.ts';
import type { Version } from '../src/domain/version.ts';
import type { ProfileOrder, RecordPorts, Scope } from '../src/domain/ports.ts';
import type { ReleaseReport } from '../src/domain/report.ts';
import { themesAmong, themesOf } from '../src/statistics/themes.ts';
import { planOf } from './begin.ts';
import { lastReached, lostBefore, lostInWords, wasUnanswered } from './reached.ts';
import { mostComments } from './iterate.ts';

export interface GatherInput {
  key: string;
  workflow: string;
  plan: Plan;
  startedAt: string;
  /** Of the versions that users have; empty where there are none, or theirs could not be measured. */
  profiles: Profile[];
}

export interface Gathered {
  report: IterationReport;
  /** What to release; null where there is nothing to learn. */
  plan: Plan | null;
}

/** What an iteration was told, with its plan read. */
export type IterationPlan = IterationOrders & { plan: Plan };

/** The newest so many; older corrections are of older answers. */
const mostCorrections = 50_000;
const mostCharacters = 32_000_000;

export function iterationActivities(ports: RecordPorts) {
  return {
    /** Throws REQUEST_INVALID and PLAN_INVALID with every problem, NOT_ALLOWED where a policy wants a name and there is none. */
    async readIteration(input: unknown): Promise<IterationPlan> {
      const orders = readIterationInput(input);
      // Whether somebody who is named may start its release is asked when that begins, so that the iteration's record says so.
      if (orders.by === unnamed) await insistStarter(ports.policies, null);
      const plan = await planOf(ports, orders.plan);
      needTraining(plan);
      return { ...orders, plan };
    },

    /** Decides, keeps what is learnt from, and writes the iteration down; again, it decides on what is there then. */
    async gatherFeedback({ key, workflow, plan, startedAt, profiles }: GatherInput): Promise<Gathered> {
      const { model } = plan;
      const spec = needTraining(plan);
      const scope = scopeOf(plan);
      const { last: before, lost } = await lastReached(ports, scope);
      const since: Cursor = before?.through ?? { answers: 0, feedback: 0 };
      const heard = await ports.lessons.heard(scope, since);
      const { through } = heard;
      const drift = driftOf(profiles, await ports.lessons.usage(scope, since, through));
      const { learn, reasons, figures } = whetherToLearn(plan, heard, drift[0]?.psi ?? null);
      const until = new Date().toISOString();
      const comments = await ports.lessons.comments(scope, since, through, mostComments);
      const learning: Learning = {
        iteration: key,
        planDigest: planDigest(plan),
        since: before?.learning?.until ?? null,
        until,
        figures,
        drift,
        themes: themesOf(comments),
        themesAmong: themesAmong(comments, figures.comments ?? 0),
        learn,
        reasons: [...reasons, ...lost.slice(0, 1).map(lostInWords), ...drift.slice(0, 1).map(driftInWords)],
        lessons: null,
        changes: [],
      };
      const report: IterationReport = {
        key,
        workflow,
        model,
        capabilities: [...scope.capabilities],
        startedAt,
        endedAt: null,
        learning,
        through,
        release: null,
        state: 'running',
        outcome: reasons[0] ?? '',
      };
      let learnt: Plan | null = null;
      if (learn) {
        const adjusted = adjustmentsFor(plan.iterate.adjust ?? [], figures);
        learning.lessons = await keepLessons(ports, plan, before?.learning?.lessons?.digest ?? null);
        const train = learntSpec(spec, adjusted, learning.lessons?.digest ?? null);
        learnt = parsePlan({ ...plan, candidate: { train } });
        const after = needTraining(learnt);
        const known = await learntAlready(ports, plan, after, before?.learning?.lessons?.digest ?? null);
        learning.changes = changesOf(spec, after, adjusted, learning.lessons);
        const same = lostBefore(lost, after);
        const problem =
          known !== undefined
            ? nothingNew(known.number, learning)
            : same !== null && !wasUnanswered(same)
              ? nothingSince(same)
              : null;
        if (problem !== null) {
          learnt = null;
          learning.learn = false;
          learning.reasons = [problem, ...learning.reasons];
        } else if (same !== null) {
          const again = `v${same.candidate?.number ?? '?'} is released again: nobody had decided about it in time`;
          learning.reasons = [...learning.reasons, again];
        }
      }
      if (learnt === null) {
        Object.assign(report, { state: 'nothingToLearn', endedAt: until, outcome: learning.reasons[0] ?? '' });
      }
      await ports.iterations.record(report);
      return { report, plan: learnt };
    },

    /** The versions that users have of the plan's capabilities, as far as they can be compared with what they are asked. */
    async servedVersions(plan: Plan): Promise<ProfileOrder[]> {
      const served = new Map<string, string[]>();
      for (const { capability, stable } of await ports.routes.current(plan.model)) {
        if (stable === null || plan.capabilities[capability] === undefined) continue;
        served.set(stable, [...(served.get(stable) ?? []), capability]);
      }
      const orders: ProfileOrder[] = [];
      for (const [version, capabilities] of served) {
        const found = await ports.versions.find(plan.model, version);
        if (found !== null) orders.push({ version, capabilities, data: found.spec.data });
      }
      return orders;
    },

    async recordIteration(report: IterationReport): Promise<void> {
      await ports.iterations.record(report);
    },

    /** A name for the release that an iteration starts. */
    async nextReleaseId(model: string): Promise<string> {
      return ports.releases.nextId(model);
    },

    /** What an iteration heard, for the report of its release; null where there is no such iteration. */
    async learningOf(key: string): Promise<ReleaseLearning | null> {
      const found = await ports.iterations.find(key);
      return found === null || found.learning === null ? null : { ...found.learning, number: found.number };
    },
  };
}

/**
 * A version that was trained by the same plan for all of its capabilities, and that users have, or had in a release that
 * told; one whose release failed on its way is tried again.
 */
async function learntAlready(
  ports: RecordPorts,
  { model, capabilities }: Plan,
  spec: TrainSpec,
  lastLessons: string | null,
): Promise<Version | undefined> {
  const stable = new Set((await ports.routes.current(model)).map((route) => route.stable));
  const names = Object.keys(capabilities);
  return (await ports.versions.list(model)).findLast(
    (version) =>
      sameSpec(version.spec, spec) &&
      names.every((name) => version.labels[name] !== undefined) &&
      (stable.has(version.digest) || (spec.lessons !== undefined && spec.lessons === lastLessons)),
  );
}

function scopeOf({ model, capabilities }: Plan): Scope {
  return { model, capabilities: Object.keys(capabilities) };
}

function needTraining({ candidate, model }: Plan): TrainSpec {
  if (candidate.kind === 'train') return candidate.train;
  const problem = `version: the plan releases ${candidate.version} of ${model} as it is, and only what is trained can learn; write train: {data: …}`;
  throw new GradusError('PLAN_INVALID', `The plan cannot be iterated: ${problem}.`, { problems: [problem] });
}

/** Null where nobody corrected anything that could be learnt from. */
async function keepLessons(ports: RecordPorts, plan: Plan, before: string | null): Promise<KeptLessons | null> {
  const labels = await labelsOf(ports, plan);
  const corrections = newest(await ports.lessons.corrections(scopeOf(plan), mostCorrections));
  const { lessons, leftOut } = lessonsFrom(corrections, labels);
  if (lessons.length === 0) return null;
  const learnt = new Set(((before === null ? null : await ports.lessons.find(before)) ?? []).map(({ id }) => id));
  return {
    digest: await ports.lessons.keep(lessons),
    count: lessons.length,
    used: null,
    fresh: lessons.filter(({ id }) => !learnt.has(id)).length,
    byCapability: countByCapability(lessons),
    leftOut,
  };
}

/** Of the newest corrections so many that they are no burden to the worker, which holds them all at once. */
function newest(corrections: Correction[]): Correction[] {
  let left = mostCharacters;
  const from = corrections.findLastIndex(({ text }) => (left -= text.length) < 0);
  return corrections.slice(from + 1);
}

/** The labels that users can have been answered with: those of the newest version of each capability. */
async function labelsOf(ports: RecordPorts, { model, capabilities }: Plan): Promise<Record<string, string[]>> {
  const versions = await ports.versions.list(model);
  return Object.fromEntries(
    Object.keys(capabilities).flatMap((name) => {
      const labels = versions.findLast((version) => version.labels[name] !== undefined)?.labels[name];
      return labels === undefined ? [] : [[name, labels]];
    }),
  );
}

/** The version was found wanting, and would be again. */
function nothingSince({ id, candidate, reason }: ReleaseReport): string {
  const version = `v${candidate?.number ?? '?'}`;
  const next = `send other corrections, adjust its training, or release it again by a plan with version: ${version}`;
  return `nothing new to learn from since ${version}, which learnt from these corrections and did not reach all users in ${id} (${reason}); ${next}`;
}

function nothingNew(number: number, { lessons }: Learning): string {
  const why =
    lessons === null
      ? 'no correction came with its text; send text with the feedback, so that it can be learnt from'
      : 'the corrections are those that it has learnt from';
  return `nothing new to learn from: v${number} was trained by the same plan, and ${why}`;
}
