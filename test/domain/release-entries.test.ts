import { expect, it } from 'vitest';
import { releaseEntries } from '../../src/domain/release-entries.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { released } from '../fixtures/report-mail.ts';

const report: ReleaseReport = structuredClone(released);

it('says who started a release, what users got, and how it ended', () => {
  const entries = releaseEntries(report);
  expect(entries[0]).toMatchObject({
    subject: report.id,
    what: 'started the release',
    by: report.startedBy ?? 'unknown',
  });
  expect(entries.at(-1)).toMatchObject({ what: 'ended: released to all users', by: 'gradus', why: report.reason });
  const shares = entries.filter(({ what }) => what.endsWith(' of users the candidate'));
  expect(shares).toHaveLength(report.exposures.filter(({ share }) => share > 0).length);
  expect(entries.map(({ at }) => at)).toEqual(entries.map(({ at }) => at).sort());
});

it('gives each entry a place of its own, and the same one again as the release goes on', () => {
  const key = ({ place, at }: { place: number; at: string }): string => `${place} ${at}`;
  const all = releaseEntries(report).map(key);
  expect(new Set(all).size).toBe(all.length);
  const earlier = {
    ...report,
    endedAt: null,
    exposures: report.exposures.slice(0, 2),
    decisions: report.decisions.slice(0, 1),
  };
  for (const entry of releaseEntries(earlier)) expect(all).toContain(key(entry));
});

it('says that what people sent without a word of where came straight to Temporal, and nothing of what Gradus decided', () => {
  const decision = { at: report.startedAt, stage: null, step: null, what: 'paused', why: '' };
  const decisions = [
    { ...decision, by: 'ann' },
    { ...decision, by: 'bob', via: 'bot' },
    { ...decision, by: 'gradus' },
  ];
  const vias = releaseEntries({ ...report, decisions }).flatMap(({ what, by, via }) =>
    what === 'paused' ? [[by, via]] : [],
  );
  expect(vias).toEqual([
    ['ann', 'temporal'],
    ['bob', 'bot'],
    ['gradus', undefined],
  ]);
});
