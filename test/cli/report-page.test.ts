import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at as position, html } from '../../src/cli/page/html.ts';
import { drawn } from '../../src/cli/page/limits.ts';
import { scaleOver, timeScale } from '../../src/domain/scale.ts';
import { reportPage } from '../../src/cli/report-page.ts';
import { baking, justStarted, released, rolledBack, waiting } from '../fixtures/report-mail.ts';
import { chinese, longNames, tenStages } from '../fixtures/report-many.ts';
import { estimate, finding } from '../fixtures/report-parts.ts';
import { unbalanced } from '../support/markup.ts';

const all = { baking, justStarted, released, rolledBack, waiting, chinese, longNames, tenStages };
/** What a reader sees, on one line. */
function text(page: string): string {
  const body = page.slice(page.indexOf('<body>')).replace(/<title>[^<]*<\/title>/g, '');
  return body.replace(/<[^>]*>/g, ' ').replace(/[\s\u00a0]+/g, ' ');
}

describe('reportPage', () => {
  it.each(Object.entries(all))('%s is whole, and needs nothing from anywhere', (_, report) => {
    const page = reportPage(report);
    expect(unbalanced(page, ['path'])).toEqual([]);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|(?:src|href)=/);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it('escapes whatever a name or a reason holds', () => {
    const page = reportPage(longNames);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp;');
    expect(page).not.toContain('\u001b');
  });

  it('names every drawing for those who do not see it', () => {
    for (const svg of reportPage(released).match(/<svg[^>]*>/g) ?? []) {
      expect(svg).toMatch(/role="img"[\s\S]*aria-label="[^"]+"|height="16"|overflow="visible"/);
    }
    expect(reportPage(tenStages)).toContain(
      'aria-label="70 of 100 capabilities are with all users at t = 6, P = 0.70."',
    );
  });

  it('draws the table of the paper: columns as tall as N(t), the plan around them', () => {
    const page = reportPage(tenStages);
    const heights = (kind: string): number[] =>
      [...page.matchAll(new RegExp(`<rect\\s+class="${kind}"[^>]*?height="([\\d.]+)"\\s+rx="2"`, 'g'))].map((one) =>
        Number(one[1]),
      );
    expect(heights('planned')).toEqual([20, 40, 60, 80, 100, 120, 140, 160, 180, 200]);
    expect(heights('candidate')).toEqual([20, 40, 60, 80, 100, 120, 140]);
  });

  it('says in words what was measured, where the baseline is better, and why it went back', () => {
    expect(text(reportPage(released))).toContain('The linear baseline is better at 5 of 6 capabilities');
    expect(text(reportPage(rolledBack))).toContain('html: satisfaction is worse than stable by 0.312');
    expect(text(reportPage(rolledBack))).toContain('at most 10 % of users at one time (stage 1, gray release)');
    expect(text(reportPage(chinese))).toContain('stage 2 was rejected by 王芳');
    expect(text(reportPage(waiting))).toContain('Needs 2 approvals of ann, bo, demo-approver; approved by ann so far.');
  });
});

describe('html', () => {
  it('lets no markup out of a value, in text or in an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const { markup } = html`<p title="${value}">${value}</p>`;
        expect(markup.match(/[<>]/g)).toHaveLength(4);
        expect(markup.match(/"/g)).toHaveLength(2);
      }),
    );
  });

  it('keeps every position inside the drawing', () => {
    expect([position(-1), position(0.125), position(2)]).toEqual(['0%', '12.5%', '100%']);
  });
});

describe('scales', () => {
  it('cover their values with round ticks', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const scale = scaleOver(values);
        for (const value of values) {
          expect(scale.of(value)).toBeGreaterThanOrEqual(-1e-6);
          expect(scale.of(value)).toBeLessThanOrEqual(1 + 1e-6);
        }
        expect(scale.ticks.length).toBeLessThanOrEqual(14);
      }),
    );
    expect(scaleOver([0, 100], 4).ticks).toEqual([0, 50, 100]);
    expect(scaleOver([-0.04, 0.26], 4).ticks).toEqual([-0.1, 0, 0.1, 0.2, 0.3]);
  });

  it('count time in seconds, minutes or days, as long as it is', () => {
    expect(timeScale(75_000).ticks).toEqual([0, 15_000, 30_000, 45_000, 60_000, 75_000]);
    expect(timeScale(50 * 86_400_000).ticks).toEqual([0, 14, 28, 42].map((days) => days * 86_400_000));
  });
});

describe('limits', () => {
  const measured = { candidate: estimate(14, 1, 50), stable: estimate(12, 1, 50), difference: estimate(2, 1, 50) };

  it('are drawn on the difference where the condition is stable and a margin', () => {
    const shape = drawn(finding('spam', 'satisfaction >= stable - 5%', measured));
    expect(shape).toMatchObject({ of: 'difference', limit: -0.05, allowed: 'above' });
  });

  it('are drawn on the value of the candidate where the condition is a multiple of stable, or a number', () => {
    expect(drawn(finding('spam', 'p99Ms <= 1.5 stable', measured))).toMatchObject({
      of: 'candidate',
      limit: 18,
      allowed: 'below',
    });
    expect(drawn(finding('spam', 'accuracy > 0.9', measured))).toMatchObject({ of: 'candidate', limit: 0.9 });
  });

  it('are left out where a condition is more than one comparison, or nothing was measured', () => {
    const both = drawn(finding('spam', 'accuracy >= 0.9 and recall.spam >= 0.8', measured));
    expect(both).toMatchObject({ of: 'difference', limit: null });
    expect(drawn(finding('spam', 'accuracy >= 0.9', {}))).toBeNull();
    expect(drawn(finding('spam', 'p99Ms <= 1.5 stable', { candidate: estimate(14, 1, 50) }))).toMatchObject({
      limit: null,
    });
  });
});
