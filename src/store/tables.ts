/** The tables as PostgreSQL has them: what is read from them, and what is written to them. */
import type { ColumnType, Generated } from 'kysely';
import type { AuditEntry } from '../domain/audit.ts';
import type { IterationReport } from '../domain/iteration.ts';
import type { Lesson } from '../domain/lessons.ts';
import type { TrainSpec } from '../domain/plan.ts';
import type { Policy, Role } from '../domain/policy.ts';
import type { Stop } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import type { Exposed, Survey } from '../domain/survey.ts';
import type { Exposure } from '../domain/route.ts';

/** A JSON column: written as text, read as the value. Only this store writes it, so its type is known. */
type Json<T> = ColumnType<T, string, string>;
type Time = ColumnType<Date, string, string>;

export interface VersionTable {
  model: string;
  digest: string;
  number: number;
  spec: Json<TrainSpec>;
  labels: Json<Record<string, string[]>>;
  trained_on: number;
  created_at: Generated<Date>;
}

export interface RouteTable {
  model: string;
  capability: string;
  revision: number;
  stable: string | null;
  candidate: string | null;
  exposure: Json<Exposure>;
  phase: string;
}

/** One row: the revision of the newest change. Locking it puts changes one after the other. */
export interface RouteRevisionTable {
  revision: number;
}

/** Every change that was made, for whoever asks later who had what and when. */
export interface RouteChangeTable {
  revision: number;
  at: Generated<Date>;
  model: string;
  phase: string;
  routes: Json<unknown>;
}

export interface GatewayTable {
  name: string;
  url: string;
  revision: number;
  problem: string | null;
  stops: Json<Stop[]>;
  lease_until: Time;
}

export interface AnswerTable {
  /** Order of arrival. */
  seq: Generated<string>;
  id: string;
  at: Time;
  model: string;
  capability: string;
  version: string;
  arm: string;
  phase: string;
  user_hash: string;
  label: string | null;
  confidence: number | null;
  latency_ms: number;
  failed: boolean;
  tokens: number | null;
  unknown: number | null;
}

export interface FeedbackTable {
  /** Order of arrival. */
  seq: Generated<string>;
  id: string;
  answer_id: string;
  at: Time;
  model: string;
  capability: string;
  version: string;
  arm: string;
  phase: string;
  user_hash: string;
  label: string | null;
  satisfaction: number | null;
  comment: string | null;
  correct_label: string | null;
  text: string | null;
}

export interface ReleaseTable {
  id: string;
  run_id: string;
  model: string;
  plan: Json<unknown>;
  /** Null until the release has said something of itself. */
  report: ColumnType<ReleaseReport | null, string | null, string | null>;
  /** What it was told of last. */
  told: Generated<string>;
  /** Its place among those that wait for the model; null: it does not wait. */
  queued: ColumnType<string | null, string | null | undefined, string | null>;
  /** Grows with each change of any release. */
  changed: Generated<string>;
  started_at: Time;
  /** Null while the release has its model. */
  ended_at: ColumnType<Date | null, string | null, string | null>;
}

export interface ReleaseNumberTable {
  model: string;
  last: number;
}

export interface PlanTable {
  name: string;
  plan: Json<unknown>;
  saved_at: Generated<Date>;
}

export interface AuditTable {
  number: number;
  subject: string;
  place: number;
  at: string;
  entry: Json<AuditEntry>;
  hash: string;
}

/** Every policy that was set; the newest counts. */
export interface PolicyTable {
  number: Generated<number>;
  policy: Json<Policy>;
  set_by: string;
  set_at: Generated<Date>;
}

/** Channels of people that releases have spoken in. */
export interface ChannelTable {
  channel: string;
  /** Why notices are not sent there any more. */
  stopped: string | null;
}

/** How much of each release is in a channel of people. */
export interface ThreadTable {
  channel: string;
  release: string;
  delivered: string;
}

export interface MessageTable {
  channel: string;
  release: string;
  key: string;
  ref: string | null;
  digest: string;
  /** Order in which they were noted. */
  seq: Generated<string>;
  /** Of a notice that is still to be sent; null: it is a message, or was sent. */
  body: ColumnType<unknown, string | null | undefined, string | null>;
  tries: Generated<number>;
  noted_at: Generated<Date>;
  next_at: Generated<Date>;
  given_up: Generated<boolean>;
  problem: string | null;
}

export interface PressTable {
  id: string;
  press: Json<unknown>;
  settled: Generated<boolean>;
  taken_at: Generated<Date>;
}

export interface StopAllTable {
  number: Generated<number>;
  id: string;
  by: string;
  why: string;
  at: Generated<Date>;
  roll_back: boolean;
  ended_at: ColumnType<Date | null, null | undefined, string>;
  ended_by: string | null;
  ended_why: string | null;
}

export interface DelegationTable {
  number: Generated<number>;
  giver: string;
  taker: string;
  until: Time;
  why: string;
  by: string;
  at: Generated<Date>;
  ended_at: ColumnType<Date | null, null | undefined, string>;
  ended_by: string | null;
}

/** Releases that a stop put back, and whether each has been told. */
export interface StopRollbackTable {
  stop: number;
  release: string;
  settled: Generated<boolean>;
}

/** What versions learnt from beside their data: never changed. */
export interface LessonsTable {
  digest: string;
  lessons: Json<Lesson[]>;
  kept_at: Generated<Date>;
}

export interface IterationTable {
  key: string;
  model: string;
  number: number;
  report: Json<IterationReport>;
  started_at: Generated<Date>;
}

/** Roles that people have by a token, as long as it is good. */
export interface SignInTable {
  person: string;
  roles: Json<Role[]>;
  until: Time;
}

export interface SurveyTable {
  id: string;
  model: string;
  survey: Json<Survey>;
  made_at: Generated<Date>;
}

export interface SurveyAskedTable {
  survey: string;
  user_hash: string;
  answer_id: string;
  about: Json<Exposed>;
  asked_at: Generated<Date>;
}

export interface Tables {
  versions: VersionTable;
  routes: RouteTable;
  route_revision: RouteRevisionTable;
  route_changes: RouteChangeTable;
  gateways: GatewayTable;
  answers: AnswerTable;
  feedback: FeedbackTable;
  releases: ReleaseTable;
  release_numbers: ReleaseNumberTable;
  plans: PlanTable;
  policies: PolicyTable;
  audit: AuditTable;
  channels: ChannelTable;
  threads: ThreadTable;
  messages: MessageTable;
  presses: PressTable;
  stop_alls: StopAllTable;
  stop_rollbacks: StopRollbackTable;
  delegations: DelegationTable;
  lessons: LessonsTable;
  iterations: IterationTable;
  sign_ins: SignInTable;
  surveys: SurveyTable;
  survey_asked: SurveyAskedTable;
}
