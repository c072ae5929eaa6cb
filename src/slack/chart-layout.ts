/** Where things of a chart stand, in the units of the drawing, and what all its parts have: a heading, a legend, how many are left out. */
import { rect, text, widthOf } from './drawing.ts';

export const width = 720;
export const pad = 24;
export const labels = 190;
const numbers = 170;
export const row = 34;
export const left = pad + labels;
export const right = width - pad - numbers;
/** Rows of one chart; what is left over is counted. */
export const most = 10;

export function heading(words: string): string {
  return text(pad, 12, words, { bold: true, size: 13 });
}

export function legend(entries: (readonly [string, string])[]): string {
  let x = left;
  return entries
    .map(([name, colour]) => {
      const at = x;
      x += widthOf(name, 12) + 38;
      return rect(at, 23, 12, 10, colour) + text(at + 18, 32, name, { soft: true });
    })
    .join('');
}

export function more(count: number, y: number): string {
  return count > most ? text(pad, y, `and ${count - most} more`, { soft: true }) : '';
}
