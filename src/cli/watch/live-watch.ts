/** The live view: looks at a release, draws it, and does what keys say, until the release ends or somebody quits. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReleaseReport } from '../../domain/report.ts';
import type { TrainingProgress } from '../../domain/version.ts';
import { progressText } from '../progress-text.ts';
import { awayText, type Reach } from './away.ts';
import { choiceFrame, choose } from './choice.ts';
import { watchFrame } from './frame.ts';
import { keysOf, type Key } from './keys.ts';
import { press } from './press.ts';
import { openScreen, type Input, type Output } from './screen.ts';
import type { Source } from './source.ts';
import type { Mode, Notice, Saying, WatchState } from './state.ts';

export interface LiveOptions {
  /** Null: chosen from those that are under way. */
  id: string | null;
  by: string;
  /** Ends the watching, not the release. */
  signal: AbortSignal;
  output: Output;
  input: Input | null;
}

export interface Watched {
  how: 'ended' | 'quit' | 'stopped';
  /** As it was seen last; null where nothing was chosen or recorded. */
  report: ReleaseReport | null;
}

const lookEveryMs = 500;
/** Others under way, while one of them is watched. */
const listEveryMs = 5_000;
const drawEveryMs = 250;
const askTemporalEveryMs = 2_000;
export async function liveWatch(source: Source, options: LiveOptions): Promise<Watched> {
  const { by, output, input, signal } = options;
  let id = options.id;
  let open: ReleaseReport[] = [];
  let report: ReleaseReport | null = null;
  let training: TrainingProgress | null = null;
  let mode: Mode = { kind: 'watching' };
  let notice: Notice | null = null;
  let marked = '';
  let seenAt = new Date();
  let listedAt = 0;
  const records: Reach = { since: null, why: '' };
  const temporal: Reach = { since: null, why: '' };
  const ending = new AbortController();
  const ends = AbortSignal.any([signal, ending.signal]);
  let how: Watched['how'] = 'stopped';

  const end = (why: Watched['how']): void => {
    if (!ending.signal.aborted) how = why;
    ending.abort();
  };
  const screen = openScreen(output, input, {
    typed: (chunk) => keysOf(chunk).forEach(typed),
    resized: () => draw(),
  });

  const away = (now: Date): string[] => awayText({ records, temporal, seenAt, now });

  function state(shown: ReleaseReport, now: Date): WatchState {
    const others = open.filter((one) => one.id !== shown.id);
    return {
      report: shown,
      now,
      training,
      link: source.link(shown.id),
      by,
      away: away(now),
      mode,
      notice,
      hasKeys: screen.hasKeys,
      hasOthers: others.length > 0,
    };
  }

  function draw(): void {
    const now = new Date();
    if (id === null) screen.draw(choiceFrame({ open, marked, away: away(now) }, screen.size(), screen.colour));
    else if (report === null)
      screen.draw([` ${id} has recorded nothing yet: it waits for a worker (gradus up)`, ...away(now)]);
    else screen.draw(watchFrame(state(report, now), screen.size(), screen.colour));
  }

  function typed(key: Key): void {
    if (ends.aborted) return;
    if (id === null) chooseBy(key);
    else if (report === null) {
      if (key.kind === 'interrupt' || (key.kind === 'character' && key.text === 'q')) end('quit');
    } else pressOn(report, key);
    draw();
  }

  function chooseBy(key: Key): void {
    const chosen = choose({ open, marked, away: [] }, key);
    if (chosen === null) return;
    if (chosen.kind === 'quit') return end('quit');
    marked = chosen.id;
    if (chosen.kind === 'marked') return;
    id = chosen.id;
    report = open.find((one) => one.id === chosen.id) ?? null;
    training = null;
    [mode, notice] = [{ kind: 'watching' }, null];
  }

  function pressOn(shown: ReleaseReport, key: Key): void {
    const pressed = press({ mode, report: shown, hasOthers: open.some((one) => one.id !== shown.id) }, key);
    [mode, notice] = [pressed.mode, pressed.notice];
    if (pressed.effect.kind === 'quit') end('quit');
    if (pressed.effect.kind === 'others') [id, marked] = [null, shown.id];
    if (pressed.effect.kind === 'say') void say(shown.id, pressed.effect.saying);
  }

  async function say(to: string, saying: Saying): Promise<void> {
    let answer: Notice;
    try {
      answer = { text: `${to}: ${await source.say(to, by, saying)}`, tone: 'good' };
    } catch (error) {
      answer = { text: messageOf(error), tone: 'bad' };
    }
    // Whoever looks at another one by now is not told of this one.
    if (id === to) [mode, notice] = [{ kind: 'watching' }, answer];
    draw();
  }

  /** Does something again and again, and keeps in mind since when it fails. */
  async function repeat(reach: Reach, everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!ends.aborted) {
      try {
        await work();
        reach.since = null;
      } catch (error) {
        reach.since ??= Date.now();
        reach.why = messageOf(error).split('\n')[0] ?? '';
      }
      await sleep(everyMs, undefined, { signal: ends }).catch(() => {});
    }
  }

  async function look(): Promise<void> {
    const asked = id;
    if (asked === null || Date.now() - listedAt > listEveryMs) {
      open = await source.open();
      listedAt = Date.now();
    }
    const found = asked === null ? null : await source.find(asked);
    seenAt = new Date();
    if (id === asked && found !== null) report = found;
    if (id !== null && report?.endedAt !== undefined && report.endedAt !== null) end('ended');
    draw();
  }

  async function askTemporal(): Promise<void> {
    const asked = report;
    if (id === null || asked === null) return;
    const progress = await source.training(asked);
    if (asked.id === id) training = progress;
  }

  const drawing = setInterval(draw, drawEveryMs);
  try {
    draw();
    await Promise.all([repeat(records, lookEveryMs, look), repeat(temporal, askTemporalEveryMs, askTemporal)]);
  } finally {
    clearInterval(drawing);
    screen.close(lastWords(how, id, report, screen.size().columns, screen.colour));
  }
  return { how, report: id === null ? null : report };
}

/** What stays in the terminal. */
function lastWords(
  how: Watched['how'],
  id: string | null,
  report: ReleaseReport | null,
  width: number,
  colour: boolean,
): string {
  if (id === null) return '';
  if (how === 'ended' && report !== null) {
    return `${progressText(report, { width, colour, now: new Date() })}\n\n   The whole story: gradus release report ${id}`;
  }
  return `${id} goes on. Watch it again with: gradus release watch ${id}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
