/** A worker whose workflow code had to be stopped goes on with no other workflow: in a process of its own, by the SDK itself. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the process ends when the SDK says that it stopped a workflow’s code, and at no other error', () => {
  const run = (message: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script, message], { encoding: 'utf8' });
  const script = `
    import { Runtime } from '@temporalio/worker';
    import { installRuntime } from './dist/src/platform/temporal-connection.js';
    installRuntime();
    Runtime.instance().logger.error('Failed to process Workflow Activation', { error: new Error(process.argv[1]) });
    process.exit(0);
  `;
  const stopped = run('Script execution timed out after 20000ms');
  expect([stopped.status, stopped.stderr]).toEqual([1, expect.stringContaining('this process ends')]);
  expect(run('the store is away').status).toBe(0);
});
