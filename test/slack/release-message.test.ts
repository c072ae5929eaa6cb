/** What the first message of a release, a home and `/gradus` say of where it stands: what holds it, and what is done now. */
import { describe, expect, test } from 'vitest';
import type { ReleaseReport, Standing } from '../../src/domain/report.ts';
import { listMessage } from '../../src/slack/commands.ts';
import { homeView } from '../../src/slack/home.ts';
import { releaseMessage } from '../../src/slack/release-message.ts';
import type { Rights } from '../../src/slack/rights.ts';
import { requestMessage } from '../../src/slack/request-message.ts';
import { baking, justStarted, waiting } from '../fixtures/report-mail.ts';
import { asText } from '../support/slack/as-text.ts';

const noPage = (): null => null;
const ann: Rights = { by: 'ann', refused: null, givers: [], may: () => true, whyNot: () => null };
const read = (report: ReleaseReport): string => asText(releaseMessage(report, null).blocks);
const list = (...open: ReleaseReport[]): string => asText(listMessage(open, ann, noPage).blocks);
const frozen: Standing = { kind: 'frozen', why: 'frozen: year end', until: '2027-01-03T16:00:00.000Z' };
const queued: Standing = { kind: 'queued', why: 'queued behind mail-assistant-1', until: null };

describe('what holds a release from outside', () => {
  test('is said where releases are listed, in the words of the command line', () => {
    expect(list({ ...baking, standing: frozen })).toBe(
      'mail-assistant-2: ❚❚ running, frozen until 2027-01-03 16:00 UTC: stage 1 of 3, gray release, 10 % of users',
    );
    expect(list({ ...justStarted, standing: queued })).toBe('mail-assistant-2: ○ queued behind mail-assistant-1');
    expect(list(baking)).toBe('mail-assistant-2: ● running: stage 1 of 3, gray release, 10 % of users');
  });

  test('is said on a home', () => {
    const home = asText(homeView([{ ...justStarted, standing: queued }, baking], ann, noPage, null).blocks);
    expect(home).toContain('○ queued behind mail-assistant-1');
    expect(home).not.toContain('The plan is read');
  });
});

test('the headline says what is done now, and not what was decided last', () => {
  const steps = baking.steps.map((one) =>
    one.step === 'internal test' ? { ...one, state: 'running' as const, note: 'spam: accuracy >= 0.3' } : one,
  );
  const said = read({ ...baking, steps });
  expect(said).toContain('Gray release of stage 1 (spam and html): 10 % of all users have it since');
  expect(said).not.toContain('accuracy >= 0.3');
  expect(read(waiting)).toContain('*Waits for bo or demo-approver*');
});

test('a request names its model and version where it is read, also once it is over', () => {
  if (waiting.waiting === null) throw new Error('nothing waits');
  const closed = { request: waiting.waiting, outcome: 'approved' as const, at: waiting.startedAt, by: 'bo', why: '' };
  for (const over of [null, closed]) {
    const said = asText(requestMessage(waiting, waiting.waiting, over).blocks);
    expect(said).toMatch(/^\*mail-assistant v2 · stage 2 of 3 · /);
  }
});
