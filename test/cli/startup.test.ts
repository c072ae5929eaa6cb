/** What the command line loads before it knows which command it is: each prompt and each completion waits for that. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('what only some commands need is loaded by them alone', async () => {
  const code = `
    import { createRequire } from 'node:module';
    await import('./dist/src/cli/program.js');
    console.log(JSON.stringify(Object.keys(createRequire(process.cwd() + '/').cache)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  const packages = [...stdout.matchAll(/node_modules\/((?:@[^/"]+\/)?[^/"]+)/g)].map(([, name]) => name);
  expect(packages).toContain('commander');
  // Together, these took longer than all the rest.
  for (const heavy of [
    'mathjs',
    'yaml',
    'ml-hclust',
    'stopword',
    '@temporalio/client',
    '@tensorflow/tfjs-node',
    'pg',
  ]) {
    expect(packages).not.toContain(heavy);
  }
});
