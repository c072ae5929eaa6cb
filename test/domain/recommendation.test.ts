/** What the numbers recommend to whoever decides: against hand-made figures whose standard errors are easy. */
import { expect, test } from 'vitest';
import { recommendation } from '../../src/domain/request-words.ts';
import { examination, finding } from '../fixtures/report-parts.ts';
import { waiting as report } from '../fixtures/report-mail.ts';

const held = finding('spam', 'accuracy >= 80%', {});

function of(findings: (typeof held)[], figures?: Parameters<typeof examination>[2]) {
  const { waiting, stages } = report;
  if (waiting === null) throw new Error('the fixture waits for nobody');
  // Of 10,000 answers, an accuracy of 90 % has a standard error of 0.3 points.
  const examinations = figures === undefined ? [] : [examination('spam', 10_000, figures)];
  const measured = stages.map((stage) => ({ ...stage, examinations }));
  return recommendation({ stages: measured }, { ...waiting, findings, evidence: ['12 ratings'] });
}

test('what broke is a reason to reject, what is open to decide, what holds to approve', () => {
  const broken = { ...held, state: 'breached' as const };
  const open = { ...held, state: 'open' as const };
  expect(of([held, open, broken])).toEqual({ what: 'reject', why: 'spam: accuracy >= 80% is broken' });
  expect(of([held, open])).toEqual({ what: 'decide', why: '1 of 2 conditions is open: the data allow both' });
  expect(of([])).toEqual({ what: 'decide', why: '12 ratings' });
  expect(of([held])).toEqual({ what: 'approve', why: 'the one condition holds' });
  expect(of([held, held])).toEqual({ what: 'approve', why: 'all 2 conditions hold' });
});

test('conditions that hold do not recommend what is clearly worse than stable, or than a linear model', () => {
  expect(of([held], { stable: 0.93, candidate: 0.9, baseline: 0.85, half: 0.01 })).toEqual({
    what: 'decide',
    why: 'the one condition holds, but spam: stable is right more often (0.93, not 0.9)',
  });
  expect(of([held], { stable: null, candidate: 0.9, baseline: 0.92, half: 0.01 })).toMatchObject({
    what: 'decide',
    why: expect.stringMatching(/but spam: a linear model is right more often \(0.92, not 0.9\)/),
  });
});

test('what may be chance is no reason against it', () => {
  // 0.5 points: less than 1.96 standard errors of the difference, 0.83 points; and an interval that holds 0.
  expect(of([held], { stable: 0.905, candidate: 0.9, baseline: 0.905, half: 0.01 }).what).toBe('approve');
});
