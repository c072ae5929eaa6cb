/** Markdown that no text from outside can change: what it holds is shown, never obeyed. */
import { clean, clip } from '../lines.ts';

/** Shows as itself in a sentence and in a cell of a table. */
const written: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // A backslash before it does not help where another stands before that.
  '|': '&#124;',
  // GitHub sets mathematics between dollars.
  $: '&#36;',
  // The space of no width keeps it from calling somebody, or from becoming an address.
  '@': '@&#8203;',
};

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Text of strangers on one line: cut where it is long, without markup, its direction kept to itself. */
export function plain(text: string, width = 60): string {
  const short = clip(text, width).replace(/\s+/gu, ' ').trim();
  if (short === '') return '*(empty)*';
  const escaped = short
    .replace(/[&<>|$@]/g, (character) => written[character] ?? '')
    .replace(/[\\`*_[\]~]/g, String.raw`\$&`)
    // What begins a heading, a list or a quotation, or rules off; and `://`, which becomes a link.
    .replace(/#(?!8203;|36;|124;)/g, String.raw`\#`)
    .replace(/^([-+=:])/, String.raw`\$1`)
    .replace(/^(\d+)([.)])/, String.raw`$1\$2`)
    .replaceAll('://', '&#58;//')
    .replace(/www\./gi, (start) => `${start.slice(0, 3)}&#46;`);
  return rightToLeft.test(escaped) ? `\u2068${escaped}\u2069` : escaped;
}

/** A table; cells are Markdown already. The first column and those named in `left` are aligned to the left. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [0],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (left.includes(index) ? ':--' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** A digest or another name that is nothing but letters and digits. */
export function code(text: string): string {
  return `\`${clean(text).replace(/[`|\\]/g, '')}\``;
}
