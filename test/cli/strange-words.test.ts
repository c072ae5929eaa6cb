/** What strangers wrote is shown in a terminal, and never obeyed by it. */
import { afterEach, expect, test, vi } from 'vitest';
import { cardFormat, explainedText } from '../../src/cli/card-commands.ts';
import { explainError } from '../../src/cli/exit.ts';
import { table } from '../../src/cli/output.ts';
import { stoppedText } from '../../src/cli/stop-all-command.ts';
import { afterStopText } from '../../src/domain/after-stop.ts';
import { GradusError } from '../../src/domain/errors.ts';

const strange = 'so\u001b[31m\r\nred\u009b';
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

afterEach(() => void vi.restoreAllMocks());

test('an explained answer shows its label and words without control characters', () => {
  const words = [{ word: strange, weight: 1 }];
  const shown = explainedText({ id: null, truth: null, label: strange, confidence: 0.5, words });
  expect(shown).not.toMatch(controls);
  expect(shown.split('\n')).toHaveLength(4);
});

test('a table keeps such cells on their line, and its columns straight beside wide characters', () => {
  const lines = table(
    ['label', 'n'],
    [
      [strange, '1'],
      ['投诉', '2'],
      ['ok', '3'],
    ],
  ).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines.join('')).not.toMatch(controls);
  expect(lines[2]).toBe('投诉           2');
  expect(lines[3]).toBe('ok             3');
});

test('a stop of all releases names them, and who began it, without control characters', () => {
  const stop = { number: 2, by: strange, why: strange, at: '2026-01-01T00:00:00Z', rollBack: false };
  const before = { ...stop, id: 'x', number: 1, end: null };
  const texts = [
    stoppedText({ ...before, ...stop }, before, [strange, 'mail-1'], null),
    afterStopText({ goOn: [strange], held: [{ release: strange, why: strange }] }),
  ];
  for (const text of texts) expect(text).not.toMatch(controls);
  expect(texts[0]?.split('\n')).toHaveLength(3);
});

test('an error that quotes them keeps its own lines alone', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  explainError(new GradusError('DATA_INVALID', `two problems:\n  a\u001b[2J\n  b`));
  expect(said.mock.calls).toEqual([['two problems:\n  a\uFFFD[2J\n  b\nNext: gradus data check --help']]);
});

test('a card is written only into what its name promises', () => {
  expect(['a.html', 'a.HTM', 'a.md', 'a.markdown', undefined].map(cardFormat)).toEqual([
    'page',
    'page',
    'markdown',
    'markdown',
    'markdown',
  ]);
  for (const file of ['card.pdf', 'card', 'html', 'card.html.gz']) {
    expect(() => cardFormat(file), file).toThrow('(.html, .htm) or Markdown (.md, .markdown)');
  }
});
