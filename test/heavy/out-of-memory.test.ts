/** A machine that has not enough memory for a training says so, and nothing is left waiting. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { freshHome } from '../support/gradus.ts';

const home = freshHome();
afterAll(() => home.remove());

const plan = 'model: mail\ntrain: { data: mail, share: 5%, epochs: 1 }\ncapabilities: [spam]\n';

// Later versions of Node reserve no addresses beyond what a memory has, so that this limit takes nothing from them.
const feelsLimit = process.platform === 'linux' && process.versions.node.startsWith('20.');

test.runIf(feelsLimit)('a training without enough memory ends with what to do', async () => {
  const file = join(home.home, 'plan.yaml');
  writeFileSync(file, plan);
  // Each WebAssembly memory reserves some gigabytes of addresses, of which the process may have no more than these.
  const command = `ulimit -v 40000000; exec "${process.execPath}" dist/src/cli/main.js train "${file}"`;
  const run = promisify(execFile)('bash', ['-c', command], {
    env: { ...process.env, ...home.environment },
    timeout: 100_000,
  });
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('not enough memory') });
  await expect(run).rejects.toMatchObject({ stderr: expect.stringContaining('lower train.batch') });
});
