/** What a release is started with by hand: what nobody knows is refused with the field that was meant. */
import { expect, test } from 'vitest';
import { insistReleaseInput } from '../../src/domain/release-input.ts';

test.each([
  [{ plan: 'mail' }],
  [{ plan: { model: 'm' }, by: 'ann', queue: true }],
  [{ plan: null, by: null, queue: null }],
  [{ plan: 'mail', by: 'ann', iteration: 'mail-1' }],
])('%j is taken', (input) => {
  expect(() => insistReleaseInput(input)).not.toThrow();
});

test.each([
  [{ plan: 'mail', que: true }, 'que: there is no such field (did you mean queue?)'],
  [{ plan: 'mail', Queue: true }, 'Queue: there is no such field (did you mean queue?)'],
  [{ plan: 'mail', at: 'now' }, 'at: there is no such field (known: plan, by, queue)'],
  [{ plan: 'mail', queue: 'yes' }, 'queue: it has to be true or false'],
  [{ plan: 'mail', by: 5 }, 'by: it has to be a text'],
])('%j is refused', (input, problem) => {
  expect(() => insistReleaseInput(input)).toThrow(
    expect.objectContaining({ code: 'REQUEST_INVALID', problems: [problem] }),
  );
});

test('every problem is named at once', () => {
  expect(() => insistReleaseInput({ plan: 'mail', queue: 1, que: true, bye: 'ann' })).toThrow(
    /queue: it has[^]*que: there[^]*bye: there is no such field \(did you mean by\?\)[^]*Nothing was started/,
  );
});
