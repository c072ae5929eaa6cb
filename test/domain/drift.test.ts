/** Drift by the population stability index, against numbers worked out by hand and what chance does. */
import { describe, expect, test } from 'vitest';
import { countInputs, driftOf, stabilityIndex, type Profile, type Usage } from '../../src/domain/drift.ts';
import { createRandom } from '../../src/model/random.ts';

describe('the stability index', () => {
  test('is (a - e) ln(a / e), added up over the bins', () => {
    // Shares 0.5, 0.3, 0.2 against 0.4, 0.3, 0.3: -0.1 ln 0.8 + 0 + 0.1 ln 1.5 = 0.0223 + 0.0405
    expect(stabilityIndex([5e6, 3e6, 2e6], [4e6, 3e6, 3e6])).toBeCloseTo(0.0629, 4);
    expect(stabilityIndex([1, 2, 3], [1, 2, 3])).toBe(0);
    // An empty bin counts half: finite.
    expect(stabilityIndex([100, 0], [0, 100])).toBeGreaterThan(5);
  });

  test('is about (bins - 1) / n where nothing has moved', () => {
    const random = createRandom(3);
    const n = 500;
    const draws = Array.from({ length: 400 }, () => {
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < n; i++) {
        const bin = Math.floor(random() * 4);
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      return stabilityIndex([25e4, 25e4, 25e4, 25e4], counts);
    });
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    expect(mean).toBeCloseTo(3 / n, 3);
  });
});

describe('drift', () => {
  const inputs = (tokens: number, unknown: number, n: number) =>
    countInputs(Array.from({ length: n }, () => ({ tokens, unknown })));
  const profile: Profile = { version: 'v', answers: { topic: { a: 50, b: 50 } }, ...inputs(50, 1, 100) };

  test('is told of what moved most, with what it was measured on', () => {
    const usage: Usage = { version: 'v', answers: { topic: { a: 270, b: 30 } }, ...inputs(50, 1, 300) };
    const findings = driftOf([profile], [usage]);
    expect(findings.map(({ what, n }) => [what, n])).toEqual([
      ['answers of topic', 300],
      ['length of texts', 300],
      ['unknown words', 300],
    ]);
    expect(findings[0]?.psi).toBeGreaterThan(0.5);
    expect(findings[1]?.psi).toBeLessThan(0.1);
  });

  test('is not told of few answers, nor of a version whose training nobody knows', () => {
    const usage: Usage = { version: 'v', answers: { topic: { a: 199 } }, ...inputs(5, 5, 199) };
    expect(driftOf([profile], [usage])).toEqual([]);
    expect(driftOf([], [{ ...usage, answers: { topic: { a: 900 } } }])).toEqual([]);
  });

  test('a label that was never answered before counts', () => {
    const usage: Usage = { version: 'v', answers: { topic: { a: 150, b: 150, c: 100 } }, ...inputs(50, 1, 400) };
    expect(driftOf([profile], [usage])[0]).toMatchObject({ what: 'answers of topic' });
  });
});
