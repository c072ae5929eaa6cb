#!/usr/bin/env node
/** `npm run screenshots`: takes the pictures of docs/temporal-ui.md anew, of a live release in a real browser. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { root } from './setup/places.mjs';

if (await setUp({ test: true })) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, GRADUS_SCREENSHOTS: join(root, 'docs', 'images') };
  const args = [vitest, 'run', '--project', 'heavy', 'test/heavy/temporal-page.test.ts'];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
} else process.exitCode = 1;
