/** Who a survey asks, in PostgreSQL: the last answer of each user, nobody twice, also when two surveys are sent at once. */
import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Surveys } from '../../src/domain/ports.ts';
import { feedbackIdOf, type Exposed, type Survey } from '../../src/domain/survey.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { answerOf, feedbackOf } from '../fixtures/answers.ts';
import { freshHome, gradus, outcomeOf, startGradus } from '../support/gradus.ts';
import { testServer, type TestServer } from '../support/postgres.ts';
import { trained } from './contract.ts';

let server: TestServer;
let store: Store;
beforeAll(async () => {
  server = await testServer();
  store = await openStore(server.url);
}, 60_000);
afterAll(async () => {
  await store.close();
  await server.end();
});

const day = 86_400_000;
const surveyOf = (model: string, more: Partial<Survey> = {}): Survey => ({
  id: randomUUID(),
  model,
  capability: null,
  version: null,
  question: 'How well does it work?',
  comment: 'What would make it better?',
  by: 'ann',
  at: new Date().toISOString(),
  sample: 1,
  withinMs: 7 * day,
  againMs: 30 * day,
  most: 100,
  ...more,
});

const ask = (survey: Survey, how: Partial<Parameters<Surveys['ask']>[1]> = {}): Promise<Exposed[]> =>
  store.surveys.ask(survey, { among: null, tell: () => [], ...how });

describe('a survey', () => {
  test('is about the last answer that each user got, of those it is for', async () => {
    const model = randomUUID();
    const [old, later] = [
      answerOf({ model, user: 'u1', version: 'v1' }),
      answerOf({ model, user: 'u1', version: 'v2' }),
    ];
    const others = [
      answerOf({ model, user: 'u2', capability: 'topic' }),
      answerOf({ model, user: 'u3', failed: true, label: null }),
      answerOf({ model, user: 'u4', at: new Date(Date.now() - 8 * day).toISOString() }),
    ];
    await store.observations.record([old, later, ...others], []);
    const survey = surveyOf(model, { againMs: 0 });
    expect(await store.surveys.exposed(survey)).toBe(2);
    const { confidence: _, latencyMs: __, failed: ___, tokens: ____, unknown: _____, ...asIs } = later;
    expect(await ask(survey)).toEqual([asIs, expect.objectContaining({ user: 'u2', id: others[0]?.id })]);
    const some = async (more: Partial<Survey>) => {
      const one = surveyOf(model, { againMs: 0, ...more });
      const users = (await ask(one)).map(({ user }) => user);
      expect(await store.surveys.exposed(one)).toBe(users.length);
      return users;
    };
    expect(await some({ capability: 'topic' })).toEqual(['u2']);
    expect(await some({ version: 'v2' })).toEqual(['u1']);
    expect(await some({ withinMs: 9 * day })).toEqual(['u1', 'u2', 'u4']);
  });

  test('asks nobody who was asked lately, at most so many, and again the same', async () => {
    const [model, other] = [randomUUID(), randomUUID()];
    const users = Array.from({ length: 20 }, (_, i) => `${model} ${i}`);
    await store.observations.record(
      users.flatMap((user) => [answerOf({ model, user }), answerOf({ model: other, user })]),
      [],
    );
    const first = surveyOf(model, { most: 5 });
    const asked = await ask(first);
    expect(asked).toHaveLength(5);
    expect(await ask(first)).toEqual(asked);
    // Two at once, of two models: together everybody else, each once.
    const [a, b] = [surveyOf(model, { most: 9 }), surveyOf(other, { most: 9 })];
    const both = await Promise.all([a, b].map((survey) => ask(survey)));
    const names = [...asked, ...both.flat()].map(({ user }) => user);
    expect(names).toHaveLength(new Set(names).size);
    expect(names).toHaveLength(20);
    const none = surveyOf(model);
    expect(await ask(none)).toEqual([]);
    const sooner = surveyOf(model, { againMs: 0 });
    expect(await ask(sooner)).toHaveLength(20);
  });

  test('that asked nobody is not the newest to look at, unless none asked anybody', async () => {
    const empty = await testServer();
    const fresh = await openStore(empty.url);
    const how = { among: null, tell: () => [] };
    expect(await fresh.surveys.newest()).toBeNull();
    const [vain, asked, later] = [surveyOf('m'), surveyOf('m'), surveyOf('m')];
    await fresh.surveys.ask(vain, how);
    expect(await fresh.surveys.newest()).toEqual({ survey: vain, newer: 0 });
    await fresh.observations.record([answerOf({ model: 'm' })], []);
    await fresh.surveys.ask(asked, how);
    expect(await fresh.surveys.newest()).toEqual({ survey: asked, newer: 0 });
    await fresh.surveys.ask(later, how);
    expect(await fresh.surveys.newest()).toEqual({ survey: asked, newer: 1 });
    await fresh.close();
    await empty.end();
  });

  test('counts what was answered to it', async () => {
    const model = randomUUID();
    const answers = ['a', 'b', 'c'].map((user) => answerOf({ model, user: `${model} ${user}` }));
    await store.observations.record(answers, []);
    const survey = surveyOf(model);
    const [first, second] = await ask(survey);
    expect(await store.surveys.results(survey)).toMatchObject({
      asked: 3,
      answered: 0,
      satisfaction: null,
      comments: [],
    });
    const said = [first, second].flatMap((about, place) => {
      if (about === undefined) return [];
      const id = `${about.id}/${feedbackIdOf(survey)}`;
      return [feedbackOf(about, { id, satisfaction: place, comment: `say ${place}` })];
    });
    await store.observations.record([], said);
    const results = await store.surveys.results(survey);
    expect(results).toMatchObject({ asked: 3, answered: 2, satisfaction: 0.5 });
    expect(results.comments.map(({ text }) => text)).toEqual(['say 1', 'say 0']);
    expect(await store.surveys.find(survey.id)).toEqual(survey);
    expect(await store.surveys.list(model)).toEqual([survey]);
    expect(await store.surveys.askedOf(survey.id, first?.user ?? '')).toEqual(first);
    expect(await store.surveys.askedOf(survey.id, 'nobody')).toBeNull();
  });
});

