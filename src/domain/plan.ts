/** What a release is told to do: the plan after it was parsed, with every default filled in. */

/** The seven steps of a release, in order (design.md, and the strategy paper's section 3.2). */
export const steps = ['train', 'split', 'internal test', 'gray', 'A/B', 'full', 'iterate'] as const;
export type Step = (typeof steps)[number];

/** The steps that a stage goes through, one after the other, in a rollout. */
export type StageStep = Extract<Step, 'internal test' | 'gray' | 'A/B' | 'full'>;

export const strategies = ['gradual', 'one-shot', 'staged', 'gray', 'ab'] as const;
export type Strategy = (typeof strategies)[number];

/** Fields in which a mistake is dear; each is a template for plans (see `fields.ts`). */
export const fields = ['medical', 'finance', 'driving'] as const;
export type Field = (typeof fields)[number];

/** One function of a model that users can be given or not. Importance, demand and risk are 0 to 10. */
export interface Capability {
  importance: number;
  demand: number;
  risk: number;
  /** Capabilities that must be full before this one, or in the same stage. */
  requires: string[];
  /** Left out: the plan's. */
  field?: Field;
}

/**
 * What the heads see of a text: the LSTM's state after its last token, or of its states after each token the mean, the
 * largest of each unit, or both of these side by side.
 */
export const poolings = ['last', 'average', 'max', 'average and max'] as const;
export type Pooling = (typeof poolings)[number];

/** How a version is trained. Everything that changes the weights is here, so that equal specs give equal versions. */
export interface TrainSpec {
  /** Name of a registered dataset, e.g. `mail`. */
  data: string;
  /** Share of the training and validation parts that is used, 0 to 1, drawn by hash. */
  share: number;
  /** A network for each capability, or one trunk with a head for each. */
  network: 'per capability' | 'shared';
  epochs: number;
  /** A network is finished earlier when so many epochs in a row were no better on the validation part; left out: never. */
  patience?: number;
  batch: number;
  learningRate: number;
  /** Size of the vocabulary, the paper's 10,000. */
  vocabulary: number;
  /** Tokens of a text that are read, from its beginning. */
  length: number;
  embedding: number;
  units: number;
  /** What is read off the LSTM: its last state (the paper's, and what is meant when it is left out), or all of them. */
  pooling?: Pooling;
  /** Chance that a word is hidden from the network in a step of training, so that it leans on no single word; left out: 0. */
  wordDropout?: number;
  /** Which weights are kept: those of an epoch, or the mean of all epochs so far, which is steadier; left out: none. */
  averaging?: 'epochs';
  /** Balanced: rare labels count as much as frequent ones in the loss; left out: every example counts the same. */
  classWeights?: 'balanced';
  /** The largest norm of a step's gradients, all parameters together; larger ones are scaled down. Left out: any. */
  clipNorm?: number;
  /** How the learning rate falls to nothing over all epochs; left out: not at all. */
  schedule?: 'linear' | 'cosine';
  /** Digest of what users corrected, which is learnt from beside the data; left out: nothing. */
  lessons?: string;
  seed: number;
}

/** How stages are made: listed, or cut from the order by N_0 and ΔN(t) (a number or an expression of t, t ≥ 1). */
export type Stages = { kind: 'listed'; lists: string[][] } | { kind: 'sized'; first: number; then: number | string };

/** A person's decision that a step waits for. */
export interface Approval {
  /** Who may decide: identities, or names of groups in `people`. Empty: anyone. */
  from: string[];
  /** How many different people have to approve. One rejection decides. */
  count: number;
  /** Each of `from` has to give `count` approvals, by different people; left out: all together. */
  each?: boolean;
  /** Whoever started the release may approve it too; left out: they may not. */
  own?: boolean;
  withinMs: number;
  /** What happens when nobody has decided in time; `hold` asks once more, for as long again, and then rejects. */
  otherwise: 'reject' | 'approve' | 'hold';
  /** Who may decide too once nobody has in time. */
  escalateTo?: string[];
  /** People are reminded so often; left out: at half of their time, and at nine tenths. */
  remindMs?: number;
}

export interface InternalTest {
  /** Conditions that every capability must meet, as expressions over held-out metrics. */
  gates: string[];
  /** More conditions, for one capability each. */
  capabilityGates: Record<string, string[]>;
  /** Groups of users who get the candidate during the internal test and ever after. */
  testers: string[];
  /** How many of the testers' answers have to be rated before the step can end; 0: none. */
  minRated: number;
  withinMs: number;
  approval: Approval | null;
}

export interface Gray {
  /** Shares of users, 0 to 1, growing. */
  ramp: number[];
  /** How long each share is held, counted from when it really took effect. */
  bakeMs: number;
  checkEveryMs: number;
  /** Comparisons over live metrics, each watched on its own. */
  guardrails: string[];
  onBreach: 'rollBack' | 'pause';
  /** How many of the candidate's answers have to be rated (a user counts once), per capability, before a share can grow. */
  minRated: number;
  /** After this long at one share without enough data, a person is asked. */
  withinMs: number;
  approval: Approval | null;
}

export interface AbTest {
  /** Share of the users not yet on the candidate who get it. */
  share: number;
  /** The live metric that decides. */
  metric: string;
  /** The candidate may be worse by no more than this to go on. */
  margin: number;
  checkEveryMs: number;
  minRated: number;
  withinMs: number;
  /** What happens when time is up and the interval still allows both. */
  ifInconclusive: 'ask' | 'advance' | 'rollBack';
  approval: Approval | null;
}

/** How the model is trained otherwise when it learns again. */
export interface Adjustment {
  /** A condition over what was heard since it last learnt. */
  when: string;
  /** Keys of `TrainSpec` and their new values. */
  set: Record<string, string | number>;
}

/** One group of the `staged` strategy, or more that are given the candidate together. */
export type Audience = string[];

export interface Plan {
  model: string;
  /** Of all capabilities that name no other; left out: none. */
  field?: Field;
  strategy: Strategy;
  /** How to train the candidate, or which version to release as it is (`v3` or a digest). */
  candidate: { kind: 'train'; train: TrainSpec } | { kind: 'version'; version: string };
  capabilities: Record<string, Capability>;
  /** Score of a capability, an expression over importance, demand and risk; the highest goes first. */
  order: string;
  stages: Stages;
  /** For the `staged` strategy: who gets a stage after the internal test, one after the other; all users come last by themselves. */
  audiences: Audience[];
  internalTest: InternalTest;
  gray: Gray;
  abTest: AbTest;
  full: { approval: Approval | null };
  /** `everyMs`: how often a schedule looks whether there is something to learn, if the plan says. */
  iterate: { learnWhen: string; everyMs?: number; adjust?: Adjustment[] };
  /** Names of groups of approvers and who is in them. */
  people: Record<string, string[]>;
  /** How long to wait for every live gateway to confirm new routes, and how long none may be alive, before users go back to stable. */
  gatewayWithinMs: number;
  /** Chance that a decision made from live data is wrong, over all looks of one release. */
  alpha: number;
}
