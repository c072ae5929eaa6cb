/** Near-duplicates and threads share a group, whatever the order they come in. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupTexts, jaccard, shingles } from '../../src/datasets/groups.ts';
import type { Groupable } from '../../src/datasets/groups.ts';

const words = (text: string) => text.split(' ').filter((word) => word !== '');
const mail = (id: string, text: string, more: Partial<Groupable> = {}): Groupable => ({
  id,
  tokens: words(text),
  links: [],
  ...more,
});

test('copies with some words changed are one group, other texts are not', () => {
  const text = 'buy the best toner for your printer now and save money on every page that you print this year';
  const groups = groupTexts([
    mail('b', text),
    mail('a', text.replace('printer', 'copier')),
    mail('c', 'an entirely different text about linux on a laptop with a broken modem and no manual'),
  ]);
  expect([...groups]).toEqual([
    ['b', 'a'],
    ['a', 'a'],
    ['c', 'c'],
  ]);
});

test('mails of one subject, and those that refer to one another or to the same missing mail, are one group', () => {
  const groups = groupTexts([
    mail('a', 'one', { links: ['lunch'] }),
    mail('b', 'two', { links: ['lunch', '<2@x>'] }),
    mail('c', 'three', { links: ['<3@x>', '<2@x>'] }),
    mail('d', 'four', { links: ['<4@x>', '<gone@x>'] }),
    mail('e', 'five', { links: ['<5@x>', '<gone@x>'] }),
    mail('f', 'six'),
  ]);
  expect([...groups.values()]).toEqual(['a', 'a', 'a', 'd', 'd', 'f']);
});

test('texts of one or two words are alike only when equal, empty ones never', () => {
  const groups = groupTexts([mail('a', 'hi you'), mail('b', 'hi you'), mail('c', 'hi'), mail('d', ''), mail('e', '')]);
  expect([...groups.values()]).toEqual(['a', 'a', 'c', 'd', 'e']);
});

test('similarity is the share of common runs of three words', () => {
  expect(jaccard(shingles(words('a b c d')), shingles(words('b c d e')))).toBeCloseTo(1 / 3);
  expect(jaccard(shingles(words('a b c')), shingles(words('c b a')))).toBe(0);
  expect(jaccard(shingles([]), shingles([]))).toBe(0);
});

const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
const mails = fc
  .array(fc.record({ tokens: text, links: fc.subarray(['s', 't'], { maxLength: 1 }) }), { maxLength: 12 })
  .map((all) => all.map((one, index) => ({ ...one, id: `m${index}` })));

test('the order of mails changes nothing', () => {
  fc.assert(
    fc.property(
      mails.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const [one, other] = [groupTexts(all), groupTexts(shuffled)];
        for (const { id } of all) expect(other.get(id)).toBe(one.get(id));
      },
    ),
  );
});

test('groups are those that comparing all pairs gives, but for a rare pair near the threshold', () => {
  let [found, all] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(
        text.filter(({ length }) => length > 4),
        { minLength: 2, maxLength: 8 },
      ),
      (texts) => {
        const plain = texts.map((tokens, index) => ({ id: `m${index}`, tokens, threadSubject: '', links: [] }));
        const groups = groupTexts(plain);
        const parents = texts.map((_, index) => index);
        const root = (index: number): number => (parents[index] === index ? index : root(parents[index] ?? index));
        for (const [a, left] of texts.entries()) {
          for (const [b, right] of texts.entries()) {
            if (a >= b || jaccard(shingles(left), shingles(right)) < 0.5) continue;
            all++;
            if (groups.get(`m${a}`) === groups.get(`m${b}`)) found++;
            parents[root(b)] = root(a);
          }
        }
        // Nothing is joined that all pairs would not join.
        for (const [a] of texts.entries()) {
          for (const [b] of texts.entries())
            if (groups.get(`m${a}`) === groups.get(`m${b}`)) expect(root(a)).toBe(root(b));
        }
      },
    ),
    { numRuns: 600, seed: 1 },
  );
  expect(all).toBeGreaterThan(100);
  expect(found / all).toBeGreaterThan(0.98);
});
