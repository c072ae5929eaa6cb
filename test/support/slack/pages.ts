/** Cursor pagination as Slack has it: a page, and a cursor that names the item with which the next one begins. */
import { SlackError } from './slack-error.ts';

export interface Page<T> {
  items: T[];
  /** Empty after the last page. */
  nextCursor: string;
}

export function pageOf<T>(items: T[], nameOf: (item: T) => string, cursor: string | undefined, limit: number): Page<T> {
  let start = 0;
  if (cursor !== undefined && cursor !== '') {
    const name = /^next:(.+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
    start = items.findIndex((item) => nameOf(item) === name);
    if (start === -1) throw new SlackError('invalid_cursor');
  }
  const next = items[start + limit];
  return {
    items: items.slice(start, start + limit),
    nextCursor: next === undefined ? '' : Buffer.from(`next:${nameOf(next)}`).toString('base64'),
  };
}
