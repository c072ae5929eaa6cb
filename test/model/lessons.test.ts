/** Corrections as training examples: what versions are measured by stays unseen, and what users said counts. */
import { describe, expect, test } from 'vitest';
import type { Dataset, Example } from '../../src/datasets/dataset.ts';
import { asLesson } from '../../src/domain/redact.ts';
import { usableLessons, withLessons } from '../../src/model/lessons.ts';

const words = (seed: number): string => Array.from({ length: 30 }, (_, i) => `w${(seed * 31 + i * 7) % 997}`).join(' ');
const example = (id: string, text: string, label = 'ham'): Example => ({ id, text, labels: { spam: label } });
const dataset: Dataset = {
  name: 'd',
  digest: 'd',
  labels: { spam: ['ham', 'spam'] },
  part: (part) => [example(`${part}-1`, words({ train: 1, validation: 2, 'held-out': 3 }[part]))],
};

describe('lessons', () => {
  test('that are among what versions are measured by, or nearly, are left out', () => {
    const lessons = [1, 2, 3, 4].map((seed) => example(`lesson-${seed}`, words(seed), 'spam'));
    const nearly = example('lesson-5', `${words(3)} and a word more`, 'spam');
    expect(usableLessons([...lessons, nearly], dataset).map(({ id }) => id)).toEqual(['lesson-1', 'lesson-4']);
  });

  test('are known again where they lost their personal data', () => {
    const raw = (seed: number): string =>
      `${words(seed)} call 0906 170 1461 or write to ann@example.org now ${words(seed + 40)}`;
    const held: Dataset = {
      ...dataset,
      part: (part) => [example(`${part}-1`, raw({ train: 1, validation: 2, 'held-out': 3 }[part]))],
    };
    const lessons = [1, 2, 3].map((seed) => example(`lesson-${seed}`, asLesson(raw(seed)), 'spam'));
    expect(usableLessons(lessons, held).map(({ id }) => id)).toEqual(['lesson-1']);
    expect(withLessons(held.part('train'), lessons.slice(0, 1))).toEqual([{ ...example('lesson-1', raw(1), 'spam') }]);
  });

  test('come beside the data, and count more than the label that the data has for the same text', () => {
    const examples = [
      { ...example('a', 'same text'), attributes: { list: 'x' } },
      { id: 'b', text: 'other', labels: { topic: 't' } },
    ];
    const lessons = [example('lesson-1', 'same text', 'spam'), example('lesson-2', 'new text', 'spam')];
    expect(withLessons(examples, lessons)).toEqual([
      { id: 'lesson-1', text: 'same text', labels: { spam: 'spam' }, attributes: { list: 'x' } },
      { id: 'b', text: 'other', labels: { topic: 't' } },
      lessons[1],
    ]);
  });
});
