/** What was pressed, from what a terminal sends. */

export type Key =
  | { kind: 'character'; text: string }
  | { kind: 'paste'; text: string }
  | { kind: 'enter' | 'escape' | 'backspace' | 'up' | 'down' | 'interrupt' | 'clear' };

/** Asks the terminal to mark what is pasted, so that it is not taken for keys. */
export const markPastes = '\u001b[?2004h';
export const unmarkPastes = '\u001b[?2004l';

const named: Record<string, Exclude<Key['kind'], 'character' | 'paste'>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'interrupt',
  '\u0004': 'interrupt',
  '\u0015': 'clear',
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
};

/** A paste, an escape sequence, or one character. */
const pieces = /\u001b\[200~([\s\S]*?)(?:\u001b\[201~|$)|\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O[@-~])|[\s\S]/gu;

/** One chunk may hold several keys; sequences that mean nothing here are left out. */
export function keysOf(chunk: string): Key[] {
  return [...chunk.matchAll(pieces)].flatMap(([all, pasted]): Key[] => {
    if (pasted !== undefined) return [{ kind: 'paste', text: pasted }];
    const kind = named[all];
    if (kind !== undefined) return [{ kind }];
    return /\p{Cc}/u.test(all) ? [] : [{ kind: 'character', text: all }];
  });
}
