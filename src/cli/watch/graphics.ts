/** Bars, sparklines and lists of names, in characters. */
import { clip, columns, type Piece } from '../lines.ts';
import { several } from '../words.ts';

const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A share from 0 to 1 as a bar of `width` columns; more than nothing is never an empty bar. */
export function bar(share: number, width: number): Piece[] {
  const inside = Math.min(1, Math.max(0, share));
  const full = inside > 0 ? Math.max(1, Math.floor(inside * width)) : 0;
  return [
    ['█'.repeat(full), 'accent'],
    ['░'.repeat(width - full), 'dim'],
  ];
}

export interface SparkPoint {
  at: number;
  share: number;
}

/** How a share changed from the first point until `until`: one character for each equal part of that time. */
export function sparkline(points: readonly SparkPoint[], until: number, width: number): string {
  const [first] = points;
  if (first === undefined || width < 1) return '';
  const span = Math.max(1, until - first.at);
  return Array.from({ length: width }, (_, cell) => {
    const at = first.at + (span * (cell + 1)) / width;
    const share = points.findLast((point) => point.at <= at)?.share ?? 0;
    return heights[Math.min(heights.length - 1, Math.floor(share * (heights.length - 1) + (share > 0 ? 0.999 : 0)))];
  }).join('');
}

/** `spam, html and 38 more`: as many names as fit into `width` columns. */
export function someOf(names: readonly string[], width: number): string {
  const all = names.join(', ');
  if (columns(all) <= width || names.length < 2) return clip(all, width);
  for (let shown = names.length - 1; shown > 0; shown--) {
    const text = `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
    if (columns(text) <= width) return clip(text, width);
  }
  const [first = ''] = names;
  const number = several(names.length, 'capability');
  return clip(
    names.length < 4 && width > 12 ? `${clip(first, width - 11)} and ${names.length - 1} more` : number,
    width,
  );
}
