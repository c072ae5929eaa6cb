/** Verdicts on live users: what is waited for, what rolls back, and how often chance alone does. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../src/domain/feedback.ts';
import { alphaOfOne, judgeGuardrails } from '../../src/domain/guardrails.ts';
import type { LiveEvidence } from '../../src/domain/live-evidence.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';
import { judgeAbTest, judgeGray } from '../../src/domain/verdicts.ts';
import { seeded } from '../statistics/seeded.ts';
import { evidenceOf, simulate } from './live-simulation.ts';

const hour = 3_600_000;
const plan = (parts: object = {}) =>
  parsePlan({
    model: 'm',
    data: 'd',
    capabilities: ['spam'],
    gray: { bake: '1 hour', within: '1 day', 'min rated': 20 },
    ...parts,
  });

/** The first `good` of every ten are 1, so that every mean is exact however far it is read. */
function repeated(good: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => ((i * 7) % 10 < good ? 1 : 0));
}

const zeros = (n: number) => Array.from({ length: n }, () => 0);

function sample(candidate: number[], stable: number[], share = 0.5): Sample[] {
  return [{ share, candidate, stable }];
}

function heard(
  candidateGood: number,
  stableGood: number,
  n: number,
  parts: Partial<LiveEvidence['samples']> = {},
): LiveEvidence {
  const failures = sample(zeros(n), zeros(n));
  return evidenceOf('spam', {
    satisfaction: sample(repeated(candidateGood, n), repeated(stableGood, n)),
    errorRate: failures,
    ...parts,
  });
}

describe('judgeGray', () => {
  test('holds while a share is baked, however good it looks', () => {
    const verdict = judgeGray({ plan: plan(), evidence: [heard(9, 9, 500)], sinceMs: 0.5 * hour });
    expect(verdict.kind).toBe('hold');
    expect(verdict.reasons[0]).toBe('baking: 30 minutes of 1 hour');
  });

  test('advances when the bake is over and enough was rated, and says what is open', () => {
    const verdict = judgeGray({ plan: plan(), evidence: [heard(9, 9, 500)], sinceMs: hour });
    expect(verdict.kind).toBe('advance');
    expect(verdict.reasons).toEqual(['guardrails: 1 of 2 hold for certain; open and not breached: spam errorRate']);
  });

  test('waits for ratings after the bake, and asks when the time for them is over', () => {
    const evidence = [heard(9, 9, 19)];
    expect(judgeGray({ plan: plan(), evidence, sinceMs: 2 * hour }).kind).toBe('hold');
    const verdict = judgeGray({ plan: plan(), evidence, sinceMs: 24 * hour });
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.reasons).toEqual(
      expect.arrayContaining(['not enough was rated in 1 day', 'spam: 19 of 20 values of satisfaction']),
    );
  });

  test('counts only what was rated at the share that is held, where it is told which', () => {
    const level = (share: number, n: number): Sample => ({ share, candidate: repeated(9, n), stable: repeated(9, n) });
    const samples = {
      satisfaction: [level(0.01, 300), level(0.05, 3)],
      errorRate: [level(0.01, 300), level(0.05, 300)],
    };
    const input = {
      plan: plan(),
      evidence: [evidenceOf('spam', { ...samples, errorRate: sample([0], [0]) })],
      sinceMs: hour,
    };
    const evidence = [
      evidenceOf('spam', {
        satisfaction: samples.satisfaction,
        errorRate: [level(0.01, 0), { share: 0.05, candidate: zeros(300), stable: zeros(300) }],
      }),
    ];
    expect(judgeGray({ ...input, evidence, level: 1 }).reasons).toEqual(['spam: 3 of 20 values of satisfaction']);
    expect(judgeGray({ ...input, evidence }).kind).toBe('advance');
  });

  test('rolls back on a breach at once, in the middle of the bake, with the numbers', () => {
    const verdict = judgeGray({ plan: plan(), evidence: [heard(5, 9, 200)], sinceMs: 1000 });
    expect(verdict.kind).toBe('rollBack');
    expect(verdict.reasons[0]).toMatch(
      /^spam: satisfaction >= stable\.satisfaction - 0\.05 is breached: satisfaction -0\.4 \[-0\.\d+, -0\.\d+\] against stable: 0\.5, 0\.9, n = 200$/,
    );
    expect(verdict.findings.find(({ state }) => state === 'breached')?.difference?.high).toBeLessThan(-0.05);
  });

  test('rolls back a whole stage when one of its capabilities is breached', () => {
    const two = plan({ capabilities: ['spam', 'topic'] });
    const bad = { ...heard(4, 9, 300), capability: 'topic' };
    expect(judgeGray({ plan: two, evidence: [heard(9, 9, 300), bad], sinceMs: 2 * hour }).reasons).toHaveLength(1);
  });

  test('never lets no data pass, whatever the time', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 * 24 }), fc.boolean(), fc.nat({ max: 300 }), (hours, hasStable, stable) => {
        const silent = { ...heard(9, 9, 0), hasStable };
        const onlyStable = { ...silent, samples: { ...silent.samples, satisfaction: sample([], repeated(9, stable)) } };
        for (const evidence of [silent, onlyStable]) {
          expect(judgeGray({ plan: plan(), evidence: [evidence], sinceMs: hours * hour }).kind).not.toBe('advance');
          for (const then of ['ask', 'advance']) {
            const judged = judgeAbTest({
              plan: plan({ abTest: { ifInconclusive: then } }),
              evidence: [evidence],
              sinceMs: hours * hour,
            });
            expect(judged.kind).toMatch(/^(hold|inconclusive)$/);
          }
        }
      }),
    );
  });

  test('does not go on while stable, which it is compared with, says nothing', () => {
    const evidence = [heard(9, 9, 200, { satisfaction: sample(repeated(9, 200), []) })];
    expect(judgeGray({ plan: plan(), evidence, sinceMs: hour }).reasons).toEqual([
      'spam: no satisfaction of stable to compare with',
    ]);
  });

  test('needs nothing of stable for the first version of a capability', () => {
    const first = { ...heard(9, 9, 200, { satisfaction: sample(repeated(9, 200), []) }), hasStable: false };
    const verdict = judgeGray({ plan: plan(), evidence: [first], sinceMs: hour });
    expect(verdict.kind).toBe('advance');
    expect(verdict.findings[0]?.reason).toBe('nothing is stable yet, so there is nothing to compare with');
  });

  test('needs ratings even where no guardrail is about them', () => {
    const onlyErrors = plan({ gray: { bake: '1 hour', guardrails: 'errorRate <= stable + 1%', 'min rated': 20 } });
    const verdict = judgeGray({
      plan: onlyErrors,
      evidence: [heard(9, 9, 300, { satisfaction: sample([], []) })],
      sinceMs: hour,
    });
    expect(verdict.reasons).toEqual(['spam: 0 of 20 answers rated']);
  });
});

