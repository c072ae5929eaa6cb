/** What a key does in the live view: the mode that follows, and what is to be done. */
import type { Operation } from '../../domain/approval.ts';
import { printable } from '../../domain/words.ts';
import { graphemes } from '../lines.ts';
import type { Key } from './keys.ts';
import { verbs, type Mode, type Notice, type Saying, type WatchState } from './state.ts';

export type Effect = { kind: 'none' } | { kind: 'quit' } | { kind: 'others' } | { kind: 'say'; saying: Saying };

export interface Pressed {
  mode: Mode;
  effect: Effect;
  notice: Notice | null;
}

/** As messages to releases are limited. */
const longestWhy = 2000;

const none: Effect = { kind: 'none' };
const watching: Mode = { kind: 'watching' };

/** `state` as it is on the screen: what is said is about that, and not about what came a moment later. */
export function press(state: Pick<WatchState, 'mode' | 'report' | 'hasOthers'>, key: Key): Pressed {
  const { mode } = state;
  switch (mode.kind) {
    case 'watching':
    case 'help':
      return command(state, key);
    case 'why':
      return typing(mode.saying, key);
    case 'sure': {
      if (key.kind === 'character' && key.text.toLowerCase() === 'y') {
        return {
          mode: { kind: 'sending', saying: mode.saying },
          effect: { kind: 'say', saying: mode.saying },
          notice: null,
        };
      }
      return left(mode.saying);
    }
    case 'sending':
      // It is on its way and cannot be taken back; the watching can be ended all the same.
      return { mode, effect: isQuit(key) ? { kind: 'quit' } : none, notice: null };
  }
}

function command(state: Pick<WatchState, 'mode' | 'report' | 'hasOthers'>, key: Key): Pressed {
  const stay = (effect: Effect = none, notice: Notice | null = null): Pressed => ({ mode: watching, effect, notice });
  const tell = (text: string): Pressed => stay(none, { text, tone: 'warn' });
  if (isQuit(key)) return stay({ kind: 'quit' });
  if (key.kind !== 'character') return stay();
  const { report } = state;
  const over = report.endedAt === null ? null : `${report.id} has ended.`;
  switch (key.text) {
    case '?':
    case 'h':
      return { ...stay(), mode: state.mode.kind === 'help' ? watching : { kind: 'help' } };
    case 'l':
      return state.hasOthers ? stay({ kind: 'others' }) : tell('No other release is under way.');
    case 'a':
      return decide('approve');
    case 'x':
      return decide('reject');
    case 'p':
      if (over !== null) return tell(over);
      return report.state === 'paused' ? tell('It is paused already; r resumes it.') : ask('sure', 'pause');
    case 'r':
      if (over !== null) return tell(over);
      return report.state === 'paused' ? ask('sure', 'resume') : tell('It is not paused.');
    case 'b':
      return over === null ? ask('why', 'rollback') : tell(over);
    default:
      return stay();
  }

  function decide(operation: Operation): Pressed {
    const { waiting } = report;
    if (waiting === null) return tell(over ?? 'Nothing waits for a decision now.');
    const saying: Saying = { operation, why: '', request: waiting.id, evidence: waiting.digest };
    return { mode: { kind: 'why', saying }, effect: none, notice: null };
  }

  function ask(kind: 'why' | 'sure', operation: Operation): Pressed {
    return {
      mode: { kind, saying: { operation, why: '', request: null, evidence: null } },
      effect: none,
      notice: null,
    };
  }
}

function typing(saying: Saying, key: Key): Pressed {
  const typed = (why: string): Pressed => ({
    mode: { kind: 'why', saying: { ...saying, why: why.slice(0, longestWhy) } },
    effect: none,
    notice: null,
  });
  switch (key.kind) {
    case 'character':
    case 'paste':
      return typed(saying.why + printable(key.text));
    case 'backspace':
      return typed(graphemes(saying.why).slice(0, -1).join(''));
    case 'clear':
      return typed('');
    case 'enter':
      return { mode: { kind: 'sure', saying: { ...saying, why: saying.why.trim() } }, effect: none, notice: null };
    case 'escape':
    case 'interrupt':
      return left(saying);
    case 'up':
    case 'down':
      return typed(saying.why);
  }
}

function left({ operation }: Saying): Pressed {
  return {
    mode: watching,
    effect: none,
    notice: { text: `Nothing was sent: you did not ${verbs[operation]}.`, tone: 'warn' },
  };
}

function isQuit(key: Key): boolean {
  return key.kind === 'interrupt' || (key.kind === 'character' && key.text.toLowerCase() === 'q');
}
