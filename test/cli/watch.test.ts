/** The live view: what a screen shows for a state and a size, and what keys do. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { columns } from '../../src/cli/lines.ts';
import { choiceFrame, choose } from '../../src/cli/watch/choice.ts';
import { watchFrame } from '../../src/cli/watch/frame.ts';
import { bar, someOf, sparkline } from '../../src/cli/watch/graphics.ts';
import { keysOf } from '../../src/cli/watch/keys.ts';
import { press } from '../../src/cli/watch/press.ts';
import type { Mode, Saying, WatchState } from '../../src/cli/watch/state.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { baking, released, rolledBack, waiting } from '../fixtures/report-mail.ts';
import { at } from '../fixtures/report-parts.ts';
import { fortyCapabilities, sixStages, states, training, watching } from '../fixtures/watch-states.ts';

const sizes = [
  { columns: 20, rows: 3 },
  { columns: 40, rows: 10 },
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
  { columns: 140, rows: 50 },
];
const usual = { columns: 80, rows: 24 };
const shown = (state: WatchState, size = usual): string => watchFrame(state, size, false).join('\n');
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

describe('a screen', () => {
  test.each(Object.entries(states))('%s fills a terminal of any size and no more', (_, state) => {
    for (const size of sizes) {
      const lines = watchFrame(state, size, false);
      expect(lines).toHaveLength(size.rows);
      expect(lines.filter((line) => columns(line) > size.columns)).toEqual([]);
    }
  });

  test.each(Object.entries(states))('%s says the same in colours, and lets no code of a name through', (_, state) => {
    const coloured = watchFrame(state, usual, true).map((line) => stripVTControlCharacters(line).trimEnd());
    expect(coloured).toEqual(watchFrame(state, usual, false));
    expect(shown(state)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  test('shows the steps, each stage with its exposure, the bake’s countdown and what is measured', () => {
    const text = shown(watching(baking), { columns: 100, rows: 30 });
    expect(text).toContain('train ✓   split ✓   internal test ✓   gray release ●   A/B test ○');
    expect(text).toMatch(/● 1 of 3 {2}spam, html .* gray release {4}██░+ {3}10 % {2}▁+▂+/);
    // Baking for 10 s, of which 4 have passed.
    expect(text).toContain('6 s of 10 s left');
    expect(text).toContain('1 open, 5 hold');
    expect(text).toContain('? html  satisfaction >= stable - 5%  +0.031 [−0.093, +0.155]');
    expect(text).toContain('approved by demo-approver: all gates hold');
    expect(text).toContain('/workflows/mail-assistant-2');
  });

  test('what holds a release from outside is said at the top', () => {
    const standing = { kind: 'frozen', why: 'the freeze "weekends" of the policy', until: at(3600) } as const;
    const lines = watchFrame(watching({ ...baking, standing }), usual, false).slice(0, 4);
    expect(oneLine(lines.join(' '))).toContain('stands still: the freeze "weekends" of the policy');
  });

  test('the countdown of a paused release stands still', () => {
    const text = shown(watching({ ...baking, state: 'paused' }));
    expect(text).toContain('paused: its clock stands still');
    expect(text).not.toContain('left');
  });

  test('what waits for a person keeps its question, its clock and the exact command, however little room there is', () => {
    for (const state of [
      watching(waiting),
      watching({ ...fortyCapabilities, waiting: waiting.waiting }),
      states['away'],
    ]) {
      const text = oneLine(shown(state ?? watching(waiting)));
      expect(text).toContain('waits for bo or demo-approver: Stage 2 (topic, automated) passed its internal test.');
      expect(text).toContain('left), else reject');
      expect(text).toContain('gradus release approve mail-assistant-2 --by ann');
      expect(text).toContain('--why REASON');
    }
  });

  test('says you only to whoever is named and can still approve, and otherwise who can', () => {
    const asks = (from: string[], by: string, notBy: string | null = null): string => {
      const asked = waiting.waiting === null ? null : { ...waiting.waiting, from, notBy, approvedBy: [] };
      return oneLine(shown(watching({ ...waiting, waiting: asked }, { by })));
    };
    expect(asks(['ann', 'bo'], 'bo')).toContain('waits for you: Stage 2');
    expect(asks(['ann', 'bo'], 'eve')).toContain('waits for ann or bo: Stage 2');
    expect(asks(['ann', 'bo'], 'bo', 'bo')).toContain('waits for ann: Stage 2');
    expect(asks(['bo'], 'bo', 'bo')).toContain('waits for somebody else than bo, who started it: Stage 2');
    expect(asks([], 'eve')).toContain('waits for anybody who may approve: Stage 2');
    expect(asks([], 'eve', 'bo')).toContain('waits for anybody who may approve but bo, who started it: Stage 2');
    expect(asks([], 'eve')).toContain('needs 2 approvals of anybody who may approve, nobody has approved yet');
  });

  test('a name that a shell would not take as it is stands as NAME in the command', () => {
    expect(shown(watching(waiting, { by: 'ann; rm -rf' }))).toContain('approve mail-assistant-2 --by NAME');
  });

  test('of 120 conditions the broken one and the open ones are shown first, and the rest is counted', () => {
    const lines = watchFrame(watching(fortyCapabilities), usual, false);
    const conditions = lines.filter((line) => /^ {3}[✗?✓] /.test(line));
    expect(conditions[0]).toContain('capability-17');
    expect(conditions.slice(1).every((line) => line.startsWith('   ?'))).toBe(true);
    const more = lines.find((line) => line.includes(' more: '))?.match(/and (\d+) more/)?.[1];
    expect(conditions.length + Number(more)).toBe(120);
  });

  test('with six stages, each that is under way has its own conditions; with little room those around it stay', () => {
    const text = shown(watching(sixStages));
    for (const number of [3, 4]) expect(text).toContain(`stage ${number}, gray release`);
    const small = shown(watching(states['tenStages']?.report ?? sixStages), { columns: 80, rows: 16 });
    expect(small).toContain(' 8 of 10');
    expect(small).toMatch(/… \d before and \d after|… \d before|… \d after/);
  });

  test('says how far the training is, and in a narrow terminal still how long it takes', () => {
    for (const size of [usual, { columns: 140, rows: 50 }]) {
      const text = shown(watching(states['justStarted']?.report ?? baking, { training }), size);
      expect(text).toContain('epoch 7/10');
      expect(text).toContain('1,240 examples/s');
      expect(text).toContain('12 s left');
    }
  });

  test('says why a release was rolled back', () => {
    expect(oneLine(shown(watching(rolledBack)))).toContain(
      'is worse than stable by 0.312 [0.188, 0.436], more than 0.05',
    );
  });
});

describe('graphics', () => {
  test('a bar is as long as its share, and never empty for more than nothing', () => {
    const full = (share: number): number => bar(share, 10)[0]?.[0]?.length ?? 0;
    expect([0, 0.001, 0.5, 1, 7].map(full)).toEqual([0, 1, 5, 10, 10]);
  });

  test('a sparkline has the share at the end of each part of the time', () => {
    const points = [
      { at: 0, share: 0 },
      { at: 50, share: 0.5 },
      { at: 90, share: 1 },
    ];
    expect(sparkline(points, 100, 4)).toBe('▁▅▅█');
    expect(sparkline([], 100, 4)).toBe('');
  });

  test('names fit, whole ones as long as possible', () => {
    expect(someOf(['spam', 'html'], 20)).toBe('spam, html');
    expect(someOf(['spam', 'html', 'topic', 'reply'], 20)).toBe('spam and 3 more');
    expect(columns(someOf(['文本分类', '情感分析', '机器翻译'], 14))).toBeLessThanOrEqual(14);
  });
});

describe('keys', () => {
  test('are told from what a terminal sends', () => {
    const kinds = keysOf('a\u001b[A\u001bOB\r\u007f\u001b\u0003\u001b[15~ü').map((key) => key.kind);
    expect(kinds).toEqual(['character', 'up', 'down', 'enter', 'backspace', 'escape', 'interrupt', 'character']);
    expect(keysOf('\u001b[200~by\rq\u001b[201~')).toEqual([{ kind: 'paste', text: 'by\rq' }]);
  });

  /** Presses one key after the other; gives what was to be said, and how it ended. */
  function pressed(
    report: ReleaseReport,
    keys: string,
  ): { mode: Mode; said: Saying[]; quit: boolean; notices: string[] } {
    let mode: Mode = { kind: 'watching' };
    const [said, notices]: [Saying[], string[]] = [[], []];
    let quit = false;
    for (const key of keysOf(keys)) {
      const result = press({ mode, report, hasOthers: false }, key);
      mode = result.mode;
      if (result.effect.kind === 'say') said.push(result.effect.saying);
      if (result.effect.kind === 'quit') quit = true;
      if (result.notice !== null) notices.push(result.notice.text);
    }
    return { mode, said, quit, notices };
  }

  test('an approval asks why and whether one is sure, and is bound to what was on the screen', () => {
    const { waiting: asked } = waiting;
    expect(pressed(waiting, 'alooks good\rn').said).toEqual([]);
    expect(pressed(waiting, 'alooks good\u001b').said).toEqual([]);
    expect(pressed(waiting, 'alook\u007f\u007fgood\ry').said).toEqual([
      { operation: 'approve', why: 'logood', request: asked?.id, evidence: asked?.digest },
    ]);
  });

  test('a roll back and a pause are confirmed; a release that is not paused is not resumed', () => {
    expect(pressed(baking, 'bcomplaints\ry').said).toMatchObject([{ operation: 'rollback', why: 'complaints' }]);
    expect(pressed(baking, 'b\rx').said).toEqual([]);
    expect(pressed(baking, 'py').said).toMatchObject([{ operation: 'pause' }]);
    expect(pressed(baking, 'ry')).toMatchObject({ said: [], notices: ['It is not paused.'] });
    expect(pressed({ ...baking, state: 'paused' }, 'ry').said).toMatchObject([{ operation: 'resume' }]);
  });

  test('what is not possible says so: nothing waits, or it is over', () => {
    expect(pressed(baking, 'a').notices).toEqual(['Nothing waits for a decision now.']);
    expect(pressed(released, 'b').notices).toEqual(['mail-assistant-2 has ended.']);
  });

  test('pasted words are no keys, and as a reason they lose their control characters', () => {
    expect(pressed(waiting, '\u001b[200~bwhy\ry\u001b[201~')).toMatchObject({ said: [], mode: { kind: 'watching' } });
    expect(pressed(waiting, 'a\u001b[200~so\u001b[31m\nred\u001b[201~\ry').said).toMatchObject([
      { why: 'so\uFFFD[31m red' },
    ]);
  });

  test('q and Ctrl-C quit, also while an answer is waited for; q in a reason is a letter', () => {
    expect(pressed(baking, 'q').quit).toBe(true);
    expect(pressed(baking, '?q').quit).toBe(true);
    expect(pressed(baking, 'py\u0003').quit).toBe(true);
    expect(pressed(baking, 'bq').quit).toBe(false);
  });
});

