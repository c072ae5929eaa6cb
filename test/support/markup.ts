/** Looks at pages without a browser. */

const empty = new Set(['meta', 'br', 'rect', 'line', 'circle']);

/** Names of elements that are opened and never closed, or closed and never opened; `also` may stay open. */
export function unbalanced(page: string, also: readonly string[] = []): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = ''] of page.replace(/<!doctype html>/, '').matchAll(/<(\/?)([a-z0-9]+)(?:\s[^<>]*)?>/g)) {
    if (empty.has(name) || also.includes(name)) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
