/** The linear baseline answers as scikit-learn does. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { fitLinear } from '../../src/model/linear-baseline.ts';

const cases = z
  .array(
    z.object({
      name: z.string(),
      options: z.object({ c: z.number(), balanced: z.boolean(), minDocuments: z.number() }),
      texts: z.array(z.string()),
      labels: z.array(z.string()),
      asked: z.array(z.string()),
      answers: z.array(z.object({ label: z.string(), confidence: z.number() })),
    }),
  )
  .parse(JSON.parse(await readFile(new URL('../fixtures/linear-baseline.json', import.meta.url), 'utf8')));

test.each(cases)('answers as scikit-learn does: $name', ({ options, texts, labels, asked, answers }) => {
  const model = fitLinear(texts, labels, { ...options, iterations: 1000, tolerance: 1e-8 });
  const given = model.predict(asked);
  expect(given.map(({ label }) => label)).toEqual(answers.map(({ label }) => label));
  for (const [index, { confidence }] of given.entries()) {
    expect(confidence).toBeCloseTo(answers[index]?.confidence ?? NaN, 4);
  }
});

test('gives the same model for the same input', () => {
  const [first] = cases;
  const fit = () => fitLinear(first?.texts ?? [], first?.labels ?? []).predict(first?.asked ?? []);
  expect(fit()).toEqual(fit());
});

test('with the default options it is near where scikit-learn ends', () => {
  for (const { texts, labels, asked, options } of cases) {
    const stopped = fitLinear(texts, labels, options).predict(asked);
    const ended = fitLinear(texts, labels, { ...options, iterations: 1000, tolerance: 1e-8 }).predict(asked);
    for (const [index, { confidence }] of stopped.entries()) {
      expect(Math.abs(confidence - (ended[index]?.confidence ?? NaN))).toBeLessThan(0.02);
    }
  }
});

test('knows a single label', () => {
  expect(fitLinear(['a b', 'b c'], ['only', 'only']).predict(['a', ''])).toEqual([
    { label: 'only', confidence: 1 },
    { label: 'only', confidence: 1 },
  ]);
});
