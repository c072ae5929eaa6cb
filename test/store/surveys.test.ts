/** Who a survey asks, in PostgreSQL: the last answer of each user, nobody twice, also when two surveys are sent at once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/domain/feedback.ts';
import { feedbackIdOf, isDrawn, type Survey } from '../../src/domain/survey.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { testServer, type TestServer } from '../support/postgres.ts';

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

function answerOf(model: string, user: string, more: Partial<Answer> = {}): Answer {
  return {
    id: randomUUID(),
    at: new Date().toISOString(),
    model,
    capability: 'spam',
    version: 'v1',
    arm: 'gray',
    phase: 'r/1/gray/0',
    user,
    label: 'spam',
    confidence: 0.9,
    latencyMs: 1,
    failed: false,
    tokens: null,
    unknown: null,
    ...more,
  };
}

describe('a survey', () => {
  test('is about the last answer that each user got, of those it is for', async () => {
    const model = randomUUID();
    const [old, later] = [answerOf(model, 'u1', { version: 'v1' }), answerOf(model, 'u1', { version: 'v2' })];
    const others = [
      answerOf(model, 'u2', { capability: 'topic' }),
      answerOf(model, 'u3', { failed: true, label: null }),
      answerOf(model, 'u4', { at: new Date(Date.now() - 8 * day).toISOString() }),
    ];
    await store.observations.record([old, later, ...others], []);
    const all = await store.surveys.exposed(surveyOf(model));
    expect(all.map(({ user, id }) => [user, id])).toEqual([
      ['u1', later.id],
      ['u2', others[0]?.id],
    ]);
    const some = async (more: Partial<Survey>) =>
      (await store.surveys.exposed(surveyOf(model, more))).map(({ user }) => user);
    expect(await some({ capability: 'topic' })).toEqual(['u2']);
    expect(await some({ version: 'v2' })).toEqual(['u1']);
    expect(await some({ withinMs: 9 * day })).toEqual(['u1', 'u2', 'u4']);
  });

  test('asks nobody who was asked lately, at most so many, and again the same', async () => {
    const [model, other] = [randomUUID(), randomUUID()];
    const users = Array.from({ length: 20 }, (_, i) => `${model} ${i}`);
    await store.observations.record(
      users.flatMap((user) => [answerOf(model, user), answerOf(other, user)]),
      [],
    );
    const first = surveyOf(model, { most: 5 });
    const asked = await store.surveys.ask(first, await store.surveys.exposed(first));
    expect(asked).toHaveLength(5);
    expect(await store.surveys.ask(first, await store.surveys.exposed(first))).toEqual(asked);
    // Two at once, of two models: together everybody else, each once.
    const [a, b] = [surveyOf(model, { most: 9 }), surveyOf(other, { most: 9 })];
    const both = await Promise.all(
      [a, b].map(async (survey) => store.surveys.ask(survey, await store.surveys.exposed(survey))),
    );
    const names = [...asked, ...both.flat()].map(({ user }) => user);
    expect(names).toHaveLength(new Set(names).size);
    expect(names).toHaveLength(20);
    const none = surveyOf(model);
    expect(await store.surveys.ask(none, await store.surveys.exposed(none))).toEqual([]);
    const sooner = surveyOf(model, { againMs: 0 });
    expect(await store.surveys.ask(sooner, await store.surveys.exposed(sooner))).toHaveLength(20);
  });

  test('counts what was answered to it', async () => {
    const model = randomUUID();
    const answers = ['a', 'b', 'c'].map((user) => answerOf(model, `${model} ${user}`));
    await store.observations.record(answers, []);
    const survey = surveyOf(model);
    const [first, second] = await store.surveys.ask(survey, await store.surveys.exposed(survey));
    expect(await store.surveys.results(survey)).toMatchObject({
      asked: 3,
      answered: 0,
      satisfaction: null,
      comments: [],
    });
    const said = [first, second].flatMap((about, place) => {
      if (about === undefined) return [];
      const { id: answerId, ...rest } = about;
      const id = `${answerId}/${feedbackIdOf(survey)}`;
      return [{ ...rest, id, answerId, satisfaction: place, comment: `say ${place}`, correctLabel: null, text: null }];
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

test('the draw is near its share, the same for the same survey, and another for another', () => {
  const users = Array.from({ length: 4000 }, (_, i) => `u${i}`);
  const drawn = (id: string) => users.filter((user) => isDrawn({ id, sample: 0.1 }, user));
  const [one, other] = [drawn('s1'), drawn('s2')];
  expect(one.length).toBeGreaterThan(320);
  expect(one.length).toBeLessThan(480);
  expect(drawn('s1')).toEqual(one);
  expect(one.filter((user) => other.includes(user)).length).toBeLessThan(90);
});
