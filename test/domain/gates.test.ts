/** The internal test: gates over what was measured, and what testers said; and whether to learn. */
import { describe, expect, test } from 'vitest';
import { judgeExamination, judgeInternalTest } from '../../src/domain/gates.ts';
import { whetherToLearn } from '../../src/domain/learning.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';
import type { ObservationSummary } from '../../src/domain/ports.ts';
import type { Evaluation, Examination } from '../../src/domain/version.ts';
import { evidenceOf } from './live-simulation.ts';

function evaluation(capability: string, accuracy: number, recall: Record<string, number>): Evaluation {
  const macro = { precision: accuracy, recall: accuracy - 0.1, f1: accuracy - 0.05 };
  const perClass = Object.fromEntries(
    Object.entries(recall).map(([name, value]) => [name, { precision: 1, recall: value, f1: value, support: 50 }]),
  );
  return {
    capability,
    data: 'mail',
    part: 'held-out',
    n: 100,
    accuracy,
    macro,
    weighted: macro,
    perClass,
    labels: Object.keys(recall),
    confusion: [],
  };
}

function examined(parts: Partial<Examination> = {}, capability = 'spam'): Examination {
  const candidate = evaluation(capability, 0.946, { ham: 0.96, spam: 0.913 });
  return {
    capability,
    candidate,
    stable: evaluation(capability, 0.93, { ham: 0.95, spam: 0.9 }),
    comparison: null,
    baseline: null,
    ...parts,
  };
}

const plan = (internal: object, parts: object = {}) =>
  parsePlan({ model: 'm', data: 'mail', capabilities: ['spam', 'topic'], 'internal test': internal, ...parts });

const gate = (text: string, examination = examined()) => judgeExamination(plan({ gate: text }), examination)[0];

describe('a gate', () => {
  test('gives the figures for and against it', () => {
    expect(gate('accuracy >= 0.9 and recall.spam >= 0.85')).toMatchObject({
      state: 'holds',
      reason: 'accuracy 0.946 ≥ 0.9, recall.spam 0.913 ≥ 0.85',
    });
    expect(gate('recall.spam >= 0.95')).toMatchObject({ state: 'breached', reason: 'recall.spam 0.913 < 0.95' });
  });

  test('knows groups of examples: the worst one, and how far it is behind the best', () => {
    const candidate = {
      ...evaluation('spam', 0.9, {}),
      groups: [
        { by: 'language', value: 'en', n: 400, accuracy: 0.95 },
        { by: 'language', value: 'de', n: 30, accuracy: 0.8 },
        { by: 'language', value: 'fr', n: 29, accuracy: 0.1 },
        { by: 'script', value: 'latin', n: 459, accuracy: 0.9 },
      ],
    };
    const full = examined({ candidate });
    expect(gate('gap.language <= 0.1', full)).toMatchObject({ state: 'breached', reason: 'gap.language 0.15 > 0.1' });
    expect(gate('worst.language >= 0.75', full)).toMatchObject({ state: 'holds' });
    expect(gate('gap.script <= 0.1', full)).toMatchObject({
      state: 'open',
      reason: 'fewer than two groups of script have 30 examples',
    });
    expect(gate('gap.langage <= 0.1', full)).toMatchObject({
      state: 'open',
      reason: 'examples are not grouped by langage (did you mean language?); they are by language and script',
    });
    expect(gate('gap.language <= 0.1')).toMatchObject({
      state: 'open',
      reason: 'groups of examples were not measured',
    });
    expect(() => plan({ gate: 'gap <= 0.1' })).toThrow('gap alone is not a metric');
    expect(() => plan({ gate: 'worst.language.de >= 0.1' })).toThrow('goes too deep');
  });

  test('knows averages, classes, stable, baseline and the difference', () => {
    const comparison = { capability: 'spam', n: 100, difference: 0.016, low: -0.01, high: 0.04 };
    const full = examined({ comparison, baseline: evaluation('spam', 0.96, {}) });
    for (const text of [
      'weighted.f1 >= 0.8',
      'f1 > macro.recall',
      'recall.ham > recall.spam',
      'accuracy > stable',
      'accuracy < baseline',
      'difference.low >= -0.02',
      'difference > 0',
      'n >= 100',
    ]) {
      expect(gate(text, full)?.state).toBe('holds');
    }
  });

  test('that compares with stable does not apply while nothing is stable', () => {
    const first = examined({ stable: null });
    expect(gate('accuracy >= stable - 0.02', first)).toMatchObject({
      state: 'holds',
      reason: 'nothing is stable yet, so there is nothing to compare with',
    });
    expect(gate('accuracy >= stable and accuracy >= 0.99', first)?.state).toBe('breached');
    expect(gate('difference.low >= 0', first)?.state).toBe('holds');
  });

  test('never passes on what was not measured', () => {
    expect(gate('accuracy >= baseline')).toMatchObject({ state: 'open', reason: 'no baseline was measured' });
    expect(gate('recall.spma >= 0.1')).toMatchObject({
      state: 'open',
      reason: 'spam has no class spma (did you mean spam?)',
    });
    expect(gate('difference.low >= -1')?.state).toBe('open');
    expect(gate('recall["constructor"] >= 0')?.state).toBe('open');
    expect(gate('testers.satisfaction >= 0')?.state).toBe('open');
  });

  test('about another capability of the plan does not concern this one', () => {
    const topic = { ...examined({}, 'topic'), candidate: evaluation('topic', 0.6, { ilug: 0.5 }) };
    expect(gate('recall.spam >= 0.99', topic)).toMatchObject({
      state: 'holds',
      reason: 'recall.spam is about spam alone',
    });
    expect(gate('recall.topic >= 0.9', topic)).toMatchObject({ state: 'breached', reason: 'recall.topic 0.5 < 0.9' });
  });

  test('of one capability is asked of no other', () => {
    const own = plan(
      { gate: 'accuracy >= 0.5' },
      { capabilities: { spam: { gate: 'recall.spam >= 0.99' }, topic: {} } },
    );
    expect(judgeExamination(own, examined()).map(({ state }) => state)).toEqual(['holds', 'breached']);
    expect(judgeExamination(own, examined({}, 'topic'))).toHaveLength(1);
  });
});

