/** Markup as a template: whatever is put into it is escaped, unless it is markup of the same making. */
import { clean, columns } from '../lines.ts';

export interface Html {
  readonly markup: string;
}

export type Part = Html | string | number | null | readonly Part[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { markup: strings.reduce((out, text, index) => out + written(parts[index - 1] ?? null) + text) };
}

function written(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'number') return String(Number(part.toFixed(3)));
  if (typeof part === 'string') {
    // A number and its per cent sign stay on one line.
    return clean(part)
      .replace(/[&<>"']/g, (character) => entities[character] ?? '')
      .replaceAll(' %', '\u00a0%');
  }
  if ('markup' in part) return part.markup;
  return part.map(written).join('');
}

/** Text whose line breaks matter, for `<pre>`. */
export function lines(text: string): Part {
  return text.split('\n').flatMap((line): Part[] => [line, { markup: '\n' }]);
}

/** Width of a column of names, in characters, as a CSS variable: no wider than they need, nor than a reader bears. */
export function labelWidth(names: readonly string[]): string {
  return `--label:${Math.min(22, Math.max(8, ...names.map(columns)) + 1)}ch`;
}

/** A position in per cent of the width, so that a drawing fits any width without scaling its text. */
export function at(share: number): string {
  return `${Number((Math.min(1, Math.max(0, share)) * 100).toFixed(3))}%`;
}
