/** How a text is cut into tokens. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideSpecials, tokenize } from '../../src/model/tokenizer.ts';

test.each([
  ['lower-cases words and drops most punctuation', 'Hello, World -- it works.', ['hello', 'world', 'it', 'works']],
  ['keeps signs that carry a mood or a price', 'Only $5!', ['only', '$', '<number>', '!']],
  [
    'makes one token of a URL, an address and a number',
    'See http://a.example/b?c=1, mail ann@example.org at 12:30',
    ['see', '<url>', 'mail', '<address>', 'at', '<number>'],
  ],
  ['keeps special tokens that a text already holds', 'go <url> or <address>', ['go', '<url>', 'or', '<address>']],
  ['keeps apostrophes inside words, also curly ones', "Don't 'quote' don’t", ["don't", 'quote', "don't"]],
  ['keeps words that hold digits', 'mp3 and 2nd', ['mp3', 'and', '2nd']],
  ['normalises full-width letters and ligatures', 'ＦＲＥＥ ﬁle', ['free', 'file']],
  ['keeps letters of other alphabets', 'Grüße, привет', ['grüße', 'привет']],
  ['joins a letter and its combining mark', 'cafe\u0301', ['café']],
  ['cuts Chinese and Japanese into characters', '很好3月、ありが', ['很', '好', '<number>', '月', 'あ', 'り', 'が']],
  ['does not take a dot or a bracket after a URL for a word', '(www.example.com) x', ['<url>', 'x']],
  ['has nothing for an empty text', ' \n', []],
])('%s', (_name, text, tokens) => {
  expect(tokenize(text)).toEqual(tokens);
});

test('is idempotent on its own special tokens', () => {
  const once = tokenize('Call 555-1234 or see https://x.example by <b>now</b>');
  expect(tokenize(once.join(' '))).toEqual(once);
});

test('takes linear time on a hostile text', () => {
  const text = 'a.'.repeat(200_000);
  const started = performance.now();
  tokenize(text);
  expect(performance.now() - started).toBeLessThan(3000);
});

test('hiding URLs, addresses and numbers keeps the other words as they are written, and all tokens', () => {
  expect(hideSpecials('Ask Ann@Example.org, or see Example.COM/x: 3 of B2B.')).toBe(
    'Ask <address>, or see <url>: <number> of B2B.',
  );
  const pieces = [
    'a',
    'B2',
    '7',
    '.',
    ',',
    '@',
    ' ',
    '-',
    'x.com',
    'http://',
    'www.',
    '/',
    '3月',
    "'",
    '<url>',
    'é',
    '(',
    'µ',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (some) => {
      const text = some.join('');
      expect(tokenize(hideSpecials(text))).toEqual(tokenize(text));
    }),
    { numRuns: 3000 },
  );
});
