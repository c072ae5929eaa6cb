import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { columns } from '../../src/cli/lines.ts';
import { progressText } from '../../src/cli/progress-text.ts';
import { reportPage } from '../../src/cli/report-page.ts';
import { reportText } from '../../src/cli/report-text.ts';
import { whetherToLearn } from '../../src/domain/learning.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { baking, justStarted, released, rolledBack, waiting } from '../fixtures/report-mail.ts';
import { chinese, longNames, tenStages } from '../fixtures/report-many.ts';

const all = { baking, justStarted, released, rolledBack, waiting, chinese, longNames, tenStages };

/** The line that starts with `name`, its spaces made one. */
function lineOf(text: string, name: string): string {
  const line = text.split('\n').find((one) => one.trim().startsWith(name));
  return (line ?? '').trim().replace(/ +/g, ' ');
}

describe('reportText', () => {
  it.each(Object.entries(all))('%s fits one screen of 100 columns, and any narrower one', (_, report) => {
    expect(reportText(report).split('\n').length).toBeLessThanOrEqual(45);
    for (const width of [40, 60, 80, 100]) {
      const wide = reportText(report, { width })
        .split('\n')
        .filter((line) => columns(line) > width);
      expect(wide).toEqual([]);
    }
  });

  it('puts N(t) and P(t) beside what was planned', () => {
    const text = reportText(released);
    expect(lineOf(text, 'N(t)')).toBe('N(t) 2 4 6 planned 2 4 6');
    expect(lineOf(text, 'P(t)')).toBe('P(t) 0.33 0.67 1.00 planned 0.33 0.67 1.00');
  });

  it('says what comments were about, among how many of them, and what was heard before the release', () => {
    const theme = { words: ['快'], comments: 523, satisfaction: 0.4, byVersion: {}, examples: ['快一点'] };
    const learning = {
      number: 3,
      iteration: 'learn/1',
      since: null,
      until: '2026-01-01T00:00:00.000Z',
      figures: whetherToLearn({ iterate: { learnWhen: 'corrections >= 40' } }, { summaries: [], users: 0 }).figures,
      drift: [],
      themes: [{ ...theme, words: ['slow'], comments: 46, examples: ['too slow'] }],
      themesAmong: { all: 46, read: 46, counted: 46 },
      learn: true,
      reasons: ['train again: corrections 46 ≥ 40'],
      lessons: null,
      changes: [],
    };
    const themesAmong = { all: 3_001, read: 2_000, counted: 2_000 };
    const report = { ...released, themes: [theme], themesAmong, learning };
    const text = reportText(report).replaceAll(/\s+/g, ' ');
    expect(text).toContain('快 (523, satisfied 40 %): “快一点” (among the newest 2,000 of 3,001 comments)');
    expect(text).toContain('corrections 46 ≥ 40; comments: slow (46, satisfied 40 %): “too slow”');
    expect(
      reportText({ ...report, themesAmong: { all: 3_001, read: 2_000, counted: 1_150 } }).replaceAll(/\s+/g, ' '),
    ).toContain('(among the 1,150 most usual of the newest 2,000 of 3,001 comments)');
    const page = reportPage(report);
    expect(page).toContain('(among the newest 2,000 of 3,001 comments)');
  });

  it('draws the table of the paper, and a point for what is not released yet', () => {
    const text = reportText(tenStages);
    expect(lineOf(text, 'N(t)')).toBe('N(t) 10 20 30 40 50 60 70 · · ·');
    expect(lineOf(text, 'P(t) planned')).toBe('P(t) planned 0.10 0.20 0.30 0.40 0.50 0.60 0.70 0.80 0.90 1.00');
  });

  it('shows both versions, their difference and the baseline, and says where the baseline is better', () => {
    const text = reportText(released);
    expect(lineOf(text, 'topic')).toBe('topic 753 0.401 0.612 +0.211 [+0.163, +0.259] 0.371 → 0.602 0.743 better');
    expect(lineOf(text, 'platform')).not.toContain('better');
    expect(text).toContain('The linear baseline is better at 5 of 6 capabilities: topic by 0.131');
    expect(text.replace(/\s+/g, ' ')).toContain('better at 2 (spam, topic), worse at 0, no clear difference at 4');
  });

  it('names the step that failed, why, and how many users ever had the candidate', () => {
    const text = reportText(rolledBack, { width: 200 });
    expect(lineOf(text, '✗ gray release')).toBe(
      '✗ gray release 2 % → 10 % → 0 %; html: satisfaction is worse than stable by 0.312 [0.188, 0.436], more than 0.05',
    );
    expect(lineOf(text, '○ A/B test')).toBe('○ A/B test');
    expect(text).toContain('at most 10 % of users at one time (stage 1, gray release)');
    expect(text).toContain('rolled back: all users are on stable');
  });

  it('says who approved, and marks steps that the strategy does not have', () => {
    expect(lineOf(reportText(released), '✓ internal test')).toContain('approved by demo-approver');
    expect(lineOf(reportText(chinese), '– A/B test')).toBe('– A/B test');
    expect(lineOf(reportText(chinese), '✗ internal test')).toContain('rejected by 王芳');
  });

  it('says the same with colours as without', () => {
    for (const report of Object.values(all)) {
      const coloured = stripVTControlCharacters(reportText(report, { colour: true }));
      expect(coloured.replace(/ +$/gm, '')).toBe(reportText(report));
    }
    expect(reportText(released, { colour: true })).toContain('\u001b[');
  });

  it('lets no terminal code of a name through', () => {
    expect(reportText(longNames)).not.toContain('\u001b');
    expect(progressText(longNames)).not.toContain('\u001b');
  });
});

