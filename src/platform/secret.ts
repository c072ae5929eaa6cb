/** The installation's secret: users' ids are hashed and answers' ids signed with keys that come from it. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from './config.ts';

/** From the environment, or made once and kept in the data folder, for its owner alone. */
export async function readSecret(config: Config): Promise<string> {
  if (config.secret !== null) return config.secret;
  const file = path.join(config.home, 'secret');
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known !== null) return known.trim();
  // Written whole and then given its name, so that of two processes that start at once both read the same secret.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch {
    // Another process was faster.
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

/** 32 bytes for one purpose (HKDF, RFC 5869), so that knowing one key gives away no other. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'gradus', purpose, 32));
}
