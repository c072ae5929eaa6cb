/** What the timeline of Temporal's UI says of each activity: what is done, for whom, in words of the plan. */
import { listed, percent } from '../src/domain/words.ts';

const stageOf = ({ stage, capabilities }: { stage: number; capabilities: string[] }): string =>
  `stage ${stage} (${listed(capabilities)})`;

export const recordSummaries = {
  readPlan: () => 'Reads the plan and checks it whole',
  beginRelease: ({ plan }: { plan: { model: string } }) => `Takes the model ${plan.model}: one release at a time`,
  queueRelease: ({ plan }: { plan: { model: string } }) => `Takes a place in the queue for the model ${plan.model}`,
  findVersion: ({ model, version }: { model: string; version: string }) => `Looks up ${version} of ${model}`,
  registerVersion: ({ model }: { model: string }) => `Gives the trained version of ${model} its number`,
  split: () => 'Puts the capabilities in order and splits them into stages',
  recordRelease: () => 'Writes how far the release is to the store, and its decisions to the audit log',
};

export const iterationSummaries = {
  readIteration: () => 'Reads what the schedule gave, and its plan',
  servedVersions: ({ model }: { model: string }) => `Looks up which versions of ${model} users have`,
  gatherFeedback: ({ plan }: { plan: { model: string } }) =>
    `Gathers what users of ${plan.model} said since last time, and decides whether to learn`,
  recordIteration: () => 'Writes the iteration to the store',
  nextReleaseId: (model: string) => `Names the next release of ${model}`,
  learningOf: () => 'Reads what this release learns from',
};

export const policySummaries = {
  refusalOf: ({ by, operation }: { by: string; operation: string }) => `May ${by} ${operation}? Asks the policy`,
  standsFor: ({ by }: { by: string }) => `For whom does ${by} stand in? Asks the policy`,
};

export const standingSummaries = { standing: () => 'Does a freeze or a stop hold this release? Asks the store' };

export const judgementSummaries = {
  judgeInternalTest: ({ examinations, stage }: { examinations: { capability: string }[]; stage: number }) =>
    `Judges the internal test of ${stageOf({ stage, capabilities: examinations.map((one) => one.capability) })}`,
  judgeGray: (input: { stage: number; capabilities: string[] }) =>
    `Looks at the guardrails and the bake time of ${stageOf(input)}`,
  judgeAbTest: (input: { stage: number; capabilities: string[] }) => `Looks at the A/B test of ${stageOf(input)}`,
};

export const lookBackSummary = { lookBack: () => 'Gathers what users answered and said in the whole release' };

export const routeSummaries = {
  expose: ({ capabilities, level }: { capabilities: string[]; level: { name: string } }) =>
    `Gives ${listed(capabilities)} of the candidate to ${level.name}; waits for every gateway`,
  makeFull: ({ capabilities }: { capabilities: string[] }) =>
    `Gives ${listed(capabilities)} of the candidate to all users; waits for every gateway`,
  restore: ({ capabilities }: { capabilities: string[] }) =>
    `Puts ${listed(capabilities)} back on stable for all users`,
};

export const trainingSummaries = {
  trainVersion: ({
    model,
    capabilities,
    spec,
  }: {
    model: string;
    capabilities: string[];
    spec: { data: string; share: number };
  }) => `Trains ${model} for ${listed(capabilities)} on ${percent(spec.share)} of ${spec.data}`,
  profileVersions: () => 'Measures the inputs and answers that versions were trained for, to tell drift',
  examine: ({ capabilities, candidate }: { capabilities: string[]; candidate: { number: number } }) =>
    `Examines v${candidate.number} on held-out data: ${listed(capabilities)}`,
};
