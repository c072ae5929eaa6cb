/** Fills in what a plan leaves out, with what a careful person would choose. */
import type { WrittenApproval, WrittenPlan } from './plan-schema.ts';
import type { AbTest, Approval, Capability, Gray, InternalTest, Plan, Stages, TrainSpec } from './plan.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export function withDefaults(written: WrittenPlan): Plan {
  const capabilities = Object.entries(written.capabilities ?? {});
  return {
    model: written.model ?? '',
    ...(written.field === undefined ? {} : { field: written.field }),
    strategy: written.strategy ?? 'gradual',
    candidate:
      written.version === undefined
        ? { kind: 'train', train: trainSpec(written.train ?? {}) }
        : { kind: 'version', version: written.version },
    capabilities: Object.fromEntries(
      capabilities.map(
        ([name, { importance = 5, demand = 5, risk = 5, requires = [], field }]): [string, Capability] => [
          name,
          { importance, demand, risk, requires, ...(field === undefined ? {} : { field }) },
        ],
      ),
    ),
    order: written.order ?? '2 importance + demand - 3 risk',
    stages: stages(written.stages ?? {}, capabilities.length),
    audiences: written.audiences ?? [],
    internalTest: internalTest(written),
    gray: gray(written.gray ?? {}),
    abTest: abTest(written['ab test'] ?? {}),
    full: { approval: approval(written.full?.approval) },
    iterate: iterate(written.iterate ?? {}),
    people: written.people ?? {},
    gatewayWithinMs: written['gateway within'] ?? minute,
    alpha: written.alpha ?? 0.05,
  };
}

/** The network of the paper, section 5.2. */
function trainSpec(written: NonNullable<WrittenPlan['train']>): TrainSpec {
  const { data = '', share = 1, network = 'per capability', epochs = 10, batch = 32, vocabulary = 10_000 } = written;
  const { length = 100, embedding = 128, units = 128, seed = 1, 'learning rate': learningRate = 0.001 } = written;
  const spec = { data, share, network, epochs, batch, learningRate, vocabulary, length, embedding, units, seed };
  const { pooling = 'last', 'word dropout': wordDropout = 0, patience, averaging } = written;
  const { 'class weights': classWeights, 'clip norm': clipNorm, schedule, lessons } = written;
  // What says the same as leaving it out is left out, so that both spellings give the same version.
  return {
    ...spec,
    ...(pooling === 'last' ? {} : { pooling }),
    ...(wordDropout === 0 ? {} : { wordDropout }),
    ...(patience === undefined || patience >= epochs ? {} : { patience }),
    ...(averaging === 'epochs' ? { averaging } : {}),
    ...(classWeights === 'balanced' ? { classWeights } : {}),
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(schedule === 'linear' || schedule === 'cosine' ? { schedule } : {}),
    ...(lessons === undefined ? {} : { lessons }),
  };
}

function iterate({ 'learn when': learnWhen, every, adjust }: NonNullable<WrittenPlan['iterate']>): Plan['iterate'] {
  return {
    learnWhen: learnWhen ?? 'corrections >= 200 or satisfaction < 0.6',
    ...(every === undefined ? {} : { everyMs: every }),
    ...(adjust === undefined ? {} : { adjust: adjust.map(({ when, set }) => ({ when, set: inCamelCase(set) })) }),
  };
}

function inCamelCase(set: Record<string, string | number | undefined>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(set).flatMap(([key, value]) =>
      value === undefined ? [] : [[key.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase()), value]],
    ),
  );
}

/** Three stages of about the same size, unless the plan says otherwise. */
function stages(written: NonNullable<WrittenPlan['stages']>, capabilities: number): Stages {
  if (written.lists !== undefined) return { kind: 'listed', lists: written.lists };
  const first = written.first ?? Math.max(1, Math.ceil(capabilities / 3));
  const then = written.then ?? first;
  return { kind: 'sized', first, then: Number.isFinite(Number(then)) ? Number(then) : then };
}

function internalTest(plan: WrittenPlan): InternalTest {
  const written = plan['internal test'] ?? {};
  const own = Object.entries(plan.capabilities ?? {}).flatMap(([name, { gate = [] }]) =>
    gate.length > 0 ? [[name, gate] as const] : [],
  );
  const capabilityGates = new Map(own);
  for (const [name, gates] of Object.entries(written['capability gates'] ?? {})) {
    capabilityGates.set(name, [...new Set([...(capabilityGates.get(name) ?? []), ...gates])]);
  }
  const testers = written.testers ?? [];
  return {
    gates: written.gate ?? ['accuracy >= stable.accuracy - 0.02'],
    capabilityGates: Object.fromEntries(capabilityGates),
    testers,
    minRated: written['min rated'] ?? (testers.length > 0 ? 10 : 0),
    withinMs: written.within ?? 2 * day,
    approval: approval(written.approval),
  };
}

function gray(written: NonNullable<WrittenPlan['gray']>): Gray {
  const bakeMs = written.bake ?? hour;
  return {
    ramp: written.ramp ?? [0.01, 0.05, 0.25],
    bakeMs,
    checkEveryMs: written['check every'] ?? between(second, bakeMs / 10, 5 * minute, bakeMs),
    guardrails: written.guardrails ?? [
      'satisfaction >= stable.satisfaction - 0.05',
      'errorRate <= stable.errorRate + 0.01',
    ],
    onBreach: written['on breach'] === 'pause' ? 'pause' : 'rollBack',
    minRated: written['min rated'] ?? 50,
    withinMs: written.within ?? Math.max(7 * day, 2 * bakeMs),
    approval: approval(written.approval),
  };
}

function abTest(written: NonNullable<WrittenPlan['ab test']>): AbTest {
  const withinMs = written.within ?? 14 * day;
  const inconclusive = written['if inconclusive'] ?? 'ask';
  return {
    share: written.share ?? 0.5,
    metric: written['decide on'] ?? 'satisfaction',
    margin: written.margin ?? 0.02,
    checkEveryMs: written['check every'] ?? between(second, withinMs / 100, hour, withinMs),
    minRated: written['min rated'] ?? 100,
    withinMs,
    ifInconclusive: inconclusive === 'roll back' ? 'rollBack' : inconclusive,
    approval: approval(written.approval),
  };
}

/** Not more often than every `least`, and never longer than the time that is watched. */
function between(least: number, wanted: number, most: number, whole: number): number {
  return Math.round(Math.min(whole, most, Math.max(least, wanted)));
}

function approval(written: WrittenApproval): Approval | null {
  if (written === null || written === undefined) return null;
  const { from = [], count = 1, each, own, within = 2 * day, else: otherwise = 'hold', remind } = written;
  const escalateTo = written['escalate to'];
  return {
    from,
    count,
    ...(each === true ? { each } : {}),
    ...(own === true ? { own } : {}),
    withinMs: within,
    otherwise,
    ...(escalateTo === undefined ? {} : { escalateTo }),
    ...(remind === undefined ? {} : { remindMs: remind }),
  };
}
