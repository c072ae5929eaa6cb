/** Lines of text for a terminal: pieces with a tone, cut to a width in columns (wide characters count two). */

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'bold' | 'accent';
export type Piece = string | readonly [text: string, tone: Tone];
export type Line = readonly Piece[];

const codes: Record<Tone, readonly [number, number]> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  accent: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const zero = /\p{Mark}|[\u200b-\u200f\u2060]/u;

function columnsOf(character: string): number {
  if (zero.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Columns that a text takes in a terminal. */
export function columns(text: string): number {
  let sum = 0;
  for (const character of text) sum += columnsOf(character);
  return sum;
}

const segmenter = new Intl.Segmenter();

/** What a person takes for one character, also where it is made of several. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Takes out what could move the cursor, colour the rest or turn its direction; line breaks become spaces. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ');
}

/** The beginning of a text, at most `width` columns, with `…` where something is missing. */
export function clip(text: string, width: number): string {
  const cleaned = clean(text);
  if (columns(cleaned) <= width) return cleaned;
  let out = '';
  let used = 0;
  for (const character of cleaned) {
    const next = columnsOf(character);
    if (used + next > width - 1) break;
    out += character;
    used += next;
  }
  return width < 1 ? '' : `${out.trimEnd()}…`;
}

/** Exactly `width` columns: cut, or filled with spaces on the side that `align` leaves free. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = clip(text, width);
  const space = ' '.repeat(Math.max(0, width - columns(cut)));
  return align === 'left' ? cut + space : space + cut;
}

/** Breaks a text into lines of at most `width` columns, between words where that is possible. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const push = (part: string): void => {
    if (line !== '' && columns(line) + 1 + columns(part) <= width) line += ` ${part}`;
    else {
      if (line !== '') lines.push(line);
      line = part;
    }
  };
  for (const word of clean(text).split(' ')) {
    if (word === '') continue;
    let rest = word;
    while (columns(rest) > width) {
      let head = '';
      for (const character of rest) {
        if (columns(head) + columnsOf(character) > width) break;
        head += character;
      }
      if (head === '') break;
      push(head);
      rest = rest.slice(head.length);
    }
    push(rest);
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Draws lines: each cut to `width`, coloured only where `colour` asks for it. */
export function draw(lines: readonly Line[], options: { colour: boolean; width: number }): string {
  return lines.map((line) => drawLine(line, options)).join('\n');
}

function drawLine(line: Line, options: { colour: boolean; width: number }): string {
  let left = options.width;
  let out = '';
  for (const piece of line) {
    const [text, tone] = typeof piece === 'string' ? [piece, null] : piece;
    const shown = clip(text, left);
    left -= columns(shown);
    if (shown === '') continue;
    const code = options.colour && tone !== null ? codes[tone] : null;
    out += code === null ? shown : `\u001b[${code[0]}m${shown}\u001b[${code[1]}m`;
    if (left <= 0) break;
  }
  return out.trimEnd();
}
