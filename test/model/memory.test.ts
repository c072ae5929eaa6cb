/** What a training that cannot fit is told to do. */
import { expect, test } from 'vitest';
import { newMemory } from '../../src/model/memory.ts';
import type { NetworkShape } from '../../src/model/shape.ts';

const shape: NetworkShape = {
  pooling: 'last',
  vocabulary: 10_000,
  embedding: 128,
  units: 128,
  heads: [{ capability: 'label', labels: ['a', 'b'] }],
};
const size = { batch: 32, longest: 100 };

test.each([
  ['wide networks', { units: 4096, embedding: 4096 }, {}, 'train.units (4096) or train.embedding (4096)'],
  [
    'long texts in large batches',
    {},
    { batch: 8192, longest: 1000 },
    'train.units (128), train.batch (8192) or train.length (1000)',
  ],
  ['a huge vocabulary', { vocabulary: 4_000_000 }, {}, 'train.vocabulary (4000000) or train.embedding (128)'],
])('%s are told the settings that take the room, and no others', (_, ofShape, ofSize, causes) => {
  const make = () => newMemory({ ...shape, ...ofShape }, { ...size, ...ofSize }, 2);
  expect(make).toThrow(/^Training would need [\d.]+ GiB for one network/);
  expect(make).toThrow(`lower ${causes}.`);
});
