/** Where the project itself lies, whether it runs from dist/ or from its sources. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder above this file that holds our start script. */
function findRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'bin', 'gradus.mjs'))) {
    const above = path.dirname(folder);
    if (above === folder) throw new Error('bin/gradus.mjs is missing: the installation is damaged');
    folder = above;
  }
  return folder;
}

export const projectRoot = findRoot();
export const startScript = path.join(projectRoot, 'bin', 'gradus.mjs');
/** Compiled code, which is what processes and threads run. */
export const compiled = path.join(projectRoot, 'dist');
