/** What users corrected, made into examples to learn from: for each text one label a capability. */
import { canonical, sha256Hex } from './evidence.ts';

/** What one user said that one answer should have been. */
export interface Correction {
  capability: string;
  text: string;
  /** What the answer should have been; it may be what it was. */
  label: string;
  /** Keyed hash of the user's id. */
  user: string;
}

export interface Lesson {
  id: string;
  text: string;
  /** By capability. */
  labels: Record<string, string>;
}

/** Corrections that nothing is learnt from, by why. */
export interface LeftOut {
  /** The model does not know the label. */
  unknownLabel: number;
  /** Users disagree, and no label has more than half of them. */
  disputed: number;
  /** One user had taught so much already. */
  oneUser: number;
}

export interface Lessons {
  lessons: Lesson[];
  leftOut: LeftOut;
}

/** How the ids of lessons begin, by which they are told from the examples of datasets. */
export const lessonId = 'lesson-';

/** Of one user: a share of all that is taught, so that no single person turns a model; in small numbers, so many at least. */
export const mostOfOne = { share: 0.05, least: 50 };

/**
 * `corrections` in the order in which they came; of one user's words about one text the last ones count. The same
 * corrections give the same lessons.
 */
export function lessonsFrom(corrections: readonly Correction[], labels: Record<string, readonly string[]>): Lessons {
  const leftOut: LeftOut = { unknownLabel: 0, disputed: 0, oneUser: 0 };
  const said = new Map<string, { capability: string; text: string; byUser: Map<string, string> }>();
  for (const { capability, text, label, user } of corrections) {
    if (labels[capability]?.includes(label) !== true) {
      leftOut.unknownLabel += 1;
      continue;
    }
    const key = `${capability} ${text}`;
    const known = said.get(key) ?? { capability, text, byUser: new Map<string, string>() };
    said.set(key, known);
    known.byUser.set(user, label);
  }
  const taught = [...said.values()].flatMap(({ capability, text, byUser }) => {
    const label = majority([...byUser.values()]);
    if (label === null) {
      leftOut.disputed += byUser.size;
      return [];
    }
    return [{ capability, text, label, users: [...byUser].flatMap(([user, one]) => (one === label ? [user] : [])) }];
  });
  const most = mostOfOneUser(taught.map(({ users: [first = ''] }) => first));
  const byTeacher = new Map<string, number>();
  const lessons = new Map<string, Lesson>();
  for (const { capability, text, label, users } of taught) {
    const teacher = users.find((user) => (byTeacher.get(user) ?? 0) < most);
    if (teacher === undefined) {
      leftOut.oneUser += users.length;
      continue;
    }
    byTeacher.set(teacher, (byTeacher.get(teacher) ?? 0) + 1);
    const id = `${lessonId}${sha256Hex(text).slice(0, 24)}`;
    const lesson = lessons.get(id) ?? { id, text, labels: {} };
    lessons.set(id, { ...lesson, labels: { ...lesson.labels, [capability]: label } });
  }
  return { lessons: [...lessons.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), leftOut };
}

/**
 * The largest m for which nobody who teaches m has more than their share of what is then taught, Σ min(count, m): what one
 * user says beyond it does not raise their own limit.
 */
function mostOfOneUser(teachers: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const teacher of teachers) counts.set(teacher, (counts.get(teacher) ?? 0) + 1);
  const isWithin = (m: number): boolean => {
    const all = [...counts.values()].reduce((sum, count) => sum + Math.min(count, m), 0);
    return m <= mostOfOne.share * all;
  };
  // m less its limit is convex in m and begins at 0, so whatever is below the largest one holds too.
  let [low, high] = [0, teachers.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isWithin(middle)) low = middle;
    else high = middle - 1;
  }
  return Math.max(mostOfOne.least, low);
}

/** SHA-256 (64 hex digits): equal lessons have equal digests. */
export function digestOfLessons(lessons: readonly Lesson[]): string {
  return sha256Hex(canonical(lessons));
}

/** How many of these each capability has. */
export function countByCapability(lessons: readonly Lesson[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { labels } of lessons) {
    for (const capability of Object.keys(labels)) counts.set(capability, (counts.get(capability) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What more than half say; null where nothing is. */
function majority(said: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const label of said) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first !== undefined && first[1] * 2 > said.length ? first[0] : null;
}
