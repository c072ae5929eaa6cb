/** What is learnt from corrections, and what is not: disputes, unknown labels, and the weight of one person. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adjustmentsFor, changesOf } from '../../src/domain/iteration.ts';
import { whetherToLearn } from '../../src/domain/learning.ts';
import { digestOfLessons, lessonsFrom, type Correction } from '../../src/domain/lessons.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';

const labels = { spam: ['ham', 'spam'], topic: ['a', 'b', 'c'] };
const said = (text: string, label: string, user: string, capability = 'spam'): Correction => ({
  capability,
  text,
  label,
  user,
});

describe('lessons', () => {
  test('of one text are one example, with a label for each capability', () => {
    const { lessons } = lessonsFrom(
      [said('x', 'spam', 'u'), said('x', 'b', 'u', 'topic'), said('y', 'ham', 'v')],
      labels,
    );
    expect(Object.fromEntries(lessons.map(({ text, labels: of }) => [text, of]))).toEqual({
      x: { spam: 'spam', topic: 'b' },
      y: { spam: 'ham' },
    });
  });

  test('follow what more than half of the users say, each by their last word', () => {
    const two = [said('x', 'ham', 'u'), said('x', 'spam', 'v')];
    expect(lessonsFrom(two, labels)).toMatchObject({ lessons: [], leftOut: { disputed: 2 } });
    expect(lessonsFrom([...two, said('x', 'spam', 'u')], labels).lessons[0]?.labels).toEqual({ spam: 'spam' });
    const three = [...two, said('x', 'spam', 'w')];
    expect(lessonsFrom(three, labels).lessons[0]?.labels).toEqual({ spam: 'spam' });
  });

  test('have no labels that the model does not know, nor capabilities', () => {
    const unknown = [said('x', 'Spam', 'u'), said('x', 'yes', 'u', 'html')];
    expect(lessonsFrom(unknown, labels)).toMatchObject({ lessons: [], leftOut: { unknownLabel: 2 } });
  });

  test('one person teaches no more than a twentieth, or 50 where there are few', () => {
    const flood = Array.from({ length: 3000 }, (_, i) => said(`flood ${i}`, 'ham', 'bot'));
    const honest = Array.from({ length: 1000 }, (_, i) => said(`text ${i}`, 'spam', `u${i}`));
    const { lessons, leftOut } = lessonsFrom([...flood, ...honest], labels);
    expect(lessons.filter(({ text }) => text.startsWith('flood'))).toHaveLength(52);
    // 52 of 1052 are a twentieth; 53 of 1053 would be more.
    expect([lessons.length, leftOut.oneUser]).toEqual([1052, 2948]);
    expect(lessonsFrom(flood.slice(0, 60), labels).lessons).toHaveLength(50);
  });

  test('are the same, with the same digest, in whatever order different users spoke', () => {
    const corrections = fc.array(
      fc.record({
        capability: fc.constant('topic'),
        text: fc.constantFrom('p', 'q', 'r'),
        label: fc.constantFrom('a', 'b', 'c', 'd'),
        user: fc.uuid(),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(corrections, (all) => {
        const [one, other] = [lessonsFrom(all, labels), lessonsFrom(all.toReversed(), labels)];
        expect(other).toEqual(one);
        expect(digestOfLessons(other.lessons)).toBe(digestOfLessons(one.lessons));
      }),
    );
  });
});

describe('how a model learns', () => {
  const plan = parsePlan({
    model: 'm',
    train: { data: 'mail', epochs: 5 },
    capabilities: ['spam'],
    iterate: {
      'learn when': 'corrections >= 10',
      every: '1 week',
      adjust: [
        { when: 'satisfaction < 0.5', set: { epochs: 8, 'class weights': 'balanced', units: 256 } },
        { when: 'corrections >= 1000', set: { length: 400 } },
      ],
    },
  });
  const summary = { capability: 'spam', arm: 'stable', version: 'v', users: 5, failures: 0, comments: [] };
  const heard = [{ ...summary, answers: 100, rated: 50, satisfaction: 0.4, labelled: 20, accuracy: 0.25 }];

  test('is adjusted where the plan says, and every change has its kind and its reason', () => {
    const { learn, figures } = whetherToLearn(plan, { summaries: heard, users: 5 });
    expect([learn, figures.corrections]).toEqual([true, 15]);
    const adjusted = adjustmentsFor(plan.iterate.adjust ?? [], figures);
    expect(adjusted).toHaveLength(1);
    if (plan.candidate.kind !== 'train') throw new Error('it trains');
    const { train } = plan.candidate;
    const after = { ...train, epochs: 8, units: 256, classWeights: 'balanced' as const, lessons: 'd' };
    const changes = changesOf(train, after, adjusted, null);
    expect(changes.map(({ way, what, from, to, why }) => [way, what, from, to, why])).toEqual([
      ['parameters', 'epochs', '5', '8', 'satisfaction 0.4 < 0.5'],
      ['algorithm', 'units', '128', '256', 'satisfaction 0.4 < 0.5'],
      ['parameters', 'classWeights', 'the default', 'balanced', 'satisfaction 0.4 < 0.5'],
      ['data', 'lessons', 'none', '', 'users corrected answers'],
    ]);
  });

  test('is read from a plan that was read before', () => {
    expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  test('every problem of iterate is named', () => {
    const wrong = {
      model: 'm',
      data: 'mail',
      capabilities: ['spam'],
      iterate: {
        every: '3',
        adjust: [
          { when: 'corections > 3', set: { epoch: 3 } },
          { when: 'drift > 0.1', set: {} },
        ],
      },
    };
    expect(() => parsePlan(wrong)).toThrow(/every.*has no unit[^]*epoch[^]*/);
  });
});
