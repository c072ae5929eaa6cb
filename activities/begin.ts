/** Before the seven steps: the plan is read whole, and the model is taken, so that no other release moves its users. */
import { GradusError } from '../src/domain/errors.ts';
import { insistStarter } from '../src/domain/permission.ts';
import { parsePlan } from '../src/domain/plan-input.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import { insistReleaseInput } from '../src/domain/release-input.ts';
import { refusedByPolicy, riskProblems } from '../src/domain/risk.ts';
import type { Version } from '../src/domain/version.ts';
import { clearLeftovers } from './leftovers.ts';
import { recordEnd } from './record.ts';
import { neededVersion } from './train.ts';

export interface BeginInput {
  id: string;
  runId: string;
  plan: Plan;
  startedAt: string;
  /** Who starts it; null: nobody said. Left out by a release that an earlier Gradus began, which was asked for none. */
  by?: string | null;
}

/** What users have before the release changes anything. */
export interface Before {
  /** Stable digest of each capability of the plan; null where nothing is stable yet. */
  stable: Record<string, string | null>;
  /** The version that most of them have. */
  version: Version | null;
  /** Stages of a run of the same release from before a reset, with users on the candidate; left out: there are none. */
  former?: { stages: number[]; capabilities: string[] };
}

export function beginActivities(ports: RecordPorts) {
  return {
    /** `plan` is a stored plan's name, or the plan itself; `input` what the release was started with, left out by an earlier Gradus. */
    async readPlan(plan: unknown, input?: unknown): Promise<Plan> {
      if (input !== undefined) insistReleaseInput(input);
      return planOf(ports, plan);
    },

    async beginRelease(input: BeginInput): Promise<Before> {
      const { id, runId, plan, startedAt, by } = input;
      try {
        if (by !== undefined) await insistStarter(ports.policies, by);
        await insistApprovers(ports, plan);
      } catch (error) {
        await recordRefusal(ports, input, error);
        throw error;
      }
      const begin = () => ports.releases.begin({ id, runId, model: plan.model, plan, startedAt });
      if (plan.candidate.kind === 'version') {
        const { version } = plan.candidate;
        await neededVersion(ports, { model: plan.model, version, capabilities: Object.keys(plan.capabilities) });
      }
      const holder = await ports.releases.holder(plan.model);
      if (holder !== null && holder.id !== id && !(await ports.isRunning(holder.id))) {
        await ports.releases.abandon(holder.id, 'its workflow ended without an end of its own (terminated?)');
        await recordEnd(ports, holder.id);
      }
      await letOthersFirst(ports, plan.model, id);
      await begin();
      await clearLeftovers(ports.routes, plan.model, id);
      return { ...(await before(ports, plan)), ...(await formerOf(ports, plan.model, id)) };
    },

    /** Puts the release among those that wait for its model; answers with who gets it before, the last of them last. */
    async queueRelease({ id, runId, plan, startedAt }: BeginInput): Promise<string[]> {
      const { model } = plan;
      await ports.releases.enqueue({ id, runId, model, plan, startedAt });
      const [holder, queue] = [await ports.releases.holder(model), await ports.releases.queue(model)];
      const place = queue.indexOf(id);
      return [...(holder === null ? [] : [holder.id]), ...queue.slice(0, Math.max(0, place))];
    },
  };
}

/** Nothing of this run is exposed yet: what is, a former run has left. */
async function formerOf({ routes }: RecordPorts, model: string, id: string): Promise<Pick<Before, 'former'>> {
  const exposed = (await routes.current(model)).filter(
    ({ candidate, phase }) => candidate !== null && phase.startsWith(`${id}/`),
  );
  if (exposed.length === 0) return {};
  const stages = new Set(exposed.map(({ phase }) => Number(phase.slice(id.length + 1).split('/')[0])));
  return { former: { stages: [...stages], capabilities: exposed.map(({ capability }) => capability) } };
}

/** The policy as it is now says who has to approve what is risky. */
async function insistApprovers(ports: RecordPorts, plan: Plan): Promise<void> {
  const { risk = {}, teams = {} } = await ports.policies.current();
  const problems = riskProblems(risk, teams, plan);
  if (problems.length > 0) throw refusedByPolicy(problems);
}

/** A release that never began has no report, and no other entry in the audit log; begun again, it is refused once. */
async function recordRefusal({ audit }: RecordPorts, { id, plan, startedAt, by }: BeginInput, error: unknown) {
  if (!(error instanceof GradusError) || (error.code !== 'NOT_ALLOWED' && error.code !== 'PLAN_REFUSED')) return;
  const entry = { subject: id, place: 0, at: startedAt, stage: null, step: null, by: by ?? 'unknown' };
  await audit.append([{ ...entry, what: 'start was refused', why: `${plan.model}: ${error.message}` }]);
}

/** Who waits for the model gets it in turn; one whose workflow ended meanwhile waits no more. */
async function letOthersFirst(ports: RecordPorts, model: string, id: string): Promise<void> {
  for (const waiting of await ports.releases.queue(model)) {
    if (waiting === id) return;
    if (await ports.isRunning(waiting)) {
      const message = `Model ${model} is promised to ${waiting}, which waits for it. Wait for it too: gradus release start PLAN --queue`;
      throw new GradusError('MODEL_BUSY', message);
    }
    await ports.releases.abandon(waiting, 'its workflow ended while it waited for its model (terminated?)');
    await recordEnd(ports, waiting);
  }
}

/** A stored plan by its name, or the plan itself. Throws PLAN_UNKNOWN and PLAN_INVALID. */
export async function planOf(ports: RecordPorts, plan: unknown): Promise<Plan> {
  if (typeof plan !== 'string') return parsePlan(plan);
  const stored = await ports.plans.find(plan);
  if (stored === null || stored === undefined) throw await unknownPlan(ports, plan);
  return parsePlan(stored);
}

async function unknownPlan(ports: RecordPorts, name: string): Promise<GradusError> {
  const names = await ports.plans.list();
  const known = names.length === 0 ? 'no plan is stored yet' : `stored plans: ${names.join(', ')}`;
  return new GradusError(
    'PLAN_UNKNOWN',
    `There is no stored plan "${name}"; ${known}. Store one with gradus plan save.`,
  );
}

async function before(ports: RecordPorts, plan: Plan): Promise<Before> {
  const routes = new Map((await ports.routes.current(plan.model)).map((route) => [route.capability, route.stable]));
  const stable = Object.fromEntries(Object.keys(plan.capabilities).map((name) => [name, routes.get(name) ?? null]));
  const counts = new Map<string, number>();
  for (const digest of Object.values(stable)) if (digest !== null) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  return { stable, version: most === undefined ? null : await ports.versions.find(plan.model, most) };
}
