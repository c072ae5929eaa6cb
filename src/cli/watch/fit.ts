/** Puts sections of a screen into the rows that there are: what matters most keeps its lines, the rest is shortened. */
import type { Line } from '../lines.ts';

export interface Section {
  lines: Line[];
  /** Fewer lines than this say nothing. */
  least: number;
  /** 1 is given its rows first. */
  rank: number;
  /** The section in so many lines; left out: its first ones. */
  shorten?(rows: number): Line[];
}

/** `rows` lines at most; empty lines between sections where there is room for them. */
export function fit(sections: readonly Section[], rows: number): Line[] {
  const shown = sections.filter((section) => section.lines.length > 0);
  const ranked = [...shown].sort((a, b) => a.rank - b.rank);
  const given = new Map<Section, number>();
  let left = rows;
  for (const section of ranked) {
    const least = Math.min(section.least, section.lines.length);
    given.set(section, least <= left ? least : 0);
    left -= given.get(section) ?? 0;
  }
  for (const section of ranked) {
    const has = given.get(section) ?? 0;
    if (has === 0) continue;
    const more = Math.min(left, section.lines.length - has);
    given.set(section, has + more);
    left -= more;
  }
  const out: Line[] = [];
  for (const section of shown) {
    const has = given.get(section) ?? 0;
    if (has === 0) continue;
    if (out.length > 0 && left > 0) {
      out.push([]);
      left -= 1;
    }
    const isWhole = has >= section.lines.length;
    out.push(...(isWhole ? section.lines : (section.shorten?.(has) ?? section.lines.slice(0, has))));
  }
  return out.slice(0, rows);
}