describe('guardrails', () => {
  const judged = (guardrail: string, evidence: LiveEvidence) =>
    judgeGuardrails({ plan: plan({ gray: { guardrails: guardrail } }), evidence: [evidence] })[0];

  test('against a fixed limit are judged by the candidate alone', () => {
    expect(judged('satisfaction >= 0.5', heard(9, 9, 400))).toMatchObject({ state: 'holds', difference: null });
    expect(judged('satisfaction >= 0.97', heard(5, 9, 400))?.state).toBe('breached');
    expect(judged('satisfaction >= 0.9', heard(9, 9, 400))?.state).toBe('open');
    expect(judged('0.97 <= satisfaction', heard(5, 9, 400))?.state).toBe('breached');
  });

  test('that are no plain difference are judged by an interval for each side', () => {
    expect(judged('satisfaction >= 0.9 stable', heard(9, 9, 400))?.state).toBe('open');
    expect(judged('satisfaction >= 0.5 stable', heard(9, 9, 400))?.state).toBe('holds');
    expect(judged('satisfaction >= 0.9 stable', heard(4, 9, 2000))?.state).toBe('breached');
  });

  test('are the same however they are written', () => {
    const evidence = heard(7, 9, 300);
    const forms = [
      'satisfaction >= stable - 5%',
      'stable.satisfaction <= satisfaction + 0.05',
      'satisfaction - stable.satisfaction > -0.05',
      '2 satisfaction >= 2 stable - 10%',
    ];
    const found = forms.map((form) => judged(form, evidence));
    for (const finding of found) {
      expect(finding?.state).toBe(found[0]?.state);
      expect(finding?.difference).toEqual(found[0]?.difference);
    }
  });

  test('over latency wait until enough answers lie beyond the quantile', () => {
    const quantiles = (value: number, n: number) => {
      const none = { candidate: null, stable: null };
      const p99Ms = { candidate: { value, n }, stable: { value: 100, n: 5000 } };
      return { ...heard(9, 9, 100), quantiles: { p50Ms: none, p95Ms: none, p99Ms } };
    };
    expect(judged('p99 <= 1.5 stable', quantiles(400, 999))).toMatchObject({
      state: 'open',
      reason: 'p99Ms needs 1000 answers and has 999',
    });
    expect(judged('p99 <= 1.5 stable', quantiles(400, 1000))?.state).toBe('breached');
    expect(judged('p99 <= 1.5 stable', quantiles(149, 1000))?.state).toBe('holds');
  });

  test('share alpha with all tests of a release', () => {
    const two = { capabilities: ['a', 'b'] };
    expect(alphaOfOne(plan(two))).toBeCloseTo(0.05 / (2 * (2 * 2 + 1)), 12);
    expect(alphaOfOne(plan({ ...two, strategy: 'gray' }))).toBeCloseTo(0.05 / 4, 12);
    expect(alphaOfOne(plan({ ...two, strategy: 'ab' }))).toBeCloseTo(0.05 / 6, 12);
  });
});

