/** The action that a press or choice stands for: found in the blocks that are there, and in the form that apps are sent. */
import { z } from 'zod';
import type { Json } from './workspace.ts';

const element = z.looseObject({
  type: z.string(),
  action_id: z.string(),
  options: z.array(z.looseObject({ value: z.string() })).optional(),
});
const block = z.looseObject({
  block_id: z.string(),
  elements: z.array(z.unknown()).optional(),
  accessory: z.unknown().optional(),
  element: z.unknown().optional(),
});

export interface Pressed {
  actionId: string;
  /** Where several blocks have the action. */
  blockId?: string;
  /** Which option of a menu was chosen; the user, channel or date of a picker. */
  value?: string;
  /** What was typed or chosen beside it before. */
  values?: Values;
}

/** By block and action: a text, or the state as Slack has it. */
export type Values = Record<string, Record<string, string | Json>>;

/** The action that the element, which must be there, stands for. */
export function actionIn(blocks: Json[], { actionId, blockId, value }: Pressed, ts: string): Json {
  for (const one of z.array(block).parse(blocks)) {
    if (blockId !== undefined && one.block_id !== blockId) continue;
    for (const candidate of [...(one.elements ?? []), one.accessory, one.element]) {
      const found = element.safeParse(candidate);
      if (!found.success || found.data.action_id !== actionId) continue;
      const { options, placeholder: _placeholder, confirm: _confirm, ...rest } = found.data;
      return { ...rest, block_id: one.block_id, ...chosen(rest.type, options, value), action_ts: ts };
    }
  }
  throw new Error(`There is no action ${actionId} in the blocks ${JSON.stringify(blocks)}`);
}

function chosen(type: string, options: Json[] | undefined, value: string | undefined): Json {
  if (type === 'button' || value === undefined) return {};
  if (options !== undefined) {
    const option = options.find((one) => one['value'] === value);
    if (option === undefined) throw new Error(`The menu has no option ${value}: ${JSON.stringify(options)}`);
    return type === 'checkboxes' ? { selected_options: [option] } : { selected_option: option };
  }
  const key = { users_select: 'selected_user', channels_select: 'selected_channel', datepicker: 'selected_date' }[type];
  return { [key ?? 'value']: value };
}

/** The state of all inputs; menus keep what was chosen in it, buttons have none. */
export function stateOf(values: Values = {}, action: Json = { type: 'button' }): Json {
  const { type, block_id, action_id, action_ts: _ts, text: _text, ...selected } = action;
  const before: Record<string, Json> = Object.fromEntries(
    Object.entries(values).map(([blockId, actions]) => [blockId, typed(actions)]),
  );
  if (type === 'button' || type === 'overflow') return { values: before };
  const block = String(block_id);
  return { values: { ...before, [block]: { ...before[block], [String(action_id)]: { type, ...selected } } } };
}

function typed(actions: Record<string, string | Json>): Json {
  const inputs = Object.entries(actions).map(([actionId, value]) => [
    actionId,
    typeof value === 'string' ? { type: 'plain_text_input', value } : value,
  ]);
  return Object.fromEntries(inputs);
}
