/** The schema, in the steps by which it came to be; a step that was published is never changed. */
import { sql, type Kysely, type Migration } from 'kysely';

/**
 * Phases are compared as bytes (`collate "C"`), so that all under one release or step are a range of an index, in
 * whatever language the database sorts.
 */
const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table versions (
        model text not null, digest text not null, number integer not null, spec jsonb not null, labels jsonb not null,
        trained_on integer not null, created_at timestamptz not null default now(),
        primary key (model, digest), unique (model, number))`,
      sql`create table routes (
        model text not null, capability text not null, revision integer not null, stable text, candidate text,
        exposure jsonb not null, phase text not null, primary key (model, capability))`,
      sql`create table route_revision (only_one boolean primary key default true check (only_one), revision integer not null)`,
      sql`insert into route_revision (revision) values (0)`,
      sql`create table route_changes (
        revision integer primary key, at timestamptz not null default now(), model text not null, phase text not null,
        routes jsonb not null)`,
      sql`create table gateways (
        name text primary key, url text not null, revision integer not null, problem text, stops jsonb not null,
        lease_until timestamptz not null)`,
      sql`create table answers (
        seq bigserial not null, id text primary key, at timestamptz not null, model text not null, capability text not null,
        version text not null, arm text not null, phase text collate "C" not null, user_hash text not null, label text,
        confidence double precision, latency_ms double precision not null, failed boolean not null)`,
      sql`create index answers_of_phase on answers (phase, capability, seq)`,
      sql`create table feedback (
        seq bigserial not null, id text primary key, answer_id text not null, at timestamptz not null, model text not null,
        capability text not null, version text not null, arm text not null, phase text collate "C" not null,
        user_hash text not null, label text, satisfaction double precision check (satisfaction between 0 and 1),
        comment text, correct_label text)`,
      sql`create index feedback_of_phase on feedback (phase, capability, seq)`,
      sql`create index feedback_of_model on feedback (model, capability, at)`,
      sql`create table releases (
        id text primary key, run_id text not null, model text not null, plan jsonb not null, report jsonb,
        started_at timestamptz not null, ended_at timestamptz)`,
      sql`create unique index one_release_of_a_model on releases (model) where ended_at is null`,
      sql`create index releases_by_start on releases (started_at desc)`,
      sql`create table release_numbers (model text primary key, last integer not null)`,
      sql`create table plans (name text primary key, plan jsonb not null, saved_at timestamptz not null default now())`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

const people: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create sequence release_changes`,
      sql`alter table releases add column changed bigint not null default nextval('release_changes')`,
      sql`create index releases_by_change on releases (changed)`,
      sql`create table policies (
        number serial primary key, policy jsonb not null, set_by text not null, set_at timestamptz not null default now())`,
      sql`create table audit (
        number integer primary key, subject text not null, place integer not null, at text not null, entry jsonb not null,
        hash text not null, unique (subject, place, at))`,
      sql`create function audit_is_appended_to() returns trigger language plpgsql as
        $$ begin raise exception 'the audit log is appended to, never changed'; end $$`,
      sql`create trigger audit_stays before update or delete or truncate on audit
        for each statement execute function audit_is_appended_to()`,
      sql`create table channels (channel text primary key)`,
      sql`create table threads (
        channel text not null, release text not null, delivered bigint not null, primary key (channel, release))`,
      sql`create table messages (
        channel text not null, release text not null, key text not null, ref text, digest text not null,
        primary key (channel, release, key))`,
      sql`create table presses (
        id text primary key, press jsonb not null, settled boolean not null default false,
        taken_at timestamptz not null default now())`,
      sql`create index presses_left on presses (taken_at) where not settled`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

const learning: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`alter table feedback add column text text`,
      sql`alter table answers add column tokens integer, add column unknown integer`,
      sql`create index answers_of_model on answers (model, seq)`,
      sql`create index feedback_by_arrival on feedback (model, seq)`,
      sql`create table lessons (
        digest text primary key, lessons jsonb not null, kept_at timestamptz not null default now())`,
      sql`create table iterations (
        key text primary key, model text not null, number integer not null, report jsonb not null,
        started_at timestamptz not null default now(), unique (model, number))`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

const control: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table stop_alls (
        number serial primary key, id text not null unique, by text not null, why text not null,
        at timestamptz not null default now(), roll_back boolean not null, ended_at timestamptz, ended_by text,
        ended_why text)`,
      sql`create table stop_rollbacks (
        stop integer not null references stop_alls, release text not null, settled boolean not null default false,
        primary key (stop, release))`,
      // What a release was last told of: stops and policies.
      sql`alter table releases add column told text not null default ''`,
      // A release that waits for its model has a place in the queue.
      sql`alter table releases add column queued bigint`,
      sql`create sequence release_queue`,
      sql`drop index one_release_of_a_model`,
      sql`create unique index one_release_of_a_model on releases (model) where ended_at is null and queued is null`,
      sql`create index releases_queued on releases (model, queued) where ended_at is null and queued is not null`,
      sql`create table delegations (
        number serial primary key, giver text not null, taker text not null, until timestamptz not null,
        why text not null, by text not null, at timestamptz not null default now(), ended_at timestamptz,
        ended_by text)`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

const signIns: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table sign_ins (person text primary key, roles jsonb not null, until timestamptz not null)`.execute(
      db,
    );
  },
};

/** Messages that are sent once, and tried again until they are taken. */
const notices: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`alter table channels add column stopped text`,
      sql`alter table messages
        add column seq bigserial, add column body json, add column tries integer not null default 0,
        add column noted_at timestamptz not null default now(), add column next_at timestamptz not null default now(),
        add column given_up boolean not null default false, add column problem text`,
      sql`create index messages_due on messages (channel, next_at, seq) where body is not null and not given_up`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

const surveys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table surveys (
        id text primary key, model text not null, survey jsonb not null, made_at timestamptz not null default now())`,
      sql`create table survey_asked (
        survey text not null references surveys, user_hash text not null, answer_id text not null, about jsonb not null,
        asked_at timestamptz not null default now(), primary key (survey, user_hash))`,
      sql`create index survey_asked_of_user on survey_asked (user_hash, asked_at)`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

/**
 * Answers come in the order of time, so a block-range index (24 kB for a million of them) finds those of the last days as
 * fast as a tree of 30 MB, which every answer would be written into.
 */
const answersByTime: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create index answers_by_time on answers using brin (at)`.execute(db);
  },
};

/** By name, in order. */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-people': people,
  '0003-learning': learning,
  '0004-control': control,
  '0005-notices': notices,
  '0007-sign-ins': signIns,
  '0008-surveys': surveys,
  '0009-answers-by-time': answersByTime,
};
