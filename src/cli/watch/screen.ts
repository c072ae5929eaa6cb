/** A whole terminal for one view: drawn in place without flicker, and given back as it was. */
import { markPastes, unmarkPastes } from './keys.ts';
import type { Size } from './state.ts';

/** What is used of `process.stdout` and `process.stdin`. */
export interface Output {
  rows?: number;
  columns?: number;
  write(text: string): unknown;
  hasColors?(): boolean;
  on(event: 'resize', heard: () => void): unknown;
  off(event: 'resize', heard: () => void): unknown;
}

export interface Input {
  isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  resume(): unknown;
  pause(): unknown;
  unref?(): unknown;
  on(event: 'data', heard: (chunk: string) => void): unknown;
  off(event: 'data', heard: (chunk: string) => void): unknown;
}

export interface FullScreen {
  size(): Size;
  colour: boolean;
  hasKeys: boolean;
  draw(lines: readonly string[]): void;
  /** Gives the terminal back; `last` stays where the view was. */
  close(last: string): void;
}

const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';
/** Terminals that know it show all between these two at once. */
const [together, shown] = ['\u001b[?2026h', '\u001b[?2026l'] as const;

export function openScreen(
  output: Output,
  input: Input | null,
  heard: { typed(chunk: string): void; resized(): void },
): FullScreen {
  let last = '';
  const resized = (): void => {
    last = '';
    heard.resized();
  };
  const typed = (chunk: string): void => heard.typed(chunk);
  const keys = input?.isTTY === true && input.setRawMode !== undefined ? input : null;
  output.write(enter + (keys === null ? '' : markPastes));
  output.on('resize', resized);
  keys?.setRawMode?.(true);
  keys?.setEncoding('utf8');
  keys?.on('data', typed);
  keys?.resume();
  let isOpen = true;
  return {
    size: () => ({ rows: output.rows || 24, columns: output.columns || 80 }),
    colour: output.hasColors?.() ?? false,
    hasKeys: keys !== null,
    draw(lines) {
      // Each line is overwritten and its rest cleared, so that nothing is ever blank in between.
      const text = `\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`;
      if (!isOpen || text === last) return;
      last = text;
      output.write(together + text + shown);
    },
    close(words) {
      if (!isOpen) return;
      isOpen = false;
      output.off('resize', resized);
      keys?.off('data', typed);
      keys?.setRawMode?.(false);
      keys?.pause();
      output.write(`${keys === null ? '' : unmarkPastes}${leave}${words === '' ? '' : `${words}\n`}`);
    },
  };
}
