/** Several releases under way: a list from which one is chosen by arrows or its number. */
import type { ReleaseReport } from '../../domain/report.ts';
import { cell, columns, draw, type Line } from '../lines.ts';
import { outcomeWords, percent, stepNames, versionsOf } from '../words.ts';
import type { Key } from './keys.ts';
import type { Size } from './state.ts';

export interface Choice {
  open: readonly ReleaseReport[];
  /** Id of the one that is marked. */
  marked: string;
  away: string[];
}

export type Chosen = { kind: 'marked'; id: string } | { kind: 'chosen'; id: string } | { kind: 'quit' };

export function choiceFrame({ open, marked, away }: Choice, size: Size, colour: boolean): string[] {
  const at = Math.max(
    0,
    open.findIndex((one) => one.id === marked),
  );
  const room = Math.max(1, size.rows - 4 - away.length);
  const start = Math.max(0, Math.min(at - Math.floor(room / 2), open.length - room));
  const ids = Math.min(Math.max(0, ...open.map((one) => columns(one.id))), Math.floor(size.columns / 3));
  const rows = open.slice(start, start + room).map((release, index): Line => {
    const number = start + index + 1;
    const isMarked = start + index === at;
    const text = `${String(number).padStart(3)}  ${cell(release.id, ids)}  ${standing(release)}`;
    return isMarked
      ? [
          [' ▶ ', 'accent'],
          [text, 'bold'],
        ]
      : ['   ', text];
  });
  const lines: Line[] = [
    [' ', [open.length === 0 ? 'No release is under way.' : `${open.length} releases are under way`, 'bold']],
    ...away.map((text): Line => [[` ! ${text}`, 'warn']]),
    [],
    ...rows,
  ];
  const foot: Line = [[' ↑ ↓ or a number, Enter watches it, q quits', 'dim']];
  const filling = Array.from({ length: Math.max(0, size.rows - 1 - lines.length) }, (): Line => []);
  return draw([...lines, ...filling, foot].slice(-size.rows), { colour, width: size.columns }).split('\n');
}

function standing(release: ReleaseReport): string {
  const running = release.stages.filter((stage) => stage.state === 'running');
  const stages = running.map(
    ({ number, step, exposure }) =>
      `stage ${number}${step === null ? '' : ` ${stepNames[step]}`}, ${percent(exposure)} of users`,
  );
  const step = release.steps.find((one) => one.state === 'running')?.step;
  const where = stages.length > 0 ? stages.join('; ') : step === undefined ? '' : stepNames[step];
  const waits = release.waiting === null ? '' : 'waits for a person';
  const state = release.state === 'running' ? '' : outcomeWords(release);
  const versions = release.plan === null ? '' : versionsOf(release);
  return [waits, state, where, versions].filter((part) => part !== '').join('   ');
}

/** Null where the key means nothing here. */
export function choose({ open, marked }: Choice, key: Key): Chosen | null {
  const at = Math.max(
    0,
    open.findIndex((one) => one.id === marked),
  );
  const mark = (index: number): Chosen | null => {
    const release = open[Math.max(0, Math.min(open.length - 1, index))];
    return release === undefined ? null : { kind: 'marked', id: release.id };
  };
  if (key.kind === 'up') return mark(at - 1);
  if (key.kind === 'down') return mark(at + 1);
  if (key.kind === 'interrupt' || (key.kind === 'character' && key.text === 'q')) return { kind: 'quit' };
  const release = key.kind === 'enter' ? open[at] : key.kind === 'character' ? open[Number(key.text) - 1] : undefined;
  return release === undefined ? null : { kind: 'chosen', id: release.id };
}
