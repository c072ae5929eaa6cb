/** Makes the bundle of workflows that the worker runs, once for each state of the code, so that it starts quickly after. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { compiled, projectRoot } from './root.ts';

/** Whatever workflows may import (see the import rules of the linter). */
const sources = ['workflows', 'src/domain', 'src/statistics'];

export async function workflowBundle(): Promise<WorkflowBundleOption> {
  const folder = path.join(compiled, 'bundle');
  const codePath = path.join(folder, `${await contentKey()}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(compiled, 'workflows', 'index.js'),
    workflowInterceptorModules: [path.join(compiled, 'workflows', 'ahead.js')],
  });
  try {
    await mkdir(folder, { recursive: true });
    for (const old of await readdir(folder)) await rm(path.join(folder, old), { force: true });
    const draft = `${codePath}.${process.pid}`;
    await writeFile(draft, code);
    await rename(draft, codePath);
    return { codePath };
  } catch {
    // An installation that we may not write to: it is made at each start.
    return { code };
  }
}

/** SHA-256 of the compiled code and of the versions of all packages. */
async function contentKey(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    const folder = path.join(compiled, source);
    const files = existsSync(folder) ? await readdir(folder, { recursive: true }) : [];
    for (const file of files.filter((name) => name.endsWith('.js')).sort()) {
      hash
        .update(file)
        .update('\0')
        .update(await readFile(path.join(folder, file)));
    }
  }
  hash.update(await readFile(path.join(projectRoot, 'package-lock.json')).catch(() => ''));
  return hash.digest('hex').slice(0, 32);
}
