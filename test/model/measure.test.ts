/** Metrics against scikit-learn's, on labels of which one is never predicted and one does not occur. */
import { expect, test } from 'vitest';
import { measure, micro } from '../../src/model/measure.ts';
import expected from '../fixtures/measures.json' with { type: 'json' };

test('accuracy, precision, recall, F1 and confusion are those of scikit-learn', () => {
  const { labels, truth, predicted } = expected;
  const got = measure(labels, truth, predicted);
  const near = (value: number): unknown => expect.closeTo(value, 12);
  const nearAll = (values: Record<string, number>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, near(value)]));
  expect(got.n).toBe(truth.length);
  expect(got.accuracy).toEqual(near(expected.accuracy));
  expect(got.macro).toEqual(nearAll(expected.macro));
  expect(got.weighted).toEqual(nearAll(expected.weighted));
  expect(got.confusion).toEqual(expected.confusion);
  for (const [label, values] of Object.entries(expected.perClass)) expect(got.perClass[label]).toEqual(nearAll(values));
});

test('a label that nobody listed is an error, not a silent loss', () => {
  expect(() => measure(['a', 'b'], ['a'], ['c'])).toThrow('c is not among the labels');
});

test('no examples give zeros', () => {
  const { n, accuracy, macro } = measure(['a', 'b'], [], []);
  expect({ n, accuracy, macro }).toEqual({ n: 0, accuracy: 0, macro: { precision: 0, recall: 0, f1: 0 } });
});

test('micro means are those of scikit-learn 1.9.1', () => {
  // precision_recall_fscore_support(truth, predicted, average='micro')
  const { labels, truth, predicted } = expected;
  const fixture = micro(measure(labels, truth, predicted));
  expect(fixture).toEqual({ precision: 0.65, recall: 0.65, f1: 0.65 });
  const neverTrue = measure(['a', 'b', 'c', 'd', 'e'], ['a', 'a', 'b', 'c', 'c'], ['a', 'b', 'b', 'c', 'd']);
  expect(micro(neverTrue)).toEqual({ precision: 0.6, recall: 0.6, f1: 0.6 });
  expect(micro(measure(['a'], [], []))).toEqual({ precision: 0, recall: 0, f1: 0 });
});
