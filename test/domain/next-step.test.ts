/** What the page of a release says that it does now and next, at each kind of moment. */
import { describe, expect, it } from 'vitest';
import { comesNext, doingNow } from '../../src/domain/next-step.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { detailsOf } from '../../workflows/details.ts';
import { baking, justStarted, released, rolledBack, waiting } from '../fixtures/report-mail.ts';

const pageOf = (workflow: string): string => `/namespaces/default/workflows/${encodeURIComponent(workflow)}`;

describe('now and next', () => {
  it('before there is a plan: it is read', () => {
    expect([doingNow(justStarted), comesNext(justStarted)]).toEqual(['The plan is read and checked.', null]);
  });

  it('while a share is held: since when, for how long, and the next share of the ramp', () => {
    expect(doingNow(baking)).toMatch(
      /^Gray release of stage 1 \(spam and html\): 10 % of all users have it since 05 Jan 14:04:23 UTC; the share is held for 10 seconds, until 05 Jan 14:04:33 UTC/,
    );
    expect(comesNext(baking)).toBe('25 % of users get spam and html');
  });

  it('after the last share: the A/B test', () => {
    const { exposures } = baking;
    const last = exposures.at(-1);
    if (last === undefined) throw new Error('the sample has no exposures');
    expect(comesNext({ ...baking, exposures: [...exposures, last] })).toMatch(/^an A\/B test: \d+ % of the users/);
  });

  it('in the last stage’s last step: the end', () => {
    const stages = released.stages.map((stage, i) =>
      i === released.stages.length - 1 ? { ...stage, state: 'running' as const, step: 'full' as const } : stage,
    );
    const last: ReleaseReport = { ...released, state: 'running', endedAt: null, stages };
    expect(comesNext(last)).toBe('what users said is gathered, and the release ends');
  });

  it('when it has ended: why, and nothing after', () => {
    for (const report of [released, rolledBack]) {
      expect(doingNow(report).toLowerCase()).toContain(report.reason.toLowerCase());
      expect(comesNext(report)).toBeNull();
    }
  });
});

describe('the details of a release', () => {
  it('say whom it waits for, until when and what then, and link to the pages of stages', () => {
    const text = detailsOf(waiting, pageOf);
    expect(text).toContain('**Waits for 2 approvals of ann, bo, demo-approver** (approved by ann so far)');
    expect(text).toContain('Until 07 Jan 14:05:06 UTC, else reject');
    expect(text).toContain('**Next, when approved:** 2 % of users get topic and automated.');
    expect(text).toContain(`[2](${pageOf(`${waiting.id}/2`)})`);
  });

  it('show what people wrote as they wrote it, without links and columns of theirs', () => {
    const text = detailsOf({ ...rolledBack, reason: 'rolled back by eve: [click](http://x) | <b>now</b>' }, pageOf);
    expect(text).toContain(String.raw`\[click\](http://x) \| \<b\>now\</b\>`);
  });
});
