/** Plans: what a short one becomes, spellings, lines of problems, and a table of plans that are refused. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GradusError } from '../../src/domain/errors.ts';
import { checkPlan, parsePlan, planJsonSchema, readPlanText } from '../../src/domain/plan-input.ts';
import { splitIntoStages } from '../../src/domain/stages.ts';
import { badPlans } from './bad-plans.ts';

const examples = new URL('../../examples/', import.meta.url);
const yamlExamples = readdirSync(examples).filter((file) => file.endsWith('.yaml'));
const textOf = (file: string) => readFileSync(new URL(file, examples), 'utf8');

const mail = `model: mail-assistant
train: { data: mail, epochs: 10 }

capabilities:
  spam:    { importance: 9, demand: 9, risk: 6 }
  html:    { importance: 4, demand: 5, risk: 1 }
  topic:   { importance: 7, demand: 6, risk: 3, requires: spam }
  reply:   { importance: 8, demand: 4, risk: 8, requires: [spam, topic] }

stages: { first: 2, then: 2 }
order: 2 importance + demand - 3 risk

internal test:
  gate: accuracy >= stable and recall.spam >= 0.85
  approval: { from: ml-team, within: 2 days, else: reject }
gray:
  ramp: [1%, 5%, 25%]
  bake: 6 hours
  guardrails: [error rate <= stable + 1%, satisfaction >= stable - 2%, p99 <= 1.5 stable]
ab test: { share: 50%, decide on: satisfaction, within: 14 days, if inconclusive: ask }
full: { approval: { from: [product, safety], count: 2 } }
iterate: { learn when: corrections >= 200 }
`;

function refusal(work: () => unknown): GradusError {
  try {
    work();
  } catch (error) {
    if (error instanceof GradusError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a plan', () => {
  test('of three lines is enough, and the rest is what a careful person would choose', () => {
    const plan = readPlanText(
      'model: mail-assistant\ndata: mail\ncapabilities: [spam, topic, html, reply]',
      'plan.yaml',
    );
    expect(plan).toMatchObject({
      strategy: 'gradual',
      candidate: {
        kind: 'train',
        train: {
          data: 'mail',
          vocabulary: 10_000,
          embedding: 128,
          units: 128,
          epochs: 10,
          batch: 32,
          learningRate: 0.001,
          length: 100,
        },
      },
      stages: { kind: 'sized', first: 2, then: 2 },
      gray: { ramp: [0.01, 0.05, 0.25], bakeMs: 3_600_000, onBreach: 'rollBack' },
      abTest: { share: 0.5, metric: 'satisfaction', margin: 0.02, withinMs: 14 * 86_400_000, ifInconclusive: 'ask' },
      full: { approval: null },
      gatewayWithinMs: 60_000,
      alpha: 0.05,
    });
    expect(plan.internalTest.gates).toEqual(['accuracy >= stable.accuracy - 0.02']);
    expect(plan.capabilities['spam']).toEqual({ importance: 5, demand: 5, risk: 5, requires: [] });
  });

  test('may name its only capability without a list', () => {
    const planOf = (capabilities: string) => readPlanText(`model: m\ndata: mail\ncapabilities: ${capabilities}`, 'p');
    expect(planOf('label')).toEqual(planOf('[label]'));
    expect(refusal(() => planOf('label, other')).message).toContain('"label, other" is not a usable name');
  });

  test('with everything in it is read as it is written', () => {
    const plan = readPlanText(mail, 'plan.yaml');
    expect(plan.capabilities['reply']).toEqual({ importance: 8, demand: 4, risk: 8, requires: ['spam', 'topic'] });
    expect(plan.gray).toMatchObject({ bakeMs: 21_600_000, ramp: [0.01, 0.05, 0.25] });
    expect(plan.internalTest.approval).toEqual({
      from: ['ml-team'],
      count: 1,
      withinMs: 172_800_000,
      otherwise: 'reject',
    });
    expect(plan.full.approval).toMatchObject({ from: ['product', 'safety'], count: 2 });
    expect(splitIntoStages(plan)).toEqual([
      ['html', 'spam'],
      ['topic', 'reply'],
    ]);
  });

  test('may be spelled with spaces, camel case, dashes or underscores', () => {
    const spaced = parsePlan({
      model: 'm',
      data: 'd',
      capabilities: ['a'],
      'ab test': { 'decide on': 'accuracy', 'if inconclusive': 'roll back' },
    });
    expect(
      parsePlan({
        model: 'm',
        data: 'd',
        capabilities: ['a'],
        abTest: { decideOn: 'accuracy', ifInconclusive: 'rollBack' },
      }),
    ).toEqual(spaced);
    expect(
      parsePlan({
        model: 'm',
        train: 'd',
        capabilities: { a: null },
        ab_test: { 'decide-on': 'accuracy', if_inconclusive: 'roll-back' },
      }),
    ).toEqual(spaced);
  });

  test.each([
    { first: 2, then: 3 },
    { N_0: 2, ΔN: 3 },
    { n0: '2', dN: '3' },
  ])('may give its stages as %o', (stages) => {
    const plan = parsePlan({ model: 'm', data: 'd', capabilities: ['a', 'b', 'c'], stages });
    expect(plan.stages).toEqual({ kind: 'sized', first: 2, then: 3 });
  });

  test.each(yamlExamples)('that was parsed can be parsed again: %s', (file) => {
    const plan = readPlanText(textOf(file), file);
    expect(parsePlan(plan)).toEqual(plan);
    expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  test('keeps who may approve when it is parsed again, also anyone', () => {
    const plan = parsePlan({
      model: 'm',
      data: 'd',
      capabilities: ['a'],
      full: { approval: 'anyone' },
      gray: { approval: ['ann', 'bob'] },
    });
    expect(plan.full.approval?.from).toEqual([]);
    expect(plan.gray.approval?.from).toEqual(['ann', 'bob']);
    expect(parsePlan(plan)).toEqual(plan);
  });

  test("of the paper has the paper's three stages", () => {
    expect(splitIntoStages(readPlanText(textOf('paper.yaml'), 'paper.yaml'))).toEqual([
      ['文本分类', '情感分析'],
      ['文本生成', '机器翻译'],
      ['问答系统', '对话生成'],
    ]);
  });
});

describe('a bad plan', () => {
  test('is in the table at least thirty times', () => expect(badPlans.length).toBeGreaterThanOrEqual(30));

  test.each(badPlans)('is refused with all its problems: $what', ({ input, problems }) => {
    const error = refusal(() => parsePlan(input));
    expect(error.code).toBe('PLAN_INVALID');
    expect([...error.problems].sort()).toEqual([...problems].sort());
    for (const problem of problems) expect(error.message).toContain(problem);
  });

  test('is shown with the lines of its problems', () => {
    const text = mail
      .replace('[spam, topic]', '[spam, topics]')
      .replace('recall.spam', 'recall.spm')
      .replace('[1%, 5%, 25%]', '[1%, 50%, 25%]');
    const labels = { spam: ['ham', 'spam'], topic: ['ilug', 'razor'] };
    expect(refusal(() => readPlanText(text, 'plan.yaml', { labels })).message).toBe(
      [
        'plan.yaml: 3 problems',
        '  line 8    capabilities.reply.requires: there is no capability "topics" (did you mean topic?)',
        '  line 14   internal test.gate: recall.spm is not a metric of this plan; did you mean recall.spam?',
        '  line 17   gray.ramp: 25% comes after 50%; a ramp only grows',
      ].join('\n'),
    );
  });

  test.each([
    ['a tab for a space', 'model: m\ngray:\n\tbake: 1 hour\n', 'line 3'],
    ['an unknown tag', 'model: !!js/function "x"\n', 'line 1'],
    ['two documents', 'model: m\n---\nmodel: n\n', 'line 2'],
    ['something unfinished', 'model: m\ncapabilities: [a, b\n', 'line'],
  ])('is refused where its text is not good YAML: %s', (_, text, line) => {
    const error = refusal(() => readPlanText(text, 'plan.yaml'));
    expect(error.message).toMatch(new RegExp(`^plan\\.yaml: \\d problems?\\n  ${line}`));
  });

  test('with keys that are there twice is checked for all the rest too', () => {
    const text =
      'model: m\ndata: mail\nmodel: n\ncapabilities:\n  spam: { importance: 11 }\n  html: {}\n  html: { risk: -1 }\n';
    expect(refusal(() => readPlanText(text, 'plan.yaml')).message.split('\n')).toEqual([
      'plan.yaml: 4 problems',
      '  line 3    "model" is there before already; keep one',
      '  line 5    capabilities.spam.importance: 11 is out of range: it goes from 0 to 10; write e.g. 5',
      '  line 6    capabilities.html.risk: -1 is out of range: it goes from 0 to 10; write e.g. 5',
      '  line 7    "html" is there before already; keep one',
    ]);
  });

  test('that explodes through aliases is refused at once', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array.from({ length: 10 }, () => `*l${i}`).join(', ')}]`,
    );
    const text = ['l0: &l0 [x, x, x]', ...levels].join('\n');
    const started = performance.now();
    expect(refusal(() => readPlanText(text, 'plan.yaml')).code).toBe('PLAN_INVALID');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each(['[', '{a: '])('that is nested without end is refused: %s', (open) => {
    expect(refusal(() => readPlanText(open.repeat(20_000), 'plan.yaml')).code).toBe('PLAN_INVALID');
    let nested: unknown = 'x';
    for (let i = 0; i < 10_000; i++) nested = open === '[' ? [nested] : { gray: nested };
    expect(refusal(() => parsePlan({ model: nested })).code).toBe('PLAN_INVALID');
  });

  test('of any JSON ends in a plan or in PLAN_INVALID, and nothing else', () => {
    const keys = fc.constantFrom(
      'model',
      'data',
      'train',
      'version',
      'candidate',
      'capabilities',
      'order',
      'stages',
      'audiences',
      'internal test',
      'gray',
      'abTest',
      'full',
      'iterate',
      'people',
      'alpha',
      'approval',
      'ramp',
      'bake',
      'guardrails',
      'from',
      'count',
      'requires',
      '__proto__',
      'constructor',
      'first',
      'then',
      'lists',
      'kind',
      'gate',
    );
    const texts = fc.constantFrom(
      'm',
      'spam',
      'v3',
      '5%',
      '6 hours',
      'risk',
      'accuracy >= stable',
      '__proto__',
      'toString',
      '',
      'yes',
      'gradual',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        texts,
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('mapping'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      mapping: fc.dictionary(keys, tie('value'), { maxKeys: 6 }),
    }));
    const any = fc.oneof(
      fc.jsonValue(),
      value,
      fc.record({ model: texts, data: texts, capabilities: value, gray: value, stages: value, full: value }),
    );
    fc.assert(
      fc.property(any, (input) => {
        const { plan, problems } = checkPlan(input);
        expect(plan === null).toBe(problems.length > 0);
        expect(plan === null ? null : parsePlan(plan)).toEqual(plan);
      }),
      { numRuns: 600 },
    );
  });
});

describe('the JSON Schema', () => {
  const schema = z.fromJSONSchema(planJsonSchema());

  test.each([...yamlExamples, 'the mail plan'])('accepts %s', async (file) => {
    const { parse } = await import('yaml');
    expect(schema.safeParse(parse(file === 'the mail plan' ? mail : textOf(file))).success).toBe(true);
  });

  test('refuses what has the wrong shape', () => {
    for (const input of [
      { model: 'm', stragety: 'gradual' },
      { model: 'm', gray: { bakk: '1 hour' } },
      { model: 'm', strategy: 'fast' },
    ]) {
      expect(schema.safeParse(input).success).toBe(false);
    }
  });
});