describe('where several have to approve', () => {
  const open = waiting.waiting;
  if (open === null) throw new Error('nothing waits');
  const { id, stage, step, since } = open;
  const says = { at: since, stage, step, what: 'approved', why: '', request: id };
  const both = [
    { ...says, by: 'ann' },
    { ...says, by: 'bo' },
  ];
  const told = (report: ReleaseReport): string => lineOf(reportText(report), '● internal test');

  it('says that the first of them is one of two', () => {
    expect(told({ ...waiting, decisions: both.slice(0, 1) })).toContain('approved as 1 of 2 by ann');
  });

  it('counts each request by itself, and nothing that one person decided alone', () => {
    expect(told({ ...waiting, decisions: both })).toContain('approved as 2 of 2 by bo');
    // It was given before this request was asked.
    const early = { ...says, at: '2026-01-01T00:00:00.000Z', by: 'carl' };
    expect(told({ ...waiting, decisions: [early, ...both] })).toContain('approved by carl; approved as 1 of 2 by ann');
    const alone = { ...says, by: 'root', emergency: true as const };
    expect(told({ ...waiting, decisions: [alone] })).toContain('approved by root');
    const one = { ...waiting, waiting: { ...open, count: 1 } };
    expect(told({ ...one, decisions: both.slice(0, 1) })).toContain('approved by ann');
  });
});

describe('progressText', () => {
  it('shows the stage that runs, its exposure, the bake so far and what is measured', () => {
    const now = new Date(Date.parse(baking.exposures.at(-1)?.at ?? '') + 4000);
    const line = lineOf(progressText(baking, { now, width: 120 }), 'gray release');
    expect(line).toContain('10 % of users');
    expect(line).toContain('bake 4 s of 10 s');
    expect(line).toContain('5 of 6 hold');
    expect(line).toContain('html: satisfaction +0.031 [−0.093, +0.155]');
  });

  it('puts in brackets what is planned and not reached', () => {
    expect(lineOf(progressText(waiting), 'N(t)')).toBe('N(t) 0 → 2 → (4) → (6) P(t) 0.00 → 0.33 → (0.67) → (1.00)');
  });

  it('tells who has to decide, by when, what happens otherwise, and how', () => {
    const text = progressText(waiting, { now: new Date(waiting.waiting?.since ?? '') });
    expect(text).toContain('needs 2 approvals of ann, bo, demo-approver, approved by ann so far');
    expect(text.replace(/\s+/g, ' ')).toContain('by 2026-01-07 14:05:06 UTC (2 days left), else reject');
    expect(text).toContain('gradus release approve mail-assistant-2 --by NAME');
    const { id = '', digest = '' } = waiting.waiting ?? {};
    expect(text.replace(/\s+/g, ' ')).toContain(`request ${id}, evidence ${digest.slice(0, 8)}`);
  });

  it('says that the clock stands where the release is paused or stopped', () => {
    const words = (more: object): string => progressText({ ...waiting, ...more }).replace(/\s+/g, ' ');
    expect(words({ state: 'paused' })).toContain('; paused: its clock stands until the release is resumed');
    expect(words({ state: 'paused' })).not.toContain('by 2026-01-07');
    const standing = { kind: 'stopped', why: 'an outage', until: null };
    expect(words({ standing })).toContain('; stopped: its clock stands until the stop of all releases ends');
    expect(words({ standing: { ...standing, kind: 'frozen' } })).toContain('by 2026-01-07');
  });

  it('shows how far a training is before there is anything else to show', () => {
    const training = {
      capability: 'topic',
      epoch: 7,
      epochs: 10,
      step: 1,
      steps: 1,
      loss: 1.1,
      validationAccuracy: 0.57,
      examplesPerSecond: 1240.4,
      done: 0.625,
      secondsLeft: 12,
    };
    const line = lineOf(progressText(justStarted, { training }), 'topic');
    expect(line).toBe('topic epoch 7/10 ██████████░░░░░░ 1,240 examples/s accuracy 0.570 12 s left');
  });

  it.each(Object.entries(all))('%s fits any width', (_, report) => {
    for (const width of [40, 80, 100]) {
      const wide = progressText(report, { width, link: 'http://127.0.0.1:8233/namespaces/default' }).split('\n');
      expect(wide.filter((line) => columns(line) > width)).toEqual([]);
    }
  });
});