/** Users of both arms by chance, `before` of each as they were, then `after` as they became. */
function changed(
  seed: number,
  before: number,
  after: number,
  candidate: [number, number],
  stable: [number, number],
): Sample[] {
  const random = seeded(seed * 7919);
  const arm = ([first, then]: [number, number]) =>
    Array.from({ length: before + after }, (_, i) => random.coin(i < before ? first : then));
  return sample(arm(candidate), arm(stable));
}

describe('a candidate that changes', () => {
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
  const real = plan({ capabilities: ['spam', 'topic', 'reply'] });
  const states = (samples: Partial<LiveEvidence['samples']>) =>
    judgeGuardrails({ plan: real, evidence: [evidenceOf('spam', samples)] }).map(({ state }) => state);

  test('is seen within 200 ratings when it breaks after 2,000 good ones, and within 100 answers when it fails', () => {
    for (const seed of seeds) {
      expect(states({ satisfaction: changed(seed, 2000, 200, [0.9, 0.3], [0.9, 0.9]) })[0]).toBe('breached');
      expect(states({ errorRate: changed(seed, 2000, 100, [0.01, 1], [0.01, 0.01]) })[1]).toBe('breached');
    }
  });

  test('is told by the newest values, whose interval is then the one that is shown', () => {
    const satisfaction = changed(1, 2000, 200, [0.9, 0.3], [0.9, 0.9]);
    const [finding] = judgeGuardrails({ plan: real, evidence: [evidenceOf('spam', { satisfaction })] });
    expect(finding?.reason).toMatch(
      /^the newest alone: satisfaction -0\.\d+ \[.*\] against .*; all: satisfaction -0\.0/,
    );
    expect(finding?.difference?.high).toBeLessThan(-0.05);
    expect(finding?.candidate?.n).toBeLessThan(400);
  });

  test('is no breach where stable changes with it', () => {
    for (const seed of seeds) {
      expect(states({ satisfaction: changed(seed, 500, 1000, [0.9, 0.4], [0.9, 0.4]) })[0]).not.toBe('breached');
    }
  });

  // What an auditor saw: 400 ordinary ratings, then 1,500 of which the candidate's were all bad.
  test('does not hold a guardrail by what it was', () => {
    const satisfaction = sample(
      [...repeated(9, 200), ...zeros(750)],
      [...repeated(9, 200), ...zeros(750).map(() => 1)],
    );
    const lax = plan({ gray: { guardrails: 'satisfaction >= stable - 50%' } });
    const [finding] = judgeGuardrails({ plan: lax, evidence: [evidenceOf('spam', { satisfaction })] });
    expect(finding?.state).toBe('breached');
  });

  test('goes back in the A/B test too, though it is not worse on the whole', () => {
    const satisfaction = changed(3, 3000, 200, [0.95, 0.3], [0.85, 0.85]);
    const verdict = judgeAbTest({ plan: real, evidence: [evidenceOf('spam', { satisfaction })], sinceMs: hour });
    expect(verdict.kind).toBe('rollBack');
  });
});

