/** Where the demo shows what happens: lines that stay, and in a terminal a live part below them that is redrawn. */

export interface DemoScreen {
  /** A line that stays. */
  say(line: string): void;
  /** The same, without the seconds that `say` may put before it. */
  plain(line: string): void;
  /** What stands below all lines until it is replaced; '' takes it away. Only in a terminal. */
  live(text: string): void;
  readonly isTerminal: boolean;
}

interface Output {
  isTTY?: boolean;
  rows?: number;
  write(text: string): unknown;
}

/** Elsewhere than in a terminal each line begins with the seconds since the process began. */
export function demoScreen(output: Output = process.stdout): DemoScreen {
  if (output.isTTY !== true) {
    return {
      isTerminal: false,
      say: (line) => void output.write(line === '' ? '\n' : `${elapsed()} ${line}\n`),
      plain: (line) => void output.write(`${line}\n`),
      live: () => {},
    };
  }
  let shown: string[] = [];
  let last = '';
  const cleared = (): string => (shown.length === 0 ? '' : `\u001b[${shown.length}A\r\u001b[J`);
  const below = (): string => (shown.length === 0 ? '' : `${shown.join('\n')}\n`);
  const say = (line: string): void => void output.write(`${cleared()}${line}\n${below()}`);
  return {
    isTerminal: true,
    say,
    plain: say,
    live(text) {
      if (text === last) return;
      last = text;
      const before = cleared();
      shown = text === '' ? [] : text.split('\n').slice(0, Math.max(1, (output.rows ?? 25) - 1));
      output.write(before + below());
    },
  };
}

function elapsed(): string {
  return `${process.uptime().toFixed(1).padStart(6)} s `;
}
