/** The end of a stop says which releases go on, and what holds the others all the same. */
import { expect, test } from 'vitest';
import { afterStop, afterStopText } from '../../src/domain/after-stop.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { baking, released, waiting } from '../fixtures/report-mail.ts';

const now = Date.parse('2099-06-01T12:00:00Z');
const { freeze = [] } = parsePolicy({
  people: { root: { roles: 'admin' } },
  freeze: [{ name: 'summer', from: '2099-05-01', until: '2099-07-01', zone: 'UTC', models: 'frozen' }],
});

test('releases go on that nothing else holds; of the others it says what does', () => {
  const of = (id: string, more: Partial<ReleaseReport> = {}): ReleaseReport => ({ ...baking, id, ...more });
  const paused = { at: '', stage: null, step: null, what: 'paused', by: 'bob', why: '' };
  const all = [
    of('a-1'),
    of('b-1', { standing: { kind: 'stopped', why: 'all releases were stopped by ann: incident', until: null } }),
    of('c-1', { state: 'paused', decisions: [paused] }),
    of('d-1', { standing: { kind: 'queued', why: 'queued behind a-1', until: null } }),
    of('e-1', { model: 'frozen' }),
    of('f-1', { model: 'frozen', overriddenUntil: '2099-07-01T00:00:00.000Z' }),
    of('g-1', { waiting: waiting.waiting }),
    of('h-1'),
    released,
  ];
  const after = afterStop(all, freeze, new Set(['h-1', released.id]), now);
  expect(after.goOn).toEqual(['a-1', 'b-1', 'f-1']);
  expect(afterStopText(after)).toBe(
    'Goes on: a-1, b-1 and f-1. Not yet: c-1 (paused by bob); d-1 (queued behind a-1); ' +
      'e-1 (frozen: summer; it goes on at 2099-07-01 00:00 UTC); g-1 (waits for bo or demo-approver); ' +
      'h-1 (it ends: the stop rolled it back).',
  );
  expect(afterStopText(afterStop([released], freeze, new Set(), now))).toBe('No release is under way.');
  expect(afterStopText(afterStop([of('h-1')], [], new Set(['h-1']), now))).toMatch(
    /^None goes on by itself now\. Not yet: h-1/,
  );
});
