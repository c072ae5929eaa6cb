/** `gradus plan check`: a plan's problems, what a release of it would do, and what its keys mean. */
import { describe, expect, test } from 'vitest';
import { explainKey, planKeys } from '../../src/cli/plan-keys.ts';
import { planText, planView } from '../../src/cli/plan-text.ts';
import { parsePlan, readPlanText } from '../../src/domain/plan-input.ts';
import { sections } from '../../src/domain/plan-spelling.ts';
import { gradus } from '../support/gradus.ts';

const plan = `model: mail
data: mail
capabilities:
  spam:  { importance: 9, demand: 9, risk: 6 }
  html:  { importance: 4, demand: 5, risk: 1 }
  topic: { importance: 7, demand: 6, risk: 3, requires: spam }
stages: { first: 2, then: 1 }
gray: { ramp: [5%, 20%], bake: 10 minutes }
full: { approval: { from: [product, safety], count: 2 } }
`;

describe('what a release would do', () => {
  test('shows stages by score with N(t) and P(t), requirements first', () => {
    const { stages } = planView(readPlanText(plan, 'plan.yaml'));
    // 2 importance + demand - 3 risk by hand: html 8 + 5 - 3, spam 18 + 9 - 18, topic 14 + 6 - 9, after spam.
    expect(stages.map(({ t, n, p, capabilities }) => [t, n, Number(p.toFixed(3)), capabilities])).toEqual([
      [
        0,
        2,
        0.667,
        [
          { name: 'html', score: 10 },
          { name: 'spam', score: 9 },
        ],
      ],
      [1, 3, 1, [{ name: 'topic', score: 11 }]],
    ]);
  });

  test('says each step of the strategy in a sentence', () => {
    const text = planText(planView(readPlanText(plan, 'plan.yaml')));
    expect(text).toContain('5 % of users → 20 % of users, each for 10 min');
    expect(text).toContain('2 approvals of product, safety within 2 days, else ask once more, then reject');
  });

  test('says who is asked where nothing can tell, for how long, and what silence does', () => {
    const { steps } = planView(
      parsePlan({
        model: 'm',
        version: 'v1',
        capabilities: ['a'],
        gray: { within: '3 days', approval: { from: ['ann'], within: '1 day', else: 'reject' } },
        abTest: { within: '4 seconds', ifInconclusive: 'advance' },
      }),
    );
    const of = (name: string) => steps.find(({ step }) => step === name)?.what;
    expect(of('gray')).toContain('fewer than 50 answers rated in 3 days: ask (no answer in 1 day: roll back)');
    expect(of('A/B')).toContain(
      'within 4 s, else advance, or with fewer than 100 answers rated ask (no answer in 4 s: ask once more, then roll back)',
    );
  });

  test('says which steps the strategy leaves out', () => {
    const { steps } = planView(parsePlan({ model: 'm', version: 'v1', strategy: 'one-shot', capabilities: ['a'] }));
    const leftOut = steps.filter(({ what }) => what === 'left out: not a step of one-shot');
    expect(leftOut.map(({ step }) => step)).toEqual(['gray', 'A/B']);
  });

  test('reads standard input, and prints the whole plan with --json', async () => {
    const { code, out } = await gradus(['plan', 'check', '-', '--json'], process.env, plan);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ plan: { gray: { bakeMs: 600_000 } }, stages: [{ n: 2 }, { n: 3 }] });
  });

  test('names every problem with its line and exits with 2', async () => {
    const wrong = plan.replace('requires: spam', 'requires: spma').replace('[5%, 20%]', '[20%, 5%]');
    const { code, err } = await gradus(['plan', 'check', '-'], process.env, wrong);
    expect(code).toBe(2);
    expect(err).toContain('standard input: 2 problems');
    expect(err).toMatch(/line 6 .*did you mean spam\?/);
    expect(err).toMatch(/line 8 .*gray.ramp/);
  });
});

describe('what a key means', () => {
  test('every key that a plan may have is explained', () => {
    const all = Object.entries(sections).flatMap(([section, { keys }]) =>
      keys.map((key) => (section === '' ? key : `${section}.${key}`)),
    );
    expect(Object.keys(planKeys).sort()).toEqual(all.sort());
  });

  test.each([
    ['gray.ramp', 'growing'],
    ['ramp', 'growing'],
    ['internalTest.minRated', 'testers'],
    ['capabilities.risk', 'how bad'],
    ['capabilities.spam.risk', 'how bad'],
    ['gray', 'Keys in it: ramp, bake'],
    ['full.approval.else', 'in time'],
  ])('%s is found as people write it', (key, words) => {
    expect(explainKey(key).toLowerCase()).toContain(words.toLowerCase());
  });

  test('a key that is not there gets the nearest one', () => {
    expect(() => explainKey('gray.rampp')).toThrow('did you mean gray.ramp?');
  });
});
