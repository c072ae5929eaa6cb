/** Which columns (or keys of JSON) mean what, and whether a file has them. */
import { GradusError } from '../../domain/errors.ts';
import { listed, nearest, printable } from '../../domain/words.ts';

export interface Mapping {
  /** Joined by line ends where there are several, e.g. a title and a body. */
  text: string[];
  /** Column of each capability's labels. */
  labels: Record<string, string>;
  /** Null: the text says who it is. */
  id: string | null;
  /** Null: parts are drawn. */
  part: string | null;
  /** Rows of one group stay in one part. */
  group: string | null;
  /** What versions are measured by, slice by slice. */
  attributes: string[];
}

const mostShown = 20;

/** Throws DATA_INVALID with all that is missing, and what there is. */
export function checkNames(path: string, noun: 'column' | 'key', found: string[], mapping: Mapping): void {
  const wanted = [...mapping.text, ...Object.values(mapping.labels), ...mapping.attributes];
  const named = [...wanted, mapping.id, mapping.part, mapping.group].filter((name) => name !== null);
  const missing = named.filter((name) => !found.includes(name));
  if (missing.length === 0) return;
  throw new GradusError(
    'DATA_INVALID',
    `${path} has no ${noun} ${wantedNames(missing, found)}; it has ${foundNames(found)}.`,
  );
}

/** `"text" (did you mean txt?) or "label"`. */
function wantedNames(missing: string[], found: string[]): string {
  const words = missing.map((name) => {
    const near = nearest(name, found);
    return `"${name}"${near === null ? '' : ` (did you mean ${printable(near)}?)`}`;
  });
  return listed(words, 'or');
}

export function foundNames(found: string[]): string {
  const shown = found.slice(0, mostShown).map((name) => `"${printable(name)}"`);
  return found.length > mostShown ? `${shown.join(', ')} and ${found.length - mostShown} more` : listed(shown);
}
