/** Arguments of Web API methods, which come as form fields (structures as JSON within) or as one JSON body. */
import { z } from 'zod';
import { readBlocks } from './block-kit.ts';
import { SlackError } from './slack-error.ts';
import type { Json } from './workspace.ts';

export interface Called {
  method: string;
  token: string | undefined;
  args: Json;
}

const object = z.record(z.string(), z.unknown());

/** A token in the body counts only in a form; with JSON it must be in the header. */
export function readCall(url: URL, headers: NodeJS.Dict<string | string[]>, body: string): Called {
  const method = url.pathname.slice('/api/'.length);
  const type = String(headers['content-type'] ?? '').split(';')[0];
  const bearer = /^Bearer (.+)$/.exec(String(headers['authorization'] ?? ''))?.[1];
  if (type === 'application/json') {
    const args = object.safeParse(parsed(body));
    if (!args.success) throw new SlackError('invalid_json');
    return { method, token: bearer, args: args.data };
  }
  if (body !== '' && type !== 'application/x-www-form-urlencoded') throw new SlackError('invalid_post_type');
  const fields = new URLSearchParams(body);
  const { token, ...args } = Object.fromEntries([...url.searchParams, ...fields]);
  return { method, token: bearer ?? token, args };
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True and false as forms write them. */
export const flag = z.preprocess((value) => {
  if (value === 'true' || value === '1' || value === 1) return true;
  if (value === 'false' || value === '0' || value === 0) return false;
  return value;
}, z.boolean());

export const count = z.coerce.number().int();

/** A structure, or its JSON. */
export function structured<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return z.preprocess((value) => (typeof value === 'string' ? parsed(value) : value), schema);
}

/** Characters of the JSON of all blocks together: not documented, but refused beyond about this in practice. */
const maxBlocksLength = 13_200;

/** The blocks of a message. */
export function messageBlocks(value: unknown): Json[] | undefined {
  if (value === undefined || value === '') return undefined;
  const blocks = typeof value === 'string' ? parsed(value) : value;
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format');
  const read = readBlocks(blocks, { max: 50, code: 'invalid_blocks', at: '/blocks' });
  if (JSON.stringify(blocks).length > maxBlocksLength) throw new SlackError('msg_blocks_too_long');
  return read;
}
