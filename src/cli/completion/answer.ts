/** `gradus complete KIND [OF]`, which completion scripts call: prints names, a line each, and never an error. */
import { readConfig } from '../../platform/config.ts';
import { printable } from '../../domain/words.ts';
import { completedNames } from './names.ts';
import { nameKinds } from './sources.ts';

/** The word by which scripts ask; not shown in help. */
export const completeWord = 'complete';

/** Longer ones would hide what they stand beside. */
const aboutColumns = 60;

/** `words` are those behind `complete`. */
export async function answerCompletion(words: readonly string[]): Promise<void> {
  const [kindWord, of = ''] = words.filter((word) => word !== '--');
  const kind = nameKinds.find((one) => one === kindWord);
  if (kind === undefined) return;
  try {
    const names = await completedNames(readConfig(), kind, of);
    const lines = names.map(({ name, about }) => `${printable(name)}\t${printable(about).slice(0, aboutColumns)}`);
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  } catch {
    // A wrong setting, or a server that is away: whoever presses Tab wants names, and can be told by the command itself.
  }
}
