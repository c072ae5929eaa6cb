/** `npm test`: makes everything ready, checks, then runs the tests; its last line is `N passed, N failed`. Options go to Vitest. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './check.mjs';
import { setUp } from './setup.mjs';
import { modules, root } from './setup/places.mjs';

let passed = 0;
let failed = 0;

if (await setUp({ test: true })) {
  console.log('');
  add(await check());
  console.log('');
  add(await vitest(process.argv.slice(2)));
} else {
  failed = 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function add(result) {
  passed += result.passed;
  failed += result.failed;
}

async function vitest(options) {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-test-'));
  const report = join(folder, 'report.json');
  const args = [
    join(modules, 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  const child = spawn(process.execPath, [...args, ...options], { cwd: root, stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  const code = await new Promise((resolve) => {
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal]));
    child.on('error', () => resolve(1));
  });
  try {
    return count(JSON.parse(readFileSync(report, 'utf8')), code);
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that could not be loaded, or an error outside of any test, is a failure too though no test is counted for it. */
function count({ numPassedTests, numFailedTests, testResults }, code) {
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(isFailed),
  );
  const counted = numFailedTests + broken.length;
  return { passed: numPassedTests, failed: counted === 0 && code !== 0 ? 1 : counted };
}

function isFailed({ status }) {
  return status === 'failed';
}
