/** The documented limits of blocks: what is within them is taken, one more is refused, and Slack says what and where. */
import { describe, expect, test } from 'vitest';
import { readBlocks } from './block-kit.ts';

const read = (blocks: unknown) => readBlocks(blocks, { max: 50, code: 'invalid_blocks', at: '/blocks' });
const times = <T>(length: number, make: (n: number) => T): T[] => Array.from({ length }, (_, n) => make(n));

const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const button = (more: object = {}) => ({ type: 'button', action_id: 'approve', text: plain(1), ...more });
const actions = (...elements: object[]) => [{ type: 'actions', elements }];
const fields = (count: number, length: number) => [{ type: 'section', fields: times(count, () => mrkdwn(length)) }];

describe('limits', () => {
  test.each([
    ['blocks', (n: number) => times(n, () => ({ type: 'divider' })), 50, 'no more than 50 items allowed', ''],
    [
      'text of a section',
      (n: number) => [{ type: 'section', text: mrkdwn(n) }],
      3000,
      'must be less than 3001 characters',
      '/0/text/text',
    ],
    [
      'header',
      (n: number) => [{ type: 'header', text: plain(n) }],
      150,
      'must be less than 151 characters',
      '/0/text/text',
    ],
    ['fields', (n: number) => fields(n, 1), 10, 'no more than 10 items allowed', '/0/fields'],
    ['text of a field', (n: number) => fields(1, n), 2000, 'must be less than 2001 characters', '/0/fields/0/text'],
    [
      'context',
      (n: number) => [{ type: 'context', elements: times(n, () => mrkdwn(1)) }],
      10,
      'no more than 10 items allowed',
      '/0/elements',
    ],
    [
      'actions',
      (n: number) => actions(...times(n, (one) => button({ action_id: `a${one}` }))),
      25,
      'no more than 25 items allowed',
      '/0/elements',
    ],
    [
      'text of a button',
      (n: number) => actions(button({ text: plain(n) })),
      75,
      'must be less than 76 characters',
      '/0/elements/0/text/text',
    ],
    [
      'name of an action',
      (n: number) => actions(button({ action_id: 'x'.repeat(n) })),
      255,
      'must be less than 256 characters',
      '/0/elements/0/action_id',
    ],
    [
      'value',
      (n: number) => actions(button({ value: 'x'.repeat(n) })),
      2000,
      'must be less than 2001 characters',
      '/0/elements/0/value',
    ],
  ])('%s', (_what, make, max, words, pointer) => {
    expect(read(make(max))).not.toEqual([]);
    expect(refusedWith(make(max + 1))).toEqual([`${words} [json-pointer:/blocks${pointer}]`]);
  });
});

test.each([
  [
    'an empty text',
    [{ type: 'section', text: mrkdwn(0) }],
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'a header in mrkdwn',
    [{ type: 'header', text: mrkdwn(1) }],
    'must be a valid enum value [json-pointer:/blocks/0/text/type]',
  ],
  [
    'an unknown field',
    [{ type: 'divider', colour: 'red' }],
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  ['an unknown kind', [{ type: 'chart' }], 'unsupported type [json-pointer:/blocks/0/type]'],
  ['an empty section', [{ type: 'section' }], 'missing required field: text [json-pointer:/blocks/0]'],
  ['an empty header', [{ type: 'header' }], 'missing required field: text [json-pointer:/blocks/0]'],
  [
    'one action twice',
    actions(button(), button()),
    '`action_id` "approve" already exists for another element [json-pointer:/blocks/0/elements]',
  ],
  [
    'one block twice',
    times(2, () => ({ type: 'divider', block_id: 'a' })),
    '`block_id` "a" already exists [json-pointer:/blocks]',
  ],
])('refuses %s', (_what, blocks, detail) => {
  expect(refusedWith(blocks)).toEqual([detail]);
});

test('writes down names and defaults as Slack does', () => {
  expect(read(actions(button()))).toEqual([
    {
      type: 'actions',
      block_id: expect.stringMatching(/^.+$/),
      elements: [{ type: 'button', action_id: 'approve', text: { type: 'plain_text', text: 'x', emoji: true } }],
    },
  ]);
});

function refusedWith(blocks: unknown): unknown {
  try {
    read(blocks);
  } catch (error) {
    return Object(error).details;
  }
  return 'taken';
}
