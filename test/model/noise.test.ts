/** Noise is the same each time, and does what it says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, typos, upperCase } from '../../src/model/noise.ts';
import { createRandom } from '../../src/model/random.ts';

/** Gives these numbers, one after the other. */
function told(...numbers: number[]): () => number {
  return () => numbers.shift() ?? 0;
}

// For each word: whether it is hit, what happens (swap, drop or double), and where.
test.each([
  ['hello', [0, 0, 0], 'ehllo'],
  ['hello', [0, 0, 0.99], 'helol'],
  ['hello', [0, 0, 0.5], 'helo'],
  ['hello', [0, 0.4, 0], 'ello'],
  ['hello', [0, 0.4, 0.99], 'hell'],
  ['hello', [0, 0.9, 0.2], 'heello'],
  ['hello world', [0.6, 0, 0, 0], 'hello owrld'],
  ['今天天气', [0.6, 0, 0, 0], '今天气天'],
])('%j with %j is %j', (text, numbers, expected) => {
  expect(typos(text, 0.5, told(...numbers))).toBe(expected);
});

test('typos are the same for the same seed, none at a rate of 0, and in each longer word at 1', () => {
  const text = 'Dear Ms. Müller, I paid 25 € for it – 🙂 thank you!';
  expect(typos(text, 0.5, createRandom(3))).toBe(typos(text, 0.5, createRandom(3)));
  expect(typos(text, 0, createRandom(3))).toBe(text);
  const words = text.match(/\p{L}+/gu) ?? [];
  const noisy = typos(text, 1, createRandom(3)).match(/\p{L}+/gu) ?? [];
  expect(noisy).toHaveLength(words.length);
  for (const [index, word] of words.entries()) expect(noisy[index] === word).toBe(word.length === 1);
  expect(typos('', 1, createRandom(3))).toBe('');
});

test('about the rate of the words have a typo, and all else stays', () => {
  const noisy = typos('word '.repeat(2000), 0.1, createRandom(1)).split(' ').slice(0, -1);
  expect(noisy).toHaveLength(2000);
  const hit = noisy.filter((word) => word !== 'word').length;
  // Five standard deviations of a binomial of 2000 and 0.1.
  expect(Math.abs(hit - 200)).toBeLessThan(5 * Math.sqrt(2000 * 0.1 * 0.9));
  const rest = /[\p{L}\p{M}]+/gu;
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, seed) => {
      const noisy = typos(text, 1, createRandom(seed));
      expect(noisy.replaceAll(rest, '')).toBe(text.replaceAll(rest, ''));
      expect(noisy).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});

test('upper case is that of no language in particular', () => {
  expect(upperCase('Straße, i – дом, 東京')).toBe('STRASSE, I – ДОМ, 東京');
});

test.each([
  ['one two  three\nfour', 0.5, 'one two'],
  ['one two  three\nfour', 0.75, 'one two  three'],
  ['one two three', 0.01, 'one'],
  ['one two three', 1, 'one two three'],
  ['one two three ', 1, 'one two three '],
  ['one two three', 0, ''],
  ['今天天气很好。', 0.5, '今天天气'],
  ['สวัสดี', 0.5, 'สวั'],
  ['今天 very good', 0.5, '今天'],
  ['', 0.5, ''],
  ['  ', 0.5, '  '],
])('of %j, a share of %d is %j', (text, share, expected) => {
  expect(cut(text, share)).toBe(expected);
});

test('a cut text is the beginning of the text, and longer the larger the share', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), share, share, (text, a, b) => {
      const [short, long] = [cut(text, Math.min(a, b)), cut(text, Math.max(a, b))];
      expect(text.startsWith(long) && long.startsWith(short)).toBe(true);
    }),
  );
});
