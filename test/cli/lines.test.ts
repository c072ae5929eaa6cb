import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cell, clip, columns, draw, wrap } from '../../src/cli/lines.ts';

describe('lines', () => {
  it('counts columns as terminals do: two for Chinese, none for a combining accent', () => {
    expect(columns('spam')).toBe(4);
    expect(columns('文本分类')).toBe(8);
    expect(columns('e\u0301')).toBe(1);
  });

  it('cuts a wide text at a whole character and says that something is missing', () => {
    expect(clip('文本分类', 6)).toBe('文本…');
    expect(clip('文本分类', 8)).toBe('文本分类');
    expect(cell('文本', 6, 'right')).toBe('  文本');
  });

  it('fills a cell to exactly its width, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(columns(cell(text, width))).toBe(width);
      }),
    );
  });

  it('wraps without losing a character', () => {
    fc.assert(
      fc.property(fc.lorem({ mode: 'words', maxCount: 30 }), fc.integer({ min: 4, max: 60 }), (text, width) => {
        const lines = wrap(text, width);
        expect(lines.every((line) => columns(line) <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });

  it('lets no control character through, so that a name cannot write to the terminal', () => {
    const drawn = draw([['a\u001b[2Jb\r\nc\u202ed']], { colour: false, width: 40 });
    expect(drawn).toBe('a [2Jb c d');
  });

  it('cuts a line of many pieces to its width, and colours only when asked', () => {
    const line = ['one ', ['two', 'good'], ' three'] as const;
    const coloured = draw([line], { colour: true, width: 9 });
    expect(coloured).toContain('\u001b[32mtwo\u001b[39m');
    expect(stripVTControlCharacters(coloured)).toBe('one two…');
    expect(draw([line], { colour: false, width: 9 })).toBe('one two…');
  });
});
