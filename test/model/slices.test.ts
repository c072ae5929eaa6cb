/** Slices by length, script and attribute; their intervals against statsmodels 0.15.0. */
import { expect, test } from 'vitest';
import { type SliceRow, scriptOf, slices } from '../../src/model/slices.ts';

function rowsOf(n: number, text: string, attributes: Record<string, string> = {}): SliceRow[] {
  return Array.from({ length: n }, () => ({ text, attributes }));
}

/** [n]: the first `right` are. */
function first(right: number, n: number): boolean[] {
  return Array.from({ length: n }, (_, index) => index < right);
}

test('slices come worst first, with the gap to the overall accuracy', () => {
  const rows = [...rowsOf(12, 'привет', { source: 'forum' }), ...rowsOf(10, 'hello', { source: 'mail' })];
  const tokens = rows.map(() => 5);
  const found = slices(rows, [...first(3, 12), ...first(7, 10)], tokens);
  const overall = 10 / 22;
  expect(found.map(({ kind, name, value, n }) => [kind, name, value, n])).toEqual([
    ['script', 'script', 'cyrillic', 12],
    ['attribute', 'source', 'forum', 12],
    ['tokens', 'tokens', '0–10', 22],
    ['script', 'script', 'latin', 10],
    ['attribute', 'source', 'mail', 10],
  ]);
  // proportion_confint(3, 12, method='wilson') and (7, 10).
  expect(found[0]).toMatchObject({
    accuracy: 0.25,
    gap: expect.closeTo(0.25 - overall, 12),
    low: expect.closeTo(0.08894166839405476, 12),
    high: expect.closeTo(0.5323053349335658, 12),
  });
  expect(found[2]).toMatchObject({ accuracy: overall, gap: 0 });
  expect(found[3]).toMatchObject({
    accuracy: 0.7,
    gap: expect.closeTo(0.7 - overall, 12),
    low: expect.closeTo(0.39677814746114537, 12),
    high: expect.closeTo(0.8922087325936989, 12),
  });
});

test('none or all right have intervals within 0 and 1', () => {
  const rows = [...rowsOf(12, 'yes', { kind: 'right' }), ...rowsOf(11, 'no', { kind: 'wrong' })];
  const found = slices(
    rows,
    first(12, 23),
    Array.from({ length: 23 }, () => 1),
  ).filter(({ name }) => name === 'kind');
  // proportion_confint(0, 11, method='wilson') and (12, 12).
  expect(found[0]).toMatchObject({
    value: 'wrong',
    low: expect.closeTo(0, 12),
    high: expect.closeTo(0.258832966968, 12),
  });
  expect(found[1]).toMatchObject({
    value: 'right',
    low: expect.closeTo(0.757505993345, 12),
    high: expect.closeTo(1, 12),
  });
  for (let n = 10; n < 200; n++) {
    for (const right of [0, n]) {
      const [all] = slices(
        rowsOf(n, 'a'),
        first(right, n),
        rowsOf(n, 'a').map(() => 1),
      );
      // An interval that ends short of the accuracy itself would make a perfect slice worse than all.
      expect(right === 0 ? all?.low : all?.high).toBe(right / n);
    }
  }
});

test('each length is in its bucket', () => {
  const tokens = [0, 10, 11, 25, 26, 50, 51, 100, 101, 9000].flatMap((count) =>
    Array.from({ length: 10 }, () => count),
  );
  const found = slices(rowsOf(100, 'a'), first(100, 100), tokens).filter(({ kind }) => kind === 'tokens');
  expect(found.map(({ value, n }) => [value, n])).toEqual([
    ['0–10', 20],
    ['11–25', 20],
    ['26–50', 20],
    ['51–100', 20],
    ['101+', 20],
  ]);
});

test('slices of fewer than 10 examples and columns of more than 20 values are left out', () => {
  const rows = Array.from({ length: 210 }, (_, index) => ({
    text: 'a',
    attributes: { many: String(index % 21), few: String(index % 20), ...(index < 9 ? { rare: 'x' } : { other: 'y' }) },
  }));
  const found = slices(
    rows,
    first(100, 210),
    rows.map(() => 30),
  ).filter(({ kind }) => kind === 'attribute');
  expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['few', 'other']));
  expect(found.find(({ name }) => name === 'other')).toMatchObject({ value: 'y', n: 201 });
  expect(found.filter(({ name }) => name === 'few')).toHaveLength(20);
});

test('names that every object has are attributes like others', () => {
  const found = slices(
    rowsOf(10, 'a', { constructor: 'toString' }),
    first(5, 10),
    rowsOf(10, 'a').map(() => 1),
  );
  expect(found.find(({ kind }) => kind === 'attribute')).toMatchObject({
    name: 'constructor',
    value: 'toString',
    n: 10,
  });
  const without = [...rowsOf(10, 'a'), ...rowsOf(10, 'a', { constructor: 'x' })];
  expect(
    slices(
      without,
      first(5, 20),
      without.map(() => 1),
    ).filter(({ kind }) => kind === 'attribute'),
  ).toHaveLength(1);
});

test('no examples have no slices', () => {
  expect(slices([], [], [])).toEqual([]);
});

test.each([
  ['Grüße aus Köln', 'latin'],
  ['今天天气很好', 'han'],
  ['コーヒーをください', 'kana'],
  ['ｶﾀｶﾅ', 'kana'],
  ['東京へ行きたいです', 'kana'],
  ['Привет, Bob', 'cyrillic'],
  ['مرحبا بالعالم', 'arabic'],
  ['สวัสดี', 'other'],
  ['한국어 OK', 'other'],
  ['12 345 !?', 'other'],
  ['', 'other'],
  ['ok、、、。。。。', 'latin'],
])('%j is %s', (text, script) => {
  expect(scriptOf(text)).toBe(script);
});