describe('several releases', () => {
  const open = Array.from({ length: 30 }, (_, index) => ({ ...waiting, id: `release-${index + 1}` }));

  test('are listed with what they wait for, and the marked one is always on the screen', () => {
    for (const size of sizes.slice(1)) {
      const lines = choiceFrame({ open, marked: 'release-30', away: [] }, size, false);
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      expect(lines.filter((line) => columns(line) > size.columns)).toEqual([]);
      expect(lines.join('\n')).toContain('▶  30  release-30');
    }
    expect(choiceFrame({ open, marked: '', away: [] }, usual, false).join('\n')).toContain('waits for a person');
  });

  test('are chosen by arrows, Enter, and numbers', () => {
    const key = (text: string, marked = 'release-2') =>
      choose({ open, marked, away: [] }, keysOf(text)[0] ?? { kind: 'clear' });
    expect(key('\u001b[B')).toEqual({ kind: 'marked', id: 'release-3' });
    expect(key('\u001b[A', 'release-1')).toEqual({ kind: 'marked', id: 'release-1' });
    expect(key('\r')).toEqual({ kind: 'chosen', id: 'release-2' });
    expect(key('7')).toEqual({ kind: 'chosen', id: 'release-7' });
    expect(key('q')).toEqual({ kind: 'quit' });
    expect(key('z')).toBeNull();
  });
});
