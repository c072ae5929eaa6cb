/** Cuts a text into the tokens that both the network and the linear baseline count. */

/** Stand for any URL, any mail address and any number; a text may hold them already. */
export const specialTokens = { url: '<url>', address: '<address>', number: '<number>' } as const;

/** Scripts written without spaces: each character is a token. */
const unspaced =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
const wordCharacter = `(?:(?!${unspaced})[\\p{L}\\p{M}\\p{N}])`;

// The order decides: what comes first takes the text. Lengths of a local part are bounded, which keeps this linear.
const kinds = {
  special: '<(?:url|address|number)>',
  url: '(?:https?|ftp):\\/\\/[^\\s"\'<>()]+|(?<![\\p{L}\\p{N}])www\\.[^\\s"\'<>()]+',
  address: '[\\p{L}\\p{N}._%+\\-]{1,64}@[\\p{L}\\p{N}\\-]{1,63}(?:\\.[\\p{L}\\p{N}\\-]{1,63})+',
  number: `\\p{Nd}+(?:[.,:\\/\\-]\\p{Nd}+)*(?!${wordCharacter})`,
  character: `${unspaced}\\p{M}*`,
  word: `${wordCharacter}+(?:'${wordCharacter}+)*`,
  // What tells moods and prices apart; other punctuation would only fill the few tokens that the network reads.
  sign: '[!?$€£%]',
};

const pattern = new RegExp(
  Object.entries(kinds)
    .map(([kind, source]) => `(?<${kind}>${source})`)
    .join('|'),
  'gu',
);

/** Lower-cased (NFKC) words, single characters of unspaced scripts, `!?$€£%`, and the special tokens, in their order. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const match of text.normalize('NFKC').toLowerCase().replaceAll('’', "'").matchAll(pattern)) {
    const groups = match.groups;
    if (groups?.['url'] !== undefined) tokens.push(specialTokens.url);
    else if (groups?.['address'] !== undefined) tokens.push(specialTokens.address);
    else if (groups?.['number'] !== undefined) tokens.push(specialTokens.number);
    else tokens.push(match[0]);
  }
  return tokens;
}
