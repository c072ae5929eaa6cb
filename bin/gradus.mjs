#!/usr/bin/env node
/** The command `gradus`. */
import { existsSync } from 'node:fs';

const program = new URL('../dist/src/cli/main.js', import.meta.url);

if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('gradus is not built yet: run `npm run setup` in its folder first.');
  process.exitCode = 1;
}
