/** What a request says to whoever decides: the same words that a person reads, also where there are many of them. */
import { describe, expect, test } from 'vitest';
import type { ReleaseReport, Waiting } from '../../src/domain/report.ts';
import type { Finding } from '../../src/domain/verdict.ts';
import { chartOf } from '../../src/slack/chart.ts';
import { requestMessage } from '../../src/slack/request-message.ts';
import { widthOf } from '../../src/slack/drawing.ts';
import { waiting as sample } from '../fixtures/report-mail.ts';
import { examination, liveFinding } from '../fixtures/report-parts.ts';
import { asText } from '../support/slack/as-text.ts';

const names = Array.from(
  { length: 40 },
  (_, i) => `a-capability-whose-name-is-as-long-as-it-may-be-for-users-${i + 100}`,
);

/** Asks about 40 capabilities whose conditions stand in the order of the plan: the last but one is broken, 38 are open. */
function many(): { report: ReleaseReport; waiting: Waiting } {
  const { stages, waiting } = structuredClone(sample);
  if (waiting === null) throw new Error('nothing waits');
  const findings = names.flatMap((name, i): Finding[] => {
    const state = i === 38 ? 'breached' : i === 0 ? 'holds' : 'open';
    const numbers = { stable: 0.8, candidate: 0.8 - i / 1000, half: 0.1, n: 100 };
    return [
      liveFinding(name, 'error rate <= stable + 1%', 'errorRate', { ...numbers, state: 'holds' }),
      liveFinding(name, 'p99 <= 1.5 stable', 'p99Ms', { ...numbers, state: 'holds' }),
      liveFinding(name, 'satisfaction >= stable - 5%', 'satisfaction', { ...numbers, state }),
    ];
  });
  const examinations = names.map((name, i) =>
    examination(name, 500, { stable: 0.8, candidate: 0.9 - i / 1000, baseline: 0.7, half: 0.02 }),
  );
  const question = `gray release went well; go on with ${names.join(', ')}?`;
  const asked = { ...waiting, step: 'gray' as const, question, findings };
  const own = stages.map((one) => (one.number === 2 ? { ...one, capabilities: names, examinations } : one));
  return { report: { ...sample, stages: own, waiting: asked }, waiting: asked };
}

const read = (report: ReleaseReport, waiting: Waiting): string => asText(requestMessage(report, waiting, null).blocks);

describe('a request about 40 capabilities with long names', () => {
  const { report, waiting } = many();
  const text = read(report, waiting);

  test('names a few, counts the others, and always says what changes for whom', () => {
    const few = `40 capabilities: ${names.slice(0, 3).join(', ')} and 37 more`;
    expect(text).toContain(`go on with ${few}?*`);
    expect(text).toMatch(new RegExp(`\\d+ % .*get ${few} next`));
    expect(text.split('\n').slice(0, 2).join('').length).toBeLessThan(1000);
  });

  test('shows what is broken first, then what is open, and says how many of which kind it leaves out', () => {
    const conditions = text.split('\n').filter((line) => /^[✗○✓] /.test(line));
    expect(conditions[0]).toContain(names[38]);
    expect(conditions[1]).toMatch(/^○ /);
    const shown = (mark: string): number => conditions.filter((line) => line.startsWith(mark)).length;
    expect(shown('✗')).toBe(1);
    expect(text).toContain(`_not shown: ${38 - shown('○')} open and ${81 - shown('✓')} that hold_`);
  });

  test('does not say that it went well while conditions are open', () => {
    expect(text).toContain('gray release is over; go on with');
    expect(text).not.toContain('went well');
    const held = waiting.findings.map((one) => ({ ...one, state: 'holds' as const }));
    expect(read(report, { ...waiting, findings: held })).toContain('gray release went well; go on with');
    // Nothing that was measured is nothing that went well.
    expect(read(report, { ...waiting, findings: [] })).toContain('gray release is over; go on with');
  });

  test('stays within what Slack takes, and its closed form keeps what was to change', () => {
    const closed = { request: waiting, outcome: 'approved' as const, at: waiting.until, by: 'ann', why: '' };
    const done = { ...report, stages: report.stages.map((one) => ({ ...one, exposure: 1 })) };
    for (const { blocks } of [requestMessage(report, waiting, null), requestMessage(done, waiting, closed)]) {
      for (const block of blocks) expect(asText([block]).length).toBeLessThanOrEqual(3000);
    }
    expect(asText(requestMessage(done, waiting, closed).blocks)).not.toContain('100 %)');
  });
});

describe('the chart of many capabilities', () => {
  const { report, waiting } = many();
  const labels = (svg: string): string[] =>
    [...svg.matchAll(/<text x="24"[^>]*>(a-c[^<]*)</g)].map((match) => match[1] ?? '');

  test('shows the broken and the open first, each by a label of its own that has room', () => {
    const stages = report.stages.map((one) => (one.number === 2 ? { ...one, exposure: 0.1 } : one));
    const exposures = [{ at: waiting.since, stage: 2, step: 'gray' as const, share: 0.1, revision: 3 }];
    const { svg = '', words = '' } = chartOf({ ...report, stages, exposures }, waiting) ?? {};
    expect(words).toMatch(new RegExp(`Candidate − stable: ${names[38]}: satisfaction -0.038`));
    const shown = labels(svg);
    expect(shown).toHaveLength(10);
    expect(new Set(shown).size).toBe(10);
    for (const label of shown) {
      expect(label).toMatch(/^a-c.*….*-1\d\d$/);
      expect(widthOf(label, 12)).toBeLessThanOrEqual(178);
    }
    expect(svg).toContain('and 110 more');
  });

  test('of an internal test begins with what is furthest behind stable', () => {
    const { words = '' } = chartOf({ ...report, exposures: [] }, { ...waiting, findings: [] }) ?? {};
    expect(words).toMatch(new RegExp(`^Accuracy: ${names[39]} 0.861, ${names[38]} 0.862`));
  });
});
