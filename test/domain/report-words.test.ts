/** What decisions are called: how many approvals of whom there are, and whether people are still asked. */
import { describe, expect, test } from 'vitest';
import { approvedSoFar } from '../../src/domain/approval.ts';
import { decisionWords } from '../../src/domain/report-words.ts';
import type { Decision, ReleaseReport, Waiting } from '../../src/domain/report.ts';
import { waiting as sample } from '../fixtures/report-mail.ts';

const at = (minute: number): string => new Date(Date.parse(sample.startedAt) + minute * 60_000).toISOString();
const needs = [
  { group: 'ml', members: ['王小明', 'li'], count: 1 },
  { group: 'safety', members: ['José', 'li'], count: 1 },
];

function approved(minute: number, by: string, more: Partial<Decision> = {}): Decision {
  return { at: at(minute), stage: 2, step: 'full', what: 'approved', by, why: '', request: '2/full/1', ...more };
}

function asking(changes: Partial<Waiting>, decisions: Decision[]): ReleaseReport {
  if (sample.waiting === null) throw new Error('nothing waits');
  const waiting = { ...sample.waiting, id: '2/full/1', step: 'full' as const, since: at(0), ...changes };
  return { ...sample, decisions, waiting };
}

const words = (report: ReleaseReport): string[] => report.decisions.map((one) => decisionWords(one, report));

describe('an approval', () => {
  test('where groups approve each by itself, says what each group has, and so which one is missing', () => {
    const report = asking({ needs, count: 2 }, [approved(1, '王小明'), approved(2, 'José')]);
    expect(words(report)).toEqual([
      'approved, now 1 of 1 of ml, 0 of 1 of safety',
      'approved, now 1 of 1 of ml, 1 of 1 of safety',
    ]);
  });

  test('that fills no place of its group says so', () => {
    const own = [{ group: 'ml', members: ['王小明', 'cem'], count: 1 }, ...needs.slice(1)];
    const report = asking({ needs: own, count: 2 }, [approved(1, '王小明'), approved(2, 'cem')]);
    expect(words(report)[1]).toBe('approved, still 1 of 1 of ml, 0 of 1 of safety');
  });

  test('counts for whom somebody stood in for', () => {
    const standIn = approved(1, 'cem', { what: 'approved for José', for: 'José' });
    expect(words(asking({ needs, count: 2 }, [standIn]))).toEqual([
      'approved for José, now 0 of 1 of ml, 1 of 1 of safety',
    ]);
    expect(words(asking({ count: 2 }, [approved(1, 'ann'), { ...standIn, at: at(2) }]))).toEqual([
      'approved as 1 of 2',
      'approved for José as 2 of 2',
    ]);
  });

  test('is told by group also where it is asked who has approved so far', () => {
    const { waiting } = asking({ needs, count: 2, approvedBy: ['王小明'] }, []);
    if (waiting === null) throw new Error('nothing waits');
    expect(approvedSoFar(waiting)).toBe('approved by 王小明 so far (1 of 1 of ml, 0 of 1 of safety)');
    expect(approvedSoFar({ ...waiting, needs: [] })).toBe('approved by 王小明 so far');
  });
});

test('more time says whose hold it ends, and nothing where nobody held', () => {
  const say = (minute: number, what: string, by: string): Decision => approved(minute, by, { what });
  const report = asking({}, [
    say(1, 'gave 2 days more', 'bob'),
    say(2, 'held', 'zoe'),
    say(3, 'gave 2 days more', 'bob'),
    say(4, 'gave 2 days more', 'bob'),
    { ...say(5, 'held', 'zoe'), request: '1/gray/1' },
    say(6, 'gave 2 days more', 'bob'),
  ]);
  expect(words(report).filter((text) => text.startsWith('gave'))).toEqual([
    'gave 2 days more',
    'gave 2 days more, which ends the hold of zoe',
    'gave 2 days more',
    'gave 2 days more',
  ]);
});

test('numbers that allow to go on do not say so while people are asked about them', () => {
  const verdict = (minute: number): Decision => ({ ...approved(minute, 'gradus'), step: 'gray', what: 'advance' });
  const report = asking({ step: 'gray', since: at(5) }, [verdict(1), verdict(5)]);
  expect(words(report)).toEqual(['advance', 'asks people']);
  const { waiting } = report;
  if (waiting === null) throw new Error('nothing waits');
  const closed = { request: waiting, outcome: 'approved' as const, at: at(9), by: 'ann', why: '' };
  expect(words({ ...report, waiting: null, requests: [closed] })).toEqual(['advance', 'asks people']);
  expect(words({ ...report, waiting: null })).toEqual(['advance', 'advance']);
});
