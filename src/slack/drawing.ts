/** Marks of a drawing as SVG, in the colours of the report's page on a card of its own: legible on any background. */

export interface Drawn {
  markup: string;
  height: number;
  words: string;
}

export const colours = {
  card: '#ffffff',
  edge: '#d5dae1',
  ink: '#171c24',
  soft: '#566070',
  grid: '#e3e6eb',
  stable: '#97a1b0',
  candidate: '#2f6bd8',
  exposed: '#dbe7fb',
  baseline: '#c98a1b',
  good: '#17804d',
  bad: '#c4332b',
} as const;

/** The one that is drawn with; see picture.ts. */
export const family = 'DejaVu Sans';

export function svg(width: number, height: number, parts: string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${family}">`,
    `<rect width="${width}" height="${height}" fill="${colours.card}"/>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" fill="none" stroke="${colours.edge}"/>`,
    ...parts,
    '</svg>',
  ].join('\n');
}

export interface TextLook {
  size?: number;
  bold?: boolean;
  soft?: boolean;
  anchor?: 'start' | 'middle' | 'end';
}

export function text(x: number, y: number, words: string, look: TextLook = {}): string {
  const { size = 12, bold = false, soft = false, anchor = 'start' } = look;
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${at(x)}" y="${at(y)}" font-size="${size}" fill="${soft ? colours.soft : colours.ink}" text-anchor="${anchor}"${weight}>${escaped(words)}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, colour: string): string {
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="${colour}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: string, wide = 1): string {
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${colour}" stroke-width="${wide}"/>`;
}

export function circle(x: number, y: number, radius: number, fill: string, edge: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="${fill}" stroke="${edge}" stroke-width="2"/>`;
}

/** About as wide as words are; wide scripts are as wide as they are high. */
export function widthOf(words: string, size: number): number {
  const ems = Array.from(words).reduce((sum, character) => sum + (/[\u1100-\uffef]/u.test(character) ? 1 : 0.62), 0);
  return ems * size;
}

function at(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** What XML does not allow at all is left out. */
function escaped(words: string): string {
  return words
    .replace(/\p{Cc}|\p{Surrogate}|[\ufffe\uffff]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
