/** `/gradus …`: what is under way and what waits for whoever asks, and pause, resume and roll back by name. */
import { awaitedOf, isFor, type Operation } from '../domain/approval.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { questionOf } from '../domain/request-words.ts';
import { didYouMean, fewOf } from '../domain/words.ts';
import { button, stopButton } from './buttons.ts';
import { afterRollback, lineOf } from './release-message.ts';
import type { Written } from './request-message.ts';
import type { Rights } from './rights.ts';
import { escaped, link, section, type Block } from './text.ts';

/** What somebody typed after the command. */
export type Typed =
  | { kind: 'list' }
  | { kind: 'status'; release: string }
  | { kind: 'do'; operation: Extract<Operation, 'pause' | 'resume'>; release: string; why: string }
  /** Asks once more before it is done. */
  | { kind: 'rollback'; release: string }
  /** Asks once more before it is done. */
  | { kind: 'stopAll'; why: string }
  | { kind: 'endStop'; why: string }
  /** Whether one is meant can be told by those under way. */
  | { kind: 'unnamed'; word: string }
  | { kind: 'help'; problem: string | null };

const words = ['list', 'status', 'pause', 'resume', 'rollback', 'stop-all', 'go-on', 'help'];

export function readCommand(text: string): Typed {
  const [word = 'list', release = '', ...why] = text.trim().split(/\s+/).filter(Boolean);
  switch (word) {
    case 'list':
      return { kind: 'list' };
    case 'help':
      return { kind: 'help', problem: null };
    case 'stop-all':
    case 'go-on': {
      const reason = [release, ...why].join(' ').slice(0, 1000);
      if (reason === '') return { kind: 'help', problem: `Say why: /gradus ${word} incident 4711` };
      return { kind: word === 'stop-all' ? 'stopAll' : 'endStop', why: reason };
    }
    case 'status':
    case 'rollback':
    case 'pause':
    case 'resume':
      if (release === '') return { kind: 'unnamed', word };
      if (word === 'status' || word === 'rollback') return { kind: word, release };
      return { kind: 'do', operation: word, release, why: why.join(' ').slice(0, 1000) };
    default:
      return { kind: 'help', problem: `There is no "${word.slice(0, 50)}"${didYouMean(word, words)}.` };
  }
}

export function helpText(problem: string | null): string {
  const lines = [
    '`/gradus` what is under way, and what waits for you',
    '`/gradus status RELEASE` where one stands',
    '`/gradus pause RELEASE WHY`, `/gradus resume RELEASE` hold it, go on',
    '`/gradus stop-all WHY` holds every release where it is (asks once more), `/gradus go-on WHY` ends that',
    '`/gradus rollback RELEASE` its users go back to stable (asks once more)',
  ];
  return [...(problem === null ? [] : [escaped(problem)]), ...lines].join('\n');
}

/** `open` are the releases under way. */
export function listMessage(
  open: ReleaseReport[],
  { by, givers, may }: Rights,
  pageOf: (id: string) => string | null,
): Written {
  if (open.length === 0) return plain('No release is under way.');
  const lines = open.map((report) => {
    const { waiting } = report;
    const asks =
      waiting === null
        ? ''
        : isFor(waiting, by, givers, may('approve'))
          ? ` · *waits for you*: ${escaped(questionOf(report, waiting))}`
          : ` · waits for ${escaped(awaitedOf(waiting))}`;
    return `${link(pageOf(report.id), report.id)}: ${lineOf(report)}${asks}`;
  });
  return { text: `${open.length} under way`, blocks: [section(lines)] };
}

/** What somebody is told who named no release: those that they may have meant. */
export function nameIt(word: string, open: readonly ReleaseReport[]): Written {
  const isMeant = ({ state }: ReleaseReport): boolean =>
    word === 'status' || (state === 'paused') === (word === 'resume');
  const likely = word === 'rollback' ? [] : open.filter(isMeant);
  const [one, ...others] = likely.length > 0 ? likely : open;
  if (one === undefined) return plain('No release is under way.');
  const more =
    others.length === 0
      ? ''
      : ` (also ${fewOf(
          others.map(({ id }) => id),
          'releases',
        )})`;
  return plain(`Name the release: /gradus ${word} ${one.id}${more}`);
}

export function confirmRollback(report: ReleaseReport): Written {
  const text = `Roll back ${report.id}? ${afterRollback(report)}`;
  const blocks: Block[] = [
    section([escaped(text)]),
    { type: 'actions', elements: [button('rollback', { release: report.id })] },
  ];
  return { text, blocks };
}

/** `why` is what the person typed. */
export function confirmStop(why: string): Written {
  const text =
    'Stop all releases? Nobody more gets a candidate until somebody ends it, in releases that start later too.';
  const elements = [stopButton('begin', why, null), stopButton('roll back', why, null)];
  return { text, blocks: [section([escaped(text)]), { type: 'actions', elements }] };
}

export function plain(text: string): Written {
  return { text, blocks: [section([escaped(text)])] };
}
