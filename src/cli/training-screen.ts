/** How far a training is: a line that is redrawn in a terminal, elsewhere one for each change. */
import type { TrainingProgress } from '../domain/version.ts';
import { trainingText } from './event-lines.ts';
import { draw } from './lines.ts';
import { trainingLine } from './progress-text.ts';

/** What is used of `process.stderr`. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  hasColors?(): boolean;
}

export function trainingScreen(to: Screen = process.stderr) {
  const isTerminal = to.isTTY === true;
  const clear = isTerminal ? '\r\u001b[2K' : '';
  const goneOn = new Set<string>();
  let last = '';
  const say = (text: string): void => {
    if (text !== last) to.write(isTerminal ? `${clear}${text}` : `${text}\n`);
    last = text;
  };
  return {
    show(progress: TrainingProgress): void {
      const { capability, wentOnFrom = null } = progress;
      if (wentOnFrom !== null && !goneOn.has(capability)) {
        goneOn.add(capability);
        to.write(`${clear}${capability} goes on from epoch ${wentOnFrom}, where it was stopped before.\n`);
      }
      const options = { colour: to.hasColors?.() ?? false, width: to.columns ?? 100 };
      say(isTerminal ? draw(trainingLine(progress), options).trimEnd() : trainingText(progress));
    },
    end: (): void => void (isTerminal && to.write(clear)),
  };
}
