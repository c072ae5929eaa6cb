/** Asks once more, in a terminal, before something that cannot be taken back. */
import { createInterface } from 'node:readline/promises';
import { Stopped } from './exit.ts';

/** Whether somebody can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Throws `Stopped` where the answer is not yes; `undone` says what was not done. Nothing is asked where nobody can answer. */
export async function confirm(question: string, undone: string): Promise<void> {
  if (!canAsk()) return;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${question} (yes/no) `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Stopped(undone);
  } finally {
    asking.close();
  }
}
