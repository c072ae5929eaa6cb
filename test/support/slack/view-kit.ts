/** What Slack takes as a modal or an App Home. */
import { z } from 'zod';
import { plainText, readBlocks } from './block-kit.ts';
import { checked } from './slack-error.ts';
import type { Json } from './workspace.ts';

const modal = z.strictObject({
  type: z.literal('modal'),
  title: plainText(24),
  blocks: z.array(z.unknown()),
  close: plainText(24).optional(),
  submit: plainText(24).optional(),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
  external_id: z.string().max(255).optional(),
  submit_disabled: z.boolean().optional(),
});

const home = z.strictObject({
  type: z.literal('home'),
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
});

/** A view as the app may open or publish it; a view has up to 100 blocks. */
export function readView(value: unknown, type: 'modal' | 'home'): Json & { blocks: Json[] } {
  const view = type === 'modal' ? checked(modal, value, { at: '/view' }) : checked(home, value, { at: '/view' });
  return { ...view, blocks: readBlocks(view.blocks, { max: 100, code: 'invalid_arguments', at: '/view/blocks' }) };
}
