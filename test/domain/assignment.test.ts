/** Assignment: the published vectors, and the properties that users notice. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { assign, bucket } from '../../src/domain/assignment.ts';
import { nobody, type Exposure, type Route } from '../../src/domain/route.ts';

const { vectors } = z
  .object({ vectors: z.array(z.object({ salt: z.string(), user: z.string(), bucket: z.number() })) })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/assignment.json', import.meta.url), 'utf8')));

function route(exposure: Partial<Exposure>): Route {
  const exposed = { ...nobody, ...exposure };
  return {
    model: 'm',
    capability: 'c',
    revision: 1,
    stable: 'old',
    candidate: 'new',
    exposure: exposed,
    phase: 'r/1/gray/0',
  };
}

const gray = (share: number, salt = 'r/1/gray') => ({ gray: { salt, share } });
const experiment = (share: number) => ({ experiment: { salt: 'r/1/ab', share } });
const user = (id: string, groups: string[] = []) => ({ id, groups });
const ids = (count: number) => Array.from({ length: count }, (_, i) => `u-${i}`);
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('bucket', () => {
  test.each(vectors)(
    'agrees with hashlib for salt "$salt" and user "$user"',
    ({ salt, user: id, bucket: expected }) => {
      expect(bucket(salt, id)).toBe(expected);
    },
  );

  test('is spread evenly over [0, 1)', () => {
    const buckets = ids(20_000).map((id) => Math.floor(bucket('s', id) * 20));
    const counts = Array.from({ length: 20 }, (_, k) => buckets.filter((one) => one === k).length);
    // Chi-squared with 19 degrees of freedom is above 43.8 once in a thousand.
    expect(counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(43.8);
  });
});

describe('assign', () => {
  test('gives everybody stable when nothing is on its way', () => {
    expect(assign({ ...route(gray(1)), candidate: null }, user('u'))).toEqual({ version: 'old', arm: 'stable' });
  });

  test('gives nobody the candidate at 0 and everybody at 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (salt, id) => {
        expect(assign(route(gray(0, salt)), user(id)).version).toBe('old');
        expect(assign(route(gray(1, salt)), user(id)).version).toBe('new');
      }),
    );
  });

  test('never takes the candidate away while the ramp grows, nor on the way into the experiment', () => {
    fc.assert(
      fc.property(fc.string(), share, share, share, (id, a, b, tested) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        if (assign(route(gray(small)), user(id)).version !== 'new') return;
        expect(assign(route(gray(large)), user(id))).toEqual({ version: 'new', arm: 'gray' });
        expect(assign(route({ ...gray(large), ...experiment(tested) }), user(id)).arm).toBe('gray');
      }),
    );
  });

  test('is sticky: the same user gets the same answer, whoever else asks', () => {
    fc.assert(
      fc.property(fc.string(), share, share, (id, grayed, tested) => {
        const exposure = { ...gray(grayed), ...experiment(tested) };
        const first = assign(route(exposure), user(id));
        for (const other of ids(5)) assign(route(exposure), user(other));
        expect(assign({ ...route(exposure), revision: 9, phase: 'r/1/ab/0' }, user(id))).toEqual(first);
      }),
    );
  });

  test('puts testers on the candidate whatever is drawn', () => {
    const exposure = { groups: ['staff'], ...gray(0), ...experiment(0.5) };
    for (const id of ids(100)) {
      expect(assign(route(exposure), user(id, ['other', 'staff']))).toEqual({ version: 'new', arm: 'tester' });
      expect(assign(route(exposure), user(id, ['other'])).arm).toMatch(/^(treatment|control)$/);
    }
  });

  // Five standard deviations of a binomial: one run in two million is outside by chance, and these ids never change.
  test('exposes every share within binomial bounds, down to 0.01 %', () => {
    const n = 100_000;
    const buckets = ids(n).map((id) => bucket('r/1/gray', id));
    for (const wanted of [0.0001, 0.001, 0.01, 0.05, 0.25, 0.5, 0.9]) {
      const exposed = buckets.filter((one) => one < wanted).length;
      expect(Math.abs(exposed - n * wanted)).toBeLessThan(5 * Math.sqrt(n * wanted * (1 - wanted)));
      for (const id of ids(500)) {
        expect(assign(route(gray(wanted)), user(id)).arm === 'gray').toBe(bucket('r/1/gray', id) < wanted);
      }
    }
  });

  test('draws the experiment independently of gray, among those who are not in it', () => {
    const n = 20_000;
    const arms = ids(n).map((id) => assign(route({ ...gray(0.25), ...experiment(0.5) }), user(id)).arm);
    const count = (arm: string) => arms.filter((one) => one === arm).length;
    expect(Math.abs(count('gray') - 0.25 * n)).toBeLessThan(5 * Math.sqrt(n * 0.25 * 0.75));
    const rest = n - count('gray');
    expect(Math.abs(count('treatment') - 0.5 * rest)).toBeLessThan(5 * Math.sqrt(rest * 0.25));
  });

  test('draws different users under different salts', () => {
    const n = 20_000;
    const both = ids(n).filter((id) => bucket('r/1/gray', id) < 0.1 && bucket('r/2/gray', id) < 0.1).length;
    expect(Math.abs(both - n * 0.01)).toBeLessThan(5 * Math.sqrt(n * 0.01 * 0.99));
  });
});