describe('judgeAbTest', () => {
  test('advances when the candidate is surely not worse than the margin allows', () => {
    const verdict = judgeAbTest({ plan: plan(), evidence: [heard(9, 7, 600)], sinceMs: hour });
    expect(verdict.kind).toBe('advance');
    expect(verdict.reasons[0]).toMatch(
      /^spam: satisfaction \+0\.2 \[\+0\.\d+, \+0\.\d+\] against stable: 0\.9, 0\.7, n = 600$/,
    );
  });

  test('rolls back when it is surely worse than that, though no guardrail is breached', () => {
    const lax = plan({ gray: { guardrails: 'errorRate <= 0.5' } });
    expect(judgeAbTest({ plan: lax, evidence: [heard(7, 9, 600)], sinceMs: hour }).kind).toBe('rollBack');
  });

  test('watches guardrails too', () => {
    const failing = sample(repeated(3, 300), zeros(300));
    const verdict = judgeAbTest({ plan: plan(), evidence: [heard(9, 7, 300, { errorRate: failing })], sinceMs: hour });
    expect(verdict.kind).toBe('rollBack');
    expect(verdict.reasons[0]).toContain('errorRate <= stable.errorRate + 0.01 is breached');
  });

  test('knows that fewer errors are better', () => {
    const byErrors = plan({
      abTest: { decideOn: 'error rate', margin: 0.05 },
      gray: { guardrails: 'satisfaction >= 0.1' },
    });
    const errors = (candidate: number, stable: number) =>
      heard(9, 9, 900, { errorRate: sample(repeated(candidate, 900), repeated(stable, 900)) });
    expect(judgeAbTest({ plan: byErrors, evidence: [errors(1, 3)], sinceMs: hour }).kind).toBe('advance');
    expect(judgeAbTest({ plan: byErrors, evidence: [errors(4, 1)], sinceMs: hour }).kind).toBe('rollBack');
  });

  test.each([
    ['ask', 'inconclusive'],
    ['advance', 'advance'],
    ['roll back', 'rollBack'],
  ])('holds while both are possible, and when time is up does as the plan says: %s', (then, kind) => {
    const undecided = plan({ abTest: { ifInconclusive: then, within: '14 days' } });
    const evidence = [heard(9, 9, 300)];
    expect(judgeAbTest({ plan: undecided, evidence, sinceMs: 13 * 24 * hour }).kind).toBe('hold');
    expect(judgeAbTest({ plan: undecided, evidence, sinceMs: 14 * 24 * hour }).kind).toBe(kind);
  });
});

describe('over whole releases', () => {
  const same = { satisfaction: 0.85, errorRate: 0.02 };
  // No tolerance at all, so that every false alarm of the tests would be a rollback.
  const strict = parsePlan({
    model: 'm',
    data: 'd',
    capabilities: ['a', 'b'],
    alpha: 0.1,
    gray: { guardrails: ['satisfaction >= stable', 'errorRate <= stable'], 'min rated': 5 },
    'ab test': { margin: 0 },
  });

  test('an equal candidate is rolled back no more often than alpha', () => {
    const outcomes = Array.from({ length: 30 }, (_, i) => simulate(strict, same, same, i + 1, 80, 4));
    expect(outcomes.filter(({ verdict }) => verdict.kind === 'rollBack').length).toBeLessThanOrEqual(3);
  });

  // Without ever deciding: every look at every newest part could raise an alarm.
  test('an equal candidate that is looked at for long is breached no more often than alpha', () => {
    const alone = parsePlan({
      model: 'm',
      data: 'd',
      capabilities: ['a'],
      strategy: 'gray',
      alpha: 0.2,
      gray: { guardrails: ['satisfaction >= stable'] },
    });
    let alarms = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const [drawn] = changed(seed + 1000, 0, 1500, [0.85, 0.85], [0.85, 0.85]);
      const isAlarm = Array.from({ length: 30 }, (_, i) => (i + 1) * 50).some((n) => {
        const satisfaction = sample(drawn?.candidate.slice(0, n) ?? [], drawn?.stable.slice(0, n) ?? []);
        const [finding] = judgeGuardrails({ plan: alone, evidence: [evidenceOf('a', { satisfaction })] });
        return finding?.state === 'breached';
      });
      if (isAlarm) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(12);
  });

  test('a candidate that is worse by 0.15 is rolled back in the gray release', () => {
    const outcomes = Array.from({ length: 20 }, (_, i) =>
      simulate(strict, { ...same, satisfaction: 0.7 }, same, i + 1, 800, 8),
    );
    expect(
      outcomes.filter(({ verdict, step }) => verdict.kind === 'rollBack' && step === 'gray').length,
    ).toBeGreaterThanOrEqual(19);
    expect(outcomes.filter(({ exposure }) => exposure <= 0.05).length).toBeGreaterThanOrEqual(5);
  });

  test('a broken candidate is rolled back before a quarter of users have it', () => {
    const outcomes = Array.from({ length: 20 }, (_, i) =>
      simulate(strict, { ...same, satisfaction: 0.4 }, same, i + 1, 400, 8),
    );
    expect(outcomes.filter(({ verdict, exposure }) => verdict.kind === 'rollBack' && exposure <= 0.05).length).toBe(20);
  });

  test('a better candidate gets through', () => {
    const outcomes = Array.from({ length: 10 }, (_, i) =>
      simulate(strict, { ...same, satisfaction: 0.95 }, { ...same, satisfaction: 0.75 }, i + 1, 300, 6),
    );
    expect(outcomes.filter(({ verdict, step }) => verdict.kind === 'advance' && step === 'A/B').length).toBe(10);
  });
});
