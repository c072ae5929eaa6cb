/** Texts made worse on purpose, the same way each time, to see what a version still gets right. */
import { unspaced } from './tokenizer.ts';

// There, two characters stand for a word.
const character = `${unspaced}\\p{M}*`;
const words = new RegExp(`(?:(?=\\p{L})${character}){1,2}|(?:(?!${character})[\\p{L}\\p{M}])+`, 'gu');
/** Characters of unspaced scripts, and between them what stands between spaces. */
const units = new RegExp(`${character}|(?:(?!${character})\\S)+`, 'gu');

/**
 * The text with an error in a `rate` (0 to 1) of its words of at least two letters: two neighbours swapped, one letter
 * left out, or one doubled. `random` gives numbers from 0 (included) to 1 (not).
 */
export function typos(text: string, rate: number, random: () => number): string {
  return text.replaceAll(words, (word) => {
    const letters = Array.from(word);
    return letters.length < 2 || random() >= rate ? word : mistyped(letters, random);
  });
}

/** The text as one who shouts would write it; the same in every locale. */
export function upperCase(text: string): string {
  return text.toUpperCase();
}

/**
 * The text up to the end of the first `share` (0 to 1) of its words; of scripts without spaces, of its characters. Of a
 * share above 0, one remains at least.
 */
export function cut(text: string, share: number): string {
  const ends = Array.from(text.matchAll(units), ({ index, 0: unit }) => index + unit.length);
  if (!(share > 0)) return '';
  if (share >= 1) return text;
  return text.slice(0, ends[Math.max(1, Math.round(share * ends.length)) - 1]);
}

/** Never the word itself: equal neighbours cannot be swapped, so one of them is left out. */
function mistyped(letters: string[], random: () => number): string {
  const kind = Math.floor(random() * 3);
  const place = Math.floor(random() * (kind === 0 ? letters.length - 1 : letters.length));
  const [letter = '', next = ''] = letters.slice(place);
  if (kind === 0 && letter !== next)
    return letters
      .with(place, next)
      .with(place + 1, letter)
      .join('');
  return letters.with(place, kind === 2 ? letter + letter : '').join('');
}
