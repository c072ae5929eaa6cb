/** Texts as the network reads them: numbers of words in a vocabulary. */
import type { Sequence } from './packing.ts';
import { tokenize } from './tokenizer.ts';

/** Ids that stand for no word; those of the vocabulary follow. */
export const padding = 0;
export const unknown = 1;
export const reserved = 2;

/**
 * Keras pads short texts in front, and the LSTM does a little better when it has run over some of that padding: so many
 * steps are kept of it, for texts shorter than the length by at least as many.
 */
export const leadingPads = 10;

/** Of a very long text, no more characters than this for each token are looked at. */
const charactersPerToken = 60;

/** The most frequent words of `texts`, the most frequent first, equals in the order of their code points. */
export function buildVocabulary(texts: Iterable<string>, size: number): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const token of tokenize(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || byCodePoints(a, b))
    .slice(0, Math.max(0, size - reserved))
    .map(([word]) => word);
}

export type Vectorizer = (text: string) => Sequence;

/** The tokens of a text that are read. */
export function readTokens(text: string, length: number): string[] {
  return tokenize(text.slice(0, length * charactersPerToken)).slice(0, length);
}

/** Reads the first `length` tokens of a text; an empty one becomes padding, so no sequence is empty. */
export function createVectorizer(vocabulary: string[], length: number): Vectorizer {
  const ids = new Map(vocabulary.map((word, index) => [word, index + reserved]));
  return (text) => {
    const tokens = readTokens(text, length);
    const pads = Math.min(leadingPads, Math.max(length - tokens.length, tokens.length === 0 ? 1 : 0));
    const sequence = new Int32Array(pads + tokens.length).fill(padding, 0, pads);
    for (const [index, token] of tokens.entries()) sequence[pads + index] = ids.get(token) ?? unknown;
    return sequence;
  };
}

/** UTF-8 keeps the order of code points; JavaScript's own comparison does not, beyond the basic plane. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
