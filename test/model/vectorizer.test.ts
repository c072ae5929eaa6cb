/** Words become numbers in a fixed order, and any text becomes something the network can read. */
import { describe, expect, test } from 'vitest';
import { buildVocabulary, createVectorizer, padding, unknown } from '../../src/model/vectorizer.ts';

describe('the vocabulary', () => {
  test('has the most frequent words first, equal ones by code point, and room for padding and unknown words', () => {
    const texts = ['b a c', 'b a', 'b'];
    expect(buildVocabulary(texts, 10)).toEqual(['b', 'a', 'c']);
    expect(buildVocabulary(texts, 4)).toEqual(['b', 'a']);
    // U+FB2C comes before U+20000, though not as UTF-16 units.
    expect(buildVocabulary(['\u{20000} \u{fb2c}x z'], 10).at(-1)).toBe('\u{20000}');
  });

  test('does not depend on the order of the texts', () => {
    const texts = ['one two two', 'three three one', 'four'];
    expect(buildVocabulary(texts.toReversed(), 10)).toEqual(buildVocabulary(texts, 10));
  });
});

describe('a text', () => {
  const vectorize = createVectorizer(['b', 'a'], 4);

  test('is its first words, after as much padding as a short text leaves room for', () => {
    expect([...vectorize('a b')]).toEqual([padding, padding, 3, 2]);
    expect([...vectorize('A new b, b a')]).toEqual([3, unknown, 2, 2]);
  });

  test('has at most ten steps of padding', () => {
    const long = createVectorizer(['b'], 100)('b');
    expect([...long]).toEqual([...Array<number>(10).fill(padding), 2]);
  });

  test.each([
    ['empty', ''],
    ['only spaces', ' \n\t '],
    ['half a character', '\u{d83d}'],
    ['emoji and marks', '👩‍👩‍👧 é \u{0301}\u{0301}'],
    ['controls', '\0\u{7}\u{202e}'],
    ['very long', 'ab '.repeat(3_000_000)],
    ['one very long word', 'x'.repeat(10_000_000)],
    ['a very long gap', `a${' '.repeat(5_000_000)}b`],
  ])('that is %s becomes a sequence, quickly', (_, text) => {
    const started = performance.now();
    const sequence = vectorize(text);
    expect(sequence.length).toBeGreaterThan(0);
    expect(sequence.length).toBeLessThanOrEqual(4);
    expect(performance.now() - started).toBeLessThan(250);
  });
});
