/** What comments are about: texts with the same words put together, by TF-IDF and hierarchical clustering. */
import { agnes } from 'ml-hclust';
import { eng, removeStopwords, zho } from 'stopword';
import type { Comment, Theme, ThemesAmong } from '../domain/feedback.ts';

/** Clustering takes the square of these. */
const mostTexts = 300;
/** Two texts are about the same where their cosine distance is less, on average over their groups. */
const farthest = 0.85;
const mostThemes = 20;
const wordsShown = 3;
const examplesShown = 3;

interface Group {
  text: string;
  comments: Comment[];
  words: Set<string>;
}

/** How many of `comments`, the newest of `all`, themes are found among. */
export function themesAmong(comments: readonly Comment[], all: number): ThemesAmong {
  const groups = sameTexts(comments);
  const countOf = (some: readonly Group[]): number => some.reduce((sum, group) => sum + group.comments.length, 0);
  return { all: Math.max(all, comments.length), read: comments.length, counted: countOf(groups.slice(0, mostTexts)) };
}

/** Themes by how many comments they have; those of one comment are left out. `comments` newest first. */
export function themesOf(comments: readonly Comment[]): Theme[] {
  const groups = sameTexts(comments).slice(0, mostTexts);
  if (groups.length === 0) return [];
  const weights = weightsOf(groups);
  const vectors = groups.map(({ words }) => vectorOf(words, weights));
  const distances = vectors.map((a) => vectors.map((b) => 1 - cosine(a, b)));
  const [only] = groups;
  const clusters =
    groups.length === 1 && only !== undefined
      ? [[only]]
      : agnes(distances, { method: 'average', isDistanceMatrix: true })
          .cut(farthest)
          .map((cluster) => cluster.indices().flatMap((place) => groups[place] ?? []));
  return clusters
    .map((members) => themeOf(members, weights))
    .filter((theme) => theme.comments > 1)
    .sort((a, b) => b.comments - a.comments || (a.words.join() < b.words.join() ? -1 : 1))
    .slice(0, mostThemes);
}

/** Texts that differ in case and signs alone are one; the most usual first. */
function sameTexts(comments: readonly Comment[]): Group[] {
  const groups = new Map<string, Group>();
  for (const comment of comments) {
    const all = wordsOf(comment.text);
    const key = all.join(' ');
    const group = groups.get(key) ?? { text: comment.text, comments: [], words: new Set(telling(all)) };
    groups.set(key, group);
    if (all.length > 0) group.comments.push(comment);
  }
  return [...groups.values()]
    .filter((group) => group.comments.length > 0)
    .sort((a, b) => b.comments.length - a.comments.length);
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** Lower-cased words; those of scripts without spaces by the dictionary of the system. */
function wordsOf(text: string): string[] {
  return [...segmenter.segment(text.normalize('NFKC').toLowerCase())].flatMap(({ segment, isWordLike }) =>
    isWordLike === true ? [segment] : [],
  );
}

/** Without words that are in every text; a text of nothing else keeps them. */
function telling(words: string[]): string[] {
  const left = removeStopwords(words, [...eng, ...zho]);
  return left.length > 0 ? left : words;
}

/** Inverse document frequency, each comment a document: ln(1 + N / n). */
function weightsOf(groups: readonly Group[]): Map<string, number> {
  const counts = new Map<string, number>();
  let all = 0;
  for (const { words, comments } of groups) {
    all += comments.length;
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + comments.length);
  }
  return new Map([...counts].map(([word, count]) => [word, Math.log(1 + all / count)]));
}

/** Of length 1. */
function vectorOf(words: Set<string>, weights: Map<string, number>): Map<string, number> {
  const vector = [...words].map((word): [string, number] => [word, weights.get(word) ?? 0]);
  const length = Math.hypot(...vector.map(([, weight]) => weight));
  return new Map(vector.map(([word, weight]) => [word, weight / length]));
}

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  let sum = 0;
  for (const [word, weight] of a) sum += weight * (b.get(word) ?? 0);
  return Math.min(1, sum);
}

function themeOf(members: Group[], weights: Map<string, number>): Theme {
  const comments = members.flatMap((group) => group.comments);
  const telling = new Map<string, number>();
  for (const { words, comments: said } of members) {
    for (const word of words) telling.set(word, (telling.get(word) ?? 0) + said.length * (weights.get(word) ?? 0));
  }
  const words = [...telling].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([word]) => word);
  const rated = comments.flatMap(({ satisfaction }) => satisfaction ?? []);
  const byVersion = new Map<string, number>();
  for (const { version } of comments) byVersion.set(version, (byVersion.get(version) ?? 0) + 1);
  return {
    words: words.slice(0, wordsShown),
    comments: comments.length,
    satisfaction: rated.length === 0 ? null : rated.reduce((a, b) => a + b, 0) / rated.length,
    byVersion: Object.fromEntries(byVersion),
    examples: members
      .toSorted((a, b) => b.comments.length - a.comments.length)
      .slice(0, examplesShown)
      .map(({ text }) => text),
  };
}
