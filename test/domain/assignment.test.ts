/** Assignment: sticky, near its share, monotone as a ramp grows, and the same as an independent computation. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assign, bucket } from '../../src/domain/assignment.ts';
import type { Exposure, Route } from '../../src/domain/route.ts';

const route = (exposure: Exposure): Route => ({
  model: 'mail',
  capability: 'spam',
  revision: 1,
  stable: 'old',
  candidate: 'new',
  exposure,
  phase: 'mail-2/1/gray/0',
});
const gray = (share: number, salt = 'gray'): Exposure => ({ groups: [], gray: { salt, share }, experiment: null });
const users = Array.from({ length: 20_000 }, (_, i) => ({ id: `u-${i}`, groups: [] }));

describe('bucket', () => {
  const text = readFileSync(new URL('../fixtures/assignment.json', import.meta.url), 'utf8');
  const vector = z.object({ salt: z.string(), user: z.string(), bucket: z.number() });
  const { vectors } = z.object({ vectors: z.array(vector) }).parse(JSON.parse(text));

  it.each(vectors)('of $salt and $user is what Python computes', (expected) => {
    expect(bucket(expected.salt, expected.user)).toBe(expected.bucket);
  });

  it('under two salts are independent', () => {
    const both = users.filter(({ id }) => bucket('gray', id) < 0.3 && bucket('ab', id) < 0.5).length;
    expect(both / users.length).toBeCloseTo(0.15, 1.7);
  });
});

describe('assign', () => {
  it('gives a share of users the candidate, within what chance allows', () => {
    for (const share of [0.0001, 0.01, 0.05, 0.5, 0.99]) {
      const given = users.filter((user) => assign(route(gray(share)), user).version === 'new').length;
      const deviation = Math.sqrt(users.length * share * (1 - share));
      expect(Math.abs(given - users.length * share)).toBeLessThanOrEqual(4 * deviation + 1);
    }
  });

  it('gives nobody the candidate at 0 and everybody at 1', () => {
    expect(users.filter((user) => assign(route(gray(0)), user).version === 'new')).toEqual([]);
    expect(users.every((user) => assign(route(gray(1)), user).version === 'new')).toBe(true);
  });

  it('never takes the candidate away as shares grow and the experiment follows', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.string(), fc.array(share, { minLength: 1, maxLength: 6 }), share, (id, ramp, experiment) => {
        const growing = [...ramp].sort((a, b) => a - b);
        const last = growing.at(-1) ?? 0;
        const exposures = growing.map((each) => gray(each));
        exposures.push({
          groups: [],
          gray: { salt: 'gray', share: last },
          experiment: { salt: 'ab', share: experiment },
        });
        const given = exposures.map((exposure) => assign(route(exposure), { id, groups: [] }).version === 'new');
        expect(given).toEqual([...given].sort((a, b) => Number(a) - Number(b)));
      }),
    );
  });

  it('is the same at every look', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (id, share) => {
        const user = { id, groups: [] };
        expect(assign(route(gray(share)), user)).toEqual(assign(structuredClone(route(gray(share))), user));
      }),
    );
  });

  it('draws the experiment among users who are in neither groups nor gray', () => {
    const exposure = { ...gray(0.25), experiment: { salt: 'ab', share: 0.5 } };
    const arms = users.map((user) => assign(route(exposure), user).arm);
    const share = (arm: string) => arms.filter((each) => each === arm).length / users.length;
    expect(share('gray')).toBeCloseTo(0.25, 1.7);
    expect(share('treatment')).toBeCloseTo(0.375, 1.7);
    expect(share('control')).toBeCloseTo(0.375, 1.7);
  });

  it('gives testers the candidate, and everybody stable when there is none', () => {
    const tester = { id: 'u-1', groups: ['staff'] };
    expect(assign(route({ ...gray(0), groups: ['staff'] }), tester)).toEqual({ version: 'new', arm: 'tester' });
    expect(assign({ ...route(gray(1)), candidate: null }, tester)).toEqual({ version: 'old', arm: 'stable' });
  });
});
