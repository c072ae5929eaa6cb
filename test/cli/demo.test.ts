import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/cli/demo-approver.ts';
import { demoScreen } from '../../src/cli/demo-screen.ts';
import { eventLines } from '../../src/cli/event-lines.ts';
import { readPlanText } from '../../src/domain/plan-input.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { stageSteps } from '../../src/domain/levels.ts';
import { released, rolledBack, waiting } from '../fixtures/report-mail.ts';

describe('the demo approver', () => {
  it('approves what waits for it when nothing is breached', () => {
    expect(decide(waiting)).toEqual({ kind: 'approve', why: 'nothing that was measured is breached' });
  });

  it('rejects with the reason when a finding of that step is breached', () => {
    const report: ReleaseReport = structuredClone(waiting);
    const finding = report.stages[1]?.verdicts['internal test']?.findings[0];
    if (finding !== undefined) Object.assign(finding, { state: 'breached', reason: 'accuracy 0.3 < 0.4' });
    expect(decide(report)).toEqual({
      kind: 'reject',
      why: 'topic: accuracy >= stable - 1% is breached: accuracy 0.3 < 0.4',
    });
  });

  it('leaves alone what is for others, what it has approved, and what has ended', () => {
    const open = waiting.waiting;
    if (open === null) throw new Error('the sample waits for nobody');
    expect(decide(released)).toBeNull();
    expect(decide({ ...waiting, waiting: { ...open, from: ['ann'] } })).toBeNull();
    expect(decide({ ...waiting, waiting: { ...open, from: [] } })?.kind).toBe('approve');
    expect(decide({ ...waiting, waiting: { ...open, approvedBy: ['demo-approver'] } })).toBeNull();
    expect(decide({ ...waiting, endedAt: open.until })).toBeNull();
  });
});

describe('the demo screen', () => {
  /** What a terminal shows in the end: it obeys "up", "return" and "clear below", as far as the screen uses them. */
  function shown(written: string): string[] {
    const lines: string[] = [''];
    for (const part of written.split(/(\p{Cc}\[\d*[AJ]|\r|\n)/u)) {
      const up = /\p{Cc}\[(\d+)A/u.exec(part);
      if (up !== null) lines.splice(lines.length - 1 - Number(up[1]));
      else if (part === '\n') lines.push('');
      else if (!part.startsWith('\u001b') && part !== '\r') lines[lines.length - 1] += part;
      if (up !== null) lines.push('');
    }
    return lines;
  }

  it('keeps the live part below all lines, and takes it away at the end', () => {
    let written = '';
    const screen = demoScreen({ isTTY: true, rows: 24, write: (text) => (written += text) });
    screen.say('one');
    screen.live('a\nb');
    screen.say('two');
    screen.live('c');
    expect(shown(written)).toEqual(['one', 'two', 'c', '']);
    screen.live('');
    expect(shown(written)).toEqual(['one', 'two', '']);
  });

  it('never draws more than the terminal has rows', () => {
    let written = '';
    const screen = demoScreen({ isTTY: true, rows: 3, write: (text) => (written += text) });
    screen.live('a\nb\nc\nd');
    expect(shown(written)).toEqual(['a', 'b', '']);
  });

  it('writes plain lines with the seconds elsewhere, and no live part', () => {
    let written = '';
    const screen = demoScreen({ write: (text) => (written += text) });
    screen.live('a');
    screen.say('one');
    screen.plain('report');
    expect(written).toMatch(/^ *\d+\.\d s {2}one\nreport\n$/);
  });
});

describe('event lines', () => {
  it('tell each thing once, in the order in which it happened', () => {
    const lines = eventLines(null, rolledBack, () => '');
    expect(lines).toContain('stage 1, gray: 10 % of users');
    expect(lines).toContain('stage 1, internal test: testers');
    expect(lines.at(-1)).toContain('rolled back: all users are on stable: stage 1: satisfaction of html');
    expect(eventLines(rolledBack, rolledBack)).toEqual([]);
    const times = eventLines(null, released).map((line) => line.slice(0, 20));
    expect(times).toEqual([...times].sort());
  });
});

describe('the example plans', () => {
  const plan = (name: string) =>
    readPlanText(readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8'), name);

  it('are of one model: first to all at once, then in three stages through every step, then one with a fault', () => {
    const [first, better, degraded] = ['mail-v1.yaml', 'mail.yaml', 'mail-degraded.yaml'].map(plan);
    if (first === undefined || better === undefined || degraded === undefined) throw new Error('a plan is missing');
    expect(new Set([first.model, better.model, degraded.model]).size).toBe(1);
    expect(stageSteps(first)).toEqual(['internal test', 'full']);
    expect(stageSteps(better)).toEqual(['internal test', 'gray', 'A/B', 'full']);
    expect(better.stages).toMatchObject({
      lists: [
        ['spam', 'html'],
        ['topic', 'automated'],
        ['platform', 'reply'],
      ],
    });
    expect(Object.keys(better.capabilities).sort()).toEqual(Object.keys(first.capabilities).sort());
    expect(Math.max(...degraded.gray.ramp)).toBeLessThan(0.25);
    expect(degraded.candidate).toMatchObject({ kind: 'train', train: { data: 'mail-unstripped' } });
  });
});
