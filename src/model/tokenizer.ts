/** Cuts a text into the tokens that both the network and the linear baseline count. */

/** Stand for any URL, any mail address and any number; a text may hold them already. */
const specialTokens = { url: '<url>', address: '<address>', number: '<number>' } as const;

/** A character of a script that is written without spaces, as a class of regular expressions: each is a token. */
export const unspaced =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
const wordCharacter = `[[\\p{L}\\p{M}\\p{N}]--${unspaced}]`;
// The sign that ends a sentence is not the URL's.
const urlRest = '[^\\s"\'<>\\(\\)]*(?<![.,:;\\!?])';
// The ends of domains that texts name without `http://`; not all that exist, as `e.g.` or `main.py` are none.
const domainEnd = '(?:com|net|org|edu|gov|info|biz|ie|uk|de|us|tv|cc)';

const url = `(?:(?:https?|ftp):\\/\\/|www\\.)${urlRest}`;
const address = '[\\p{L}\\p{N}._%+\\-]{1,64}@[\\p{L}\\p{N}\\-]{1,63}(?:\\.[\\p{L}\\p{N}\\-]{1,63}){0,9}';
const domain = `(?:[a-z0-9\\-]{1,63}\\.){1,5}${domainEnd}(?![\\p{L}\\p{N}])(?:[\\/:]${urlRest})?`;
const number = `\\p{Nd}+(?:[.,:\\/\\-]\\p{Nd}+)*(?!${wordCharacter})`;
const words = `${unspaced}\\p{M}*|${wordCharacter}+(?:'${wordCharacter}+)*`;
// What tells moods and prices apart; other punctuation would only fill the few tokens that the network reads.
const sign = '[\\!?\\$€£%]';

// The order decides: what comes first takes the text. Lengths of names are bounded, which keeps this linear.
const pattern = `<(?:url|address|number)>|(${url})|(${address})|(${domain})|(${number})|${words}|${sign}`;
const inLowerCase = new RegExp(pattern, 'gv');
const inAnyCase = new RegExp(pattern, 'giv');

/** Lower-cased (NFKC) words, single characters of unspaced scripts, `!?$€£%`, and the special tokens, in their order. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const [token, ...groups] of normalised(text).toLowerCase().matchAll(inLowerCase)) {
    tokens.push(special(groups) ?? token);
  }
  return tokens;
}

/** The text with a special token in place of each URL, address and number; its tokens stay the same. */
export function hideSpecials(text: string): string {
  return normalised(text).replace(inAnyCase, (token, ...groups: string[]) => special(groups) ?? token);
}

/** What the pattern's groups caught: a URL, an address, a domain or a number. */
function special(groups: (string | undefined)[]): string | null {
  if (groups[0] !== undefined || groups[2] !== undefined) return specialTokens.url;
  if (groups[1] !== undefined) return specialTokens.address;
  return groups[3] === undefined ? null : specialTokens.number;
}

function normalised(text: string): string {
  return text.normalize('NFKC').replaceAll('’', "'");
}
