/** Lines for logs and pipes: each thing that happens to a release is told once. */
import { expect, test } from 'vitest';
import { eventLines } from '../../src/cli/event-lines.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { newReport } from '../../src/domain/report-parts.ts';
import { sampleVersion } from '../fixtures/report-parts.ts';

const at = (second: number): string => `2026-01-05T10:00:0${second}.000Z`;

const begun: ReleaseReport = {
  ...newReport('mail-1', 'ann', at(0)),
  model: 'mail',
  strategy: 'gradual',
  steps: [{ step: 'train', state: 'running', note: 'on mail', startedAt: at(0), endedAt: null }],
};

const exposed: ReleaseReport = {
  ...begun,
  steps: [{ step: 'train', state: 'done', note: 'v1', startedAt: at(0), endedAt: at(2) }],
  exposures: [{ at: at(3), stage: 1, step: 'gray', share: 0.05, revision: 3 }],
  decisions: [{ at: at(1), stage: null, step: null, what: 'paused', by: 'ann', why: 'lunch' }],
};

test('tells what is new, in the order in which it happened', () => {
  expect(eventLines(null, begun)).toEqual(['2026-01-05T10:00:00Z  train: running, on mail']);
  expect(eventLines(begun, exposed)).toEqual([
    '2026-01-05T10:00:01Z  paused by ann: lunch',
    '2026-01-05T10:00:02Z  train: done, v1',
    '2026-01-05T10:00:03Z  stage 1, gray: 5 % of users',
  ]);
  expect(eventLines(exposed, exposed)).toEqual([]);
});

test('tells what it waits for once, and how it ended', () => {
  const waiting: ReleaseReport = {
    ...exposed,
    waiting: {
      id: 'w1',
      stage: 1,
      step: 'gray',
      question: 'go on to full?',
      evidence: [],
      from: ['ann'],
      count: 1,
      approvedBy: [],
      since: at(4),
      until: at(9),
      otherwise: 'reject',
      digest: 'e'.repeat(64),
      findings: [],
      needs: [],
      notBy: null,
      withinMs: 172_800_000,
      escalateTo: [],
      escalated: false,
      held: false,
    },
  };
  expect(eventLines(exposed, waiting)).toEqual([
    '2026-01-05T10:00:04Z  waits for ann until 2026-01-05 10:00:09 UTC: go on to full?',
  ]);
  expect(eventLines(waiting, waiting)).toEqual([]);
  const ended: ReleaseReport = { ...exposed, state: 'rolledBack', reason: 'satisfaction fell', endedAt: at(8) };
  expect(eventLines(waiting, ended)).toEqual([
    '2026-01-05T10:00:08Z  mail-1 rolled back: no user has this model: satisfaction fell',
  ]);
  const stable = sampleVersion('mail', 1, 900, { spam: ['ham', 'spam'] });
  expect(eventLines(waiting, { ...ended, stable })).toEqual([
    '2026-01-05T10:00:08Z  mail-1 rolled back: all users are on stable: satisfaction fell',
  ]);
});