describe('the draw', () => {
  /** As the documentation says it, computed here once more. */
  const placeOf = (id: string, user: string): number =>
    createHash('sha256').update(`survey ${id} ${user}`).digest().readUIntBE(0, 6) / 2 ** 48;

  test('is by the hash of the survey and the user: near its share, the same again, another for another survey', async () => {
    const model = randomUUID();
    const users = Array.from({ length: 2000 }, (_, i) => `${model} ü${i}`);
    // Half of them were answered four times as often.
    const answers = users.flatMap((user, i) =>
      Array.from({ length: i % 2 === 0 ? 1 : 4 }, () => answerOf({ model, user })),
    );
    await store.observations.record(answers, []);
    const drawn = async (id: string, more: Partial<Survey> = {}) =>
      (await ask(surveyOf(model, { id, sample: 0.2, againMs: 0, most: 10_000, ...more }))).map(({ user }) => user);
    const id = randomUUID();
    const one = await drawn(id);
    expect(new Set(one)).toEqual(new Set(users.filter((user) => placeOf(id, user) < 0.2)));
    expect(one.length).toBeGreaterThan(330);
    expect(one.length).toBeLessThan(470);
    const often = one.filter((user) => users.indexOf(user) % 2 === 1);
    expect(Math.abs(often.length - (one.length - often.length))).toBeLessThan(80);
    const other = await drawn(randomUUID());
    expect(one.filter((user) => other.includes(user)).length).toBeLessThan(120);
    // Where fewer may be asked, they are the first in its order, not the first in the alphabet.
    const few = randomUUID();
    const order = users.toSorted((a, b) => placeOf(few, a) - placeOf(few, b));
    expect(new Set(await drawn(few, { most: 30 }))).toEqual(new Set(order.slice(0, 30)));
  });

  test('is among some users alone where those are named', async () => {
    const model = randomUUID();
    await store.observations.record(
      ['a', 'b', 'c'].map((user) => answerOf({ model, user: `${model} ${user}` })),
      [],
    );
    const among = [`${model} b`, `${model} d`];
    expect((await ask(surveyOf(model), { among })).map(({ user }) => user)).toEqual([`${model} b`]);
    expect(await ask(surveyOf(model), { among: [] })).toEqual([]);
  });
});

describe('whoever is noted as asked', () => {
  const channel = 'webhook:survey';
  const noticesTo = (survey: Survey) => (asked: Exposed[]) => [
    { channel, release: `survey ${survey.id}`, notices: asked.map(({ user }) => ({ key: user, body: { user } })) },
  ];
  const count = async (statement: string): Promise<number> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<{ n: number }>(statement);
    await client.end();
    return rows[0]?.n ?? 0;
  };

  test('has what is sent to them waiting, once', async () => {
    const model = randomUUID();
    await store.observations.record([answerOf({ model, user: model })], []);
    const survey = surveyOf(model);
    await ask(survey, { tell: noticesTo(survey) });
    await ask(survey, { tell: noticesTo(survey) });
    const notice = await store.notices.next(channel, 60_000);
    expect(notice).toMatchObject({ release: `survey ${survey.id}`, key: model, body: { user: model } });
    expect(await store.notices.next(channel, 60_000)).toBeNull();
  });

  test('is nobody where what is sent to them cannot be kept, and they can be asked at once', async () => {
    const model = randomUUID();
    await store.observations.record([answerOf({ model, user: model })], []);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`alter table messages add constraint no_room check (channel <> '${channel}') not valid`);
    const failing = surveyOf(model);
    await expect(ask(failing, { tell: noticesTo(failing) })).rejects.toThrow(/constraint "no_room"/);
    await client.query('alter table messages drop constraint no_room');
    await client.end();
    expect(await store.surveys.find(failing.id)).toBeNull();
    const survey = surveyOf(model);
    expect(await ask(survey, { tell: noticesTo(survey) })).toHaveLength(1);
  });

  test('is nobody where the command is killed in the midst of it', async () => {
    const model = randomUUID();
    await store.versions.register(trained(model, model));
    await store.observations.record([answerOf({ model, user: model })], []);
    const { environment, remove } = freshHome();
    const all = { ...environment, DATABASE_URL: server.url, GRADUS_WEBHOOK_URLS: 'http://127.0.0.1:9/' };
    const args = ['survey', 'send', model, '--sample', '100%'];
    const secret = { GRADUS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    // What is sent cannot be written while somebody else holds its table.
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('begin; lock table messages in exclusive mode');
    const child = startGradus(args, { ...all, ...secret });
    const waits = `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into "messages"%'`;
    await expect.poll(() => count(waits), { timeout: 20_000 }).toBe(1);
    child.kill('SIGKILL');
    await outcomeOf(child);
    await client.query('rollback');
    await client.end();
    await expect.poll(() => count(waits), { timeout: 20_000 }).toBe(0);
    expect(await count(`select count(*)::int as n from survey_asked where user_hash = '${model}'`)).toBe(0);
    const { out, err } = await gradus(args, { ...all, ...secret });
    remove();
    expect([out, err]).toEqual([expect.stringMatching(/: 1 user of 1 will be asked\./), '']);
    expect(await count(`select count(*)::int as n from messages where key = '${model}'`)).toBe(1);
  });
});
