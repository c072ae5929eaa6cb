/** Comments by theme: what is said in other words of the same thing comes together, in whatever script. */
import { expect, test } from 'vitest';
import { themesAmong, themesOf } from '../../src/statistics/themes.ts';

const comment = (text: string, satisfaction: number | null = null, version = 'a') => ({ text, version, satisfaction });

test('comments with the same words are one theme, the most usual first, with what their users thought', () => {
  const themes = themesOf([
    comment('too slow', 0),
    comment('The answer is too slow', 0, 'b'),
    comment('Slow!!', 0.3),
    comment('very slow answer today', 0.1),
    comment('wrong topic: this is about java', 0.5),
    comment('The topic is wrong'),
    comment('something else entirely'),
  ]);
  expect(themes.map(({ words, comments }) => [words[0], comments])).toEqual([
    ['slow', 4],
    [expect.stringMatching(/topic|wrong/), 2],
  ]);
  expect(themes[0]).toMatchObject({ satisfaction: 0.1, byVersion: { a: 3, b: 1 } });
  expect(themes[0]?.examples).toHaveLength(3);
});

test('texts that differ in case and signs alone are one, and the most usual one is shown first', () => {
  const themes = themesOf([comment('Great!'), comment('great, thanks'), comment('GREAT'), comment('great')]);
  expect(themes).toMatchObject([{ comments: 4, examples: ['Great!', 'great, thanks'], satisfaction: null }]);
});

test('works without spaces between words', () => {
  const themes = themesOf(['回答太慢了', '太慢', '标签错了', '这个标签是错的'].map((text) => comment(text)));
  expect(themes.map(({ comments, words }) => [comments, words.some((word) => /慢|标签/.test(word))])).toEqual([
    [2, true],
    [2, true],
  ]);
});

test('nothing, signs alone and single comments make no theme', () => {
  expect(themesOf([])).toEqual([]);
  expect(themesOf([comment('!!!'), comment('  '), comment('one'), comment('other')])).toEqual([]);
});

test('thousands of comments are looked at in less than a breath', () => {
  const many = Array.from({ length: 2000 }, (_, i) => comment(`word${i % 40} is word${(i * 7) % 400} number${i}`));
  expect(themesOf(many).length).toBeGreaterThan(0);
});

test('among how many comments they were found is known: of the newest, those with the most usual texts', () => {
  const many = Array.from({ length: 450 }, (_, i) => comment(i < 100 ? 'too slow' : `text number${i}`));
  // 100 are one text; of the other 350, the 299 that come first beside it.
  expect(themesAmong(many, 3_001)).toEqual({ all: 3_001, read: 450, counted: 399 });
  expect(themesAmong(many.slice(0, 200), 200)).toEqual({ all: 200, read: 200, counted: 200 });
});
