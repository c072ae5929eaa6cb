/** What Slack takes as blocks: the kinds, their fields and the documented limits. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { checked, SlackError } from './slack-error.ts';
import type { Json } from './workspace.ts';

const blockId = z.string().max(255).optional();
const actionId = z.string().min(1).max(255).optional();

export const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

const text = (max: number) =>
  z.discriminatedUnion('type', [
    plainText(max),
    z.strictObject({
      type: z.literal('mrkdwn'),
      text: z.string().min(1).max(max),
      verbatim: z.boolean().optional(),
    }),
  ]);

const confirm = z
  .strictObject({
    title: plainText(100),
    text: text(300),
    confirm: plainText(30),
    deny: plainText(30),
    style: z.enum(['primary', 'danger']).optional(),
  })
  .optional();

const image = z.strictObject({
  type: z.literal('image'),
  image_url: z.string().max(3000).optional(),
  slack_file: z.looseObject({}).optional(),
  alt_text: z.string().max(2000),
  title: plainText(2000).optional(),
  block_id: blockId,
});

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: actionId,
  url: z.string().max(3000).optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm,
  accessibility_label: z.string().max(75).optional(),
});

const option = z.looseObject({ text: text(75), value: z.string().max(150) });
const chooser = <T extends string>(type: T, min: number, max: number) =>
  z.looseObject({ type: z.literal(type), action_id: actionId, options: z.array(option).min(min).max(max), confirm });
const picker = <T extends string>(type: T) => z.looseObject({ type: z.literal(type), action_id: actionId, confirm });

const menus = [
  chooser('static_select', 1, 100),
  chooser('overflow', 1, 5),
  chooser('radio_buttons', 1, 10),
  chooser('checkboxes', 1, 10),
  picker('multi_static_select'),
  picker('users_select'),
  picker('channels_select'),
  picker('conversations_select'),
  picker('datepicker'),
  picker('timepicker'),
  picker('datetimepicker'),
] as const;

const element = z.discriminatedUnion('type', [button, ...menus]);

const input = z.discriminatedUnion('type', [
  ...menus,
  z.looseObject({
    type: z.literal('plain_text_input'),
    action_id: actionId,
    initial_value: z.string().max(3000).optional(),
    max_length: z.int().min(1).max(3000).optional(),
    placeholder: plainText(150).optional(),
  }),
  picker('number_input'),
  picker('email_text_input'),
  picker('url_text_input'),
  picker('rich_text_input'),
]);

/** Kinds of which only the name is looked at. */
const other = <T extends string>(type: T) => z.looseObject({ type: z.literal(type), block_id: blockId });

const block = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('section'),
      block_id: blockId,
      text: text(3000).optional(),
      fields: z.array(text(2000)).min(1).max(10).optional(),
      accessory: z.discriminatedUnion('type', [image, button, ...menus]).optional(),
      expand: z.boolean().optional(),
    })
    .refine((section) => section.text !== undefined || section.fields !== undefined, 'missing required field: text'),
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plainText(150) }),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z
      .array(z.discriminatedUnion('type', [image, ...text(3000).options]))
      .min(1)
      .max(10),
  }),
  z.strictObject({ type: z.literal('actions'), block_id: blockId, elements: z.array(element).min(1).max(25) }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({
    type: z.literal('input'),
    block_id: blockId,
    label: plainText(2000),
    element: input,
    hint: plainText(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('markdown'), block_id: blockId, text: z.string().min(1).max(12_000) }),
  image,
  other('rich_text'),
  other('table'),
  other('video'),
  other('file'),
]);

const anyBlock = z.looseObject({ block_id: z.string().optional(), elements: z.array(z.looseObject({})).optional() });

/** The blocks as Slack keeps them; the error is the code's, or the one that blocks alone have. */
export function readBlocks(value: unknown, { max, code, at }: { max: number; code: string; at: string }): Json[] {
  checked(z.array(block).max(max), value, { code, at });
  const blocks = z.array(anyBlock).parse(value);
  const twice = [
    ...repeated(blocks.map((one) => one.block_id)).map(
      (id) => `\`block_id\` "${id}" already exists [json-pointer:${at}]`,
    ),
    ...blocks.flatMap(({ elements = [] }, index) =>
      repeated(elements.map((one) => one['action_id'])).map(
        (id) => `\`action_id\` "${id}" already exists for another element [json-pointer:${at}/${index}/elements]`,
      ),
    ),
  ];
  if (twice.length > 0) throw new SlackError(code, twice);
  return blocks.map(completed);
}

function repeated(ids: unknown[]): string[] {
  const known = ids.filter((id) => typeof id === 'string');
  return known.filter((id, index) => known.indexOf(id) !== index);
}

/** Slack names the blocks and actions that the app has not named, and writes down its defaults. */
function completed(one: Json): Json {
  const named = filled(one);
  return { ...named, block_id: one['block_id'] ?? randomBytes(3).toString('base64url') };
}

function filled(one: Json): Json {
  const inner = Object.entries(one).map(([key, value]) => [key, filledValue(value)]);
  const defaults: Json = {};
  if (one['type'] === 'plain_text') defaults['emoji'] = true;
  if (one['type'] === 'mrkdwn') defaults['verbatim'] = false;
  if (one['type'] === 'button') defaults['action_id'] = randomBytes(3).toString('base64url');
  return { ...defaults, ...Object.fromEntries(inner) };
}

function filledValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledValue);
  const object = z.record(z.string(), z.unknown()).safeParse(value);
  return object.success ? filled(object.data) : value;
}
