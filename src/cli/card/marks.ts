/** Small pieces that the drawings and tables of a card are made of. */
import { clean, clip } from '../lines.ts';
import { at, html, type Html, type Part } from '../page/html.ts';
import type { Scale } from '../../domain/scale.ts';

/** A label or another name of somebody's making: cut where it is long, whole on touch, its direction kept to itself. */
export function named(name: string, width = 40): Html {
  if (clean(name).trim() === '') return html`<i class="muted">(empty)</i>`;
  const short = clip(name, width);
  return short === clean(name) ? html`<bdi>${short}</bdi>` : html`<bdi title="${name}">${short}</bdi>`;
}

export interface Mark {
  /** How it is drawn: a tone of a difference, or whose value it is. */
  kind: 'good' | 'bad' | 'unclear' | 'own' | 'linear' | 'other';
  value: number;
  /** Null: a point without a whisker. */
  interval: { low: number; high: number } | null;
  /** Where a line stands to compare with. */
  line: number | null;
  words: string;
}

const height = 22;

/** A point with its interval on a scale. */
export function mark(scale: Scale, { kind, value, interval, line, words }: Mark): Html {
  const x = (one: number): string => at(scale.of(one));
  const middle = height / 2;
  return html`<svg role="img" aria-label="${words}" width="100%" height="${height}">
    ${scale.ticks.map((tick) => html`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="${height}" />`)}
    ${line === null ? null : html`<line class="zero" x1="${x(line)}" x2="${x(line)}" y1="0" y2="${height}" />`}
    ${
      interval === null
        ? null
        : html`<line
            class="whisker ${kind}"
            x1="${x(interval.low)}"
            x2="${x(interval.high)}"
            y1="${middle}"
            y2="${middle}"
          />`
    }
    <circle class="point ${kind}" cx="${x(value)}" cy="${middle}" r="4.5"><title>${words}</title></circle>
  </svg>`;
}

/** The ticks of `mark`'s scale; where there is little room, its ends and 0 alone. */
export function ticks(scale: Scale, written: (tick: number) => string, isNarrow = false): Html {
  const zero = scale.ticks.includes(0) ? scale.of(0) : null;
  // An end close to 0 has no room beside it.
  const isShown = (tick: number, index: number): boolean =>
    tick === 0 ||
    ((index === 0 || index === scale.ticks.length - 1) && (zero === null || Math.abs(scale.of(tick) - zero) > 0.4));
  const shown = isNarrow ? scale.ticks.filter(isShown) : scale.ticks;
  return html`<svg width="100%" height="16" aria-hidden="true">
    ${shown.map((tick) => html`<text class="tick mid" x="${at(scale.of(tick))}" y="12">${written(tick)}</text>`)}
  </svg>`;
}

/** A column's title; `text` is aligned to the left, and what is `odd` is left out on a phone. */
export type Column = string | { text: string } | { title: Part; kind: 'drawn' | 'drawn odd' | 'odd' };

/** A table in a frame that scrolls where it is wider than the page. */
export function tableOf(columns: readonly Column[], rows: readonly Html[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => {
            if (typeof column === 'string') return html`<th scope="col">${column}</th>`;
            if ('text' in column) return html`<th scope="col" class="text">${column.text}</th>`;
            return html`<th class="${column.kind}">${column.title}</th>`;
          })}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** A table of which the first `shown` rows are seen, the others on demand. */
export function foldedTable(columns: readonly Column[], rows: readonly Html[], shown: number): Html {
  if (rows.length <= shown + 2) return tableOf(columns, rows);
  return html`${tableOf(columns, rows.slice(0, shown))}
    <details class="more">
      <summary>${rows.length - shown} more</summary>
      ${tableOf(columns, rows.slice(shown))}
    </details>`;
}