describe('judgeInternalTest', () => {
  const ratings = (n: number, value: number) => [
    evidenceOf('spam', {
      satisfaction: [{ share: 0.5, candidate: Array.from({ length: n }, () => value), stable: [] }],
    }),
  ];
  const tested = plan({
    gate: ['accuracy >= 0.9', 'testers.satisfaction >= 0.8'],
    testers: 'staff',
    'min rated': 5,
    within: '1 hour',
  });
  const judge = (n: number, value: number, openMs: number) =>
    judgeInternalTest({ plan: tested, examinations: [examined()], evidence: ratings(n, value), openMs });

  test('passes at once where all is measured and nobody has to try it', () => {
    const verdict = judgeInternalTest({
      plan: plan({ gate: 'accuracy >= 0.9' }),
      examinations: [examined()],
      evidence: [],
      openMs: 0,
    });
    expect(verdict).toMatchObject({ kind: 'advance', reasons: ['spam: accuracy 0.946 ≥ 0.9'] });
  });

  test('fails when one capability misses its gate', () => {
    const verdict = judgeInternalTest({
      plan: plan({ gate: 'accuracy >= 0.95' }),
      examinations: [examined()],
      evidence: [],
      openMs: 0,
    });
    expect(verdict).toMatchObject({
      kind: 'rollBack',
      reasons: ['spam: accuracy 0.946 < 0.95, but accuracy >= 0.95 is required'],
    });
  });

  test('asks a person about what was not measured', () => {
    const verdict = judgeInternalTest({
      plan: plan({ gate: 'accuracy >= baseline' }),
      examinations: [examined()],
      evidence: [],
      openMs: 0,
    });
    expect(verdict).toMatchObject({
      kind: 'inconclusive',
      reasons: ['something was not measured', 'spam: no baseline was measured'],
    });
  });

  test('waits for testers, judges what they said, and asks when their time is over', () => {
    expect(judge(4, 1, 0)).toMatchObject({ kind: 'hold' });
    expect(judge(4, 0, 0)).toMatchObject({ kind: 'hold' });
    expect(judge(5, 1, 0).kind).toBe('advance');
    expect(judge(5, 0.5, 0).kind).toBe('rollBack');
    expect(judge(4, 1, 3_600_000)).toMatchObject({ kind: 'inconclusive' });
    expect(judge(0, 1, 3_600_000).reasons).toContain('spam: 0 of 5 answers rated by testers');
  });
});

describe('whetherToLearn', () => {
  const summary = (parts: Partial<ObservationSummary>): ObservationSummary => ({
    capability: 'spam',
    arm: 'gray',
    version: 'v',
    answers: 100,
    users: 90,
    failures: 5,
    rated: 0,
    satisfaction: null,
    labelled: 0,
    accuracy: null,
    comments: [],
    ...parts,
  });
  const learn = (when: string, summaries: ObservationSummary[]) =>
    whetherToLearn(plan({}, { iterate: { learnWhen: when } }), { summaries, users: 100 });

  test('adds up what all arms and capabilities brought', () => {
    const summaries = [
      summary({ labelled: 100, accuracy: 0.9, rated: 30, satisfaction: 0.5 }),
      summary({ arm: 'stable', labelled: 50, accuracy: 0.8, rated: 10, satisfaction: 0.9 }),
    ];
    expect(learn('corrections >= 20', summaries)).toMatchObject({ learn: true });
    expect(learn('corrections >= 21', summaries).reasons[0]).toBe('nothing to learn yet: corrections 20 < 21');
    expect(learn('satisfaction <= 0.6 and satisfaction >= 0.599', summaries).learn).toBe(true);
    expect(learn('errorRate <= 0.05 and answers >= 200', summaries).learn).toBe(true);
    // Of 180 in both lines, some are the same people.
    expect(learn('users >= 101', summaries).reasons[0]).toBe('nothing to learn yet: users 100 < 101');
  });

  test('learns nothing from no data', () => {
    expect(learn('satisfaction < 0.6', [summary({})]).learn).toBe(false);
    expect(learn('satisfaction < 0.6 or corrections >= 0', []).learn).toBe(true);
    expect(learn('not (satisfaction >= 0.6)', []).learn).toBe(false);
  });
});
