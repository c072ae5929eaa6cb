/** The Temporal SDK's own download of its development and test servers. */
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, scratch } from './places.mjs';
import { runNode } from './processes.mjs';

export const sdkHost = 'temporal.download';

/**
 * Lets the SDK download a server, start it and stop it again, and moves the program to `folder/name`. `starter` is the
 * function of TestWorkflowEnvironment that needs it: `createLocal` or `createTimeSkipping`.
 */
export async function sdkDownload(starter, folder, name) {
  const downloadDir = join(scratch, `sdk-${name}`);
  await rm(downloadDir, { recursive: true, force: true });
  await mkdir(downloadDir, { recursive: true });
  const executable = { type: 'cached-download', downloadDir };
  const code = `
    import { TestWorkflowEnvironment } from '@temporalio/testing';
    const environment = await TestWorkflowEnvironment.${starter}({ server: { executable: ${JSON.stringify(executable)} } });
    await environment.teardown();
  `;
  await runNode(code, { cwd: root, withinMs: 5 * 60_000 });
  const [program] = await readdir(downloadDir);
  await mkdir(folder, { recursive: true });
  await rename(join(downloadDir, program), join(folder, name));
  await chmod(join(folder, name), 0o755);
}
