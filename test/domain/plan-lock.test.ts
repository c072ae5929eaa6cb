/** A stored plan is not parted unnoticed from the releases that go by it. */
import { expect, test } from 'vitest';
import { insistUnused, planDigest } from '../../src/domain/plan-lock.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';
import { released, waiting } from '../fixtures/report-mail.ts';

const stored = { model: 'mail', data: 'mail', capabilities: ['spam'] };
const changed = { ...stored, gray: { bake: '2 hours' } };
const under = (plan: object) => ({ ...waiting, plan: parsePlan(plan) });

test('a plan that a release under way was started by is changed only by who says so', () => {
  expect(() => insistUnused('mail', stored, changed, [under(stored)])).toThrow(
    `${waiting.id} is under way by the stored plan mail, and would go on by the plan as it was.\nSave it for later releases all the same: --anyway`,
  );
});

test('a release that learns by another plan than it was told is under way by the one that it was told', () => {
  const learning = (plan: object) => ({ planDigest: planDigest(parsePlan(plan)) });
  const learnt = { ...stored, train: { data: 'mail', epochs: 20, lessons: 'f'.repeat(64) }, data: undefined };
  const release = (told: object) => ({ ...under(learnt), learning: learning(told) });
  expect(() => insistUnused('mail', stored, changed, [release(stored)])).toThrow(
    /is under way by the stored plan mail/,
  );
  insistUnused('mail', stored, changed, [release({ ...stored, model: 'other' })]);
  insistUnused('mail', stored, changed, [{ ...release(stored), endedAt: '2026-01-01T00:00:00.000Z' }]);
});

test('the same in other words is no change, and neither ended releases nor those of other plans are in the way', () => {
  expect(() =>
    insistUnused('mail', stored, { ...stored, capabilities: { spam: { risk: 5 } } }, [under(stored)]),
  ).not.toThrow();
  insistUnused('mail', stored, changed, [
    { ...released, plan: parsePlan(stored) },
    under(changed),
    { ...waiting, plan: null },
  ]);
  insistUnused('mail', { model: 7 }, changed, [under(stored)]);
});
