/** Names of a chart's rows, cut to its width: in the middle, since long names often differ only at their end, and so that no two are the same. */
import { widthOf } from './drawing.ts';

const shortest = 3;

/** One label for each name. */
export function labelsOf(names: readonly string[], wide: number, size: number): string[] {
  const cut = (name: string): string => cutInTheMiddle(name, wide, size);
  return names.map((name) => {
    const same = names.filter((other) => other !== name && cut(other) === cut(name));
    if (same.length === 0) return cut(name);
    // Shown from where they begin to differ.
    const from = Math.min(...same.map((other) => sharedLength(name, other)));
    return cutAtEnd(`${name.slice(0, shortest)}…${name.slice(from)}`, wide, size);
  });
}

export function cutAtEnd(words: string, wide: number, size: number): string {
  if (widthOf(words, size) <= wide) return words;
  const characters = Array.from(words);
  while (characters.length > 1 && widthOf(`${characters.join('')}…`, size) > wide) characters.pop();
  return `${characters.join('')}…`;
}

function cutInTheMiddle(words: string, wide: number, size: number): string {
  if (widthOf(words, size) <= wide) return words;
  const characters = Array.from(words);
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const head = Math.floor(kept / 2);
    const text = `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (kept - head)).join('')}`;
    if (widthOf(text, size) <= wide) return text;
  }
  return '…';
}

/** How many characters at their beginning two names share. */
function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
