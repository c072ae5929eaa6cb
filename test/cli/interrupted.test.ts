/** What somebody reads who stops a command by Ctrl-C. */
import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { explainError, exitCodes } from '../../src/cli/exit.ts';
import { goesOn, interrupted } from '../../src/cli/interrupted.ts';

afterEach(() => void vi.restoreAllMocks());

test.each(['SIGINT', 'SIGTERM'])('%s ends work with one line and 130, not as a mistake in Gradus', (signal) => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const process = new EventEmitter();
  const ending = interrupted(goesOn, process);
  expect(ending.aborted).toBe(false);
  process.emit(signal);
  expect(explainError(ending.reason)).toBe(exitCodes.stopped);
  expect(said.mock.calls).toEqual([['Stopped. Run it again to go on from where it was.']]);
});
