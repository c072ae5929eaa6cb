/** The live view in a fake terminal: keys that decide, servers that are away, another size, and the terminal given back as it was. */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { liveWatch } from '../../src/cli/watch/live-watch.ts';
import type { Source } from '../../src/cli/watch/source.ts';
import { GradusError } from '../../src/domain/errors.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { baking, rolledBack, waiting } from '../fixtures/report-mail.ts';

/** Keeps what is written, and types as a person would. */
class Terminal extends EventEmitter {
  rows = 24;
  columns = 80;
  isTTY = true;
  raw = false;
  written = '';
  write(text: string): void {
    this.written += text;
  }
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
  type(text: string): void {
    this.emit('data', text);
  }
  /** The last whole frame. */
  screen(): string {
    return stripVTControlCharacters(this.written.split('\u001b[H').at(-1) ?? '');
  }
}

function sourceOf(rest: Partial<Source> & { reports?: ReleaseReport[] } = {}): Source {
  const { reports = [waiting] } = rest;
  return {
    open: async () => reports.filter((one) => one.endedAt === null),
    find: async (id) => reports.find((one) => one.id === id) ?? null,
    training: async () => null,
    say: async () => 'approved',
    link: () => null,
    close: async () => {},
    ...rest,
  };
}

function start(source: Source, id: string | null = waiting.id) {
  const terminal = new Terminal();
  const ending = new AbortController();
  const { signal } = ending;
  const done = liveWatch(source, { id, by: 'bo', signal, output: terminal, input: terminal });
  const until = async (words: string): Promise<void> => {
    for (let tries = 0; !terminal.screen().includes(words); tries++) {
      if (tries > 200) throw new Error(`no "${words}" on the screen:\n${terminal.screen()}`);
      await sleep(25);
    }
  };
  return { terminal, done, until, stop: () => ending.abort() };
}

describe('in a terminal', () => {
  test('an approval goes the way of the command, and its answer is shown; q gives the terminal back', async () => {
    const said: unknown[] = [];
    const source = sourceOf({
      say: async (id, by, saying) => {
        said.push([id, by, saying.operation, saying.why, saying.request]);
        return 'approved, 2 of 2';
      },
    });
    const { terminal, done, until } = start(source);
    await until('waits for you');
    expect(terminal.raw).toBe(true);
    terminal.type('a');
    await until('why:');
    terminal.type('looks right\r');
    await until('Sure to approve?');
    terminal.type('y');
    await until('mail-assistant-2: approved, 2 of 2');
    expect(said).toEqual([['mail-assistant-2', 'bo', 'approve', 'looks right', waiting.waiting?.id]]);
    terminal.type('q');
    expect(await done).toMatchObject({ how: 'quit', report: { id: 'mail-assistant-2' } });
    expect(terminal.raw).toBe(false);
    expect(terminal.listenerCount('data') + terminal.listenerCount('resize')).toBe(0);
    expect(terminal.written).toContain('\u001b[?1049l');
    expect(terminal.written.trimEnd().endsWith('gradus release watch mail-assistant-2')).toBe(true);
  });

  test('a refusal is shown in the release’s own words', async () => {
    const refuse = async (): Promise<string> => {
      throw new GradusError('MESSAGE_REFUSED', 'mail-assistant-2 refused it: eve may not decide this.');
    };
    const { terminal, done, until } = start(sourceOf({ say: refuse }));
    await until('waits for you');
    terminal.type('a\ry');
    await until('refused it: eve may not decide this.');
    expect(terminal.screen()).toContain('waits for you');
    terminal.type('q');
    await done;
  });

  test('the loss of the records and of Temporal is said, what was known stays, and it goes on when they are back', async () => {
    let away = false;
    const lost = async <T>(value: T): Promise<T> => {
      if (away) throw new GradusError('STORE_UNREACHABLE', 'No answer from 127.0.0.1:5433.');
      return value;
    };
    const source = sourceOf({ open: () => lost([waiting]), find: () => lost(waiting), training: () => lost(null) });
    const { terminal, done, until } = start(source);
    await until('waits for you');
    away = true;
    await until('The records have not answered for');
    await until('Temporal does not answer');
    expect(terminal.screen()).toContain('waits for you');
    away = false;
    await sleep(2600);
    expect(terminal.screen()).not.toContain('answer');
    terminal.type('q');
    await done;
  }, 20_000);

  test('it is redrawn for another size, and written only when something changed', async () => {
    const { terminal, done, until } = start(sourceOf({ reports: [{ ...waiting, id: 'mail-assistant-2' }] }));
    await until('waits for you');
    terminal.rows = 40;
    terminal.columns = 120;
    terminal.emit('resize');
    expect(terminal.screen().split('\r\n')).toHaveLength(40);
    expect(terminal.screen()).toContain('full release');
    const before = terminal.written.length;
    for (let repeated = 0; repeated < 5; repeated++) terminal.type('z');
    // The clock may tick once meanwhile.
    expect(terminal.written.length - before).toBeLessThan(2 * 40 * 120);
    terminal.type('\u0003');
    expect((await done).how).toBe('quit');
  });

  test('ends with the release, and leaves how it ended', async () => {
    const { terminal, done } = start(sourceOf({ reports: [rolledBack] }), rolledBack.id);
    expect(await done).toMatchObject({ how: 'ended', report: { state: 'rolledBack' } });
    expect(terminal.written.split('\u001b[?1049l')[1]).toContain('stage 1 rolled back');
  });

  test('of several under way one is chosen, and l goes back to them', async () => {
    const { terminal, done, until, stop } = start(sourceOf({ reports: [waiting, { ...baking, id: 'spam-7' }] }), null);
    await until('2 releases are under way');
    terminal.type('2');
    await until('bake');
    terminal.type('l');
    await until('2 releases are under way');
    terminal.type('\u001b[A\r');
    await until('waits for you');
    stop();
    expect(await done).toMatchObject({ how: 'stopped', report: { id: 'mail-assistant-2' } });
    expect(terminal.raw).toBe(false);
  });
});
