/** Runs PostgreSQL's programs as a user that they accept: they refuse root, which is common in containers. */
import { spawn } from 'node:child_process';
import { chown, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';

export interface RunAs {
  /** Command and arguments that run `program` as this user. */
  wrap(program: string, args: string[]): [string, string[]];
  ids: { uid?: number; gid?: number };
  /** Who has to own the files; null: whoever made them. */
  owner: number | null;
}

/** `nobody` on every Linux. */
const nobodyId = 65534;
const nobody = { uid: nobodyId, gid: nobodyId };

/** Root without its powers, in a user namespace of its own; containers often forbid that. */
const unshare = ['unshare', '--user'];
/** `nobody`, who may still go through root's folders. */
const setpriv = [
  'setpriv',
  `--reuid=${nobodyId}`,
  `--regid=${nobodyId}`,
  '--clear-groups',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

/** As an ordinary user: ourselves. As root: the first way to be somebody else that this machine allows. */
export async function chooseUser(folder: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { wrap: (program, args) => [program, args], ids: {}, owner: null };
  const trial = path.join(folder, 'writable');
  for (const [[tool = '', ...flags], owner] of [[unshare, 0] as const, [setpriv, nobodyId] as const]) {
    await chown(folder, owner, owner);
    if (await works(tool, [...flags, 'touch', trial])) {
      await rm(trial);
      return { wrap: (program, args) => [tool, [...flags, program, ...args]], ids: {}, owner };
    }
  }
  if (await works('touch', [trial], nobody)) {
    await rm(trial);
    return { wrap: (program, args) => [program, args], ids: nobody, owner: nobodyId };
  }
  const message = `PostgreSQL refuses to run as root, and this machine allows none of the ways to start it in ${folder} as another user.`;
  throw new GradusError(
    'PART_MISSING',
    `${message} Run as an ordinary user, or set DATABASE_URL to a server of yours.`,
  );
}

/** Gives a folder and all in it to the user, where it belongs to another. */
export async function giveTo(as: RunAs, folder: string): Promise<void> {
  if (as.owner === null || (await stat(folder)).uid === as.owner) return;
  const inside = await readdir(folder, { recursive: true });
  for (const name of [...inside.map((entry) => path.join(folder, entry)), folder])
    await chown(name, as.owner, as.owner);
}

/** Runs a program to its end; throws `PART_MISSING` with its words where it fails. */
export async function run(command: string, args: string[], as: Pick<RunAs, 'ids'>): Promise<void> {
  const { code, words } = await outcome(command, args, as.ids);
  if (code !== 0)
    throw new GradusError('PART_MISSING', `${command} ${args[0] ?? ''} failed (${code}):\n${words.trim()}`);
}

async function works(command: string, args: string[], ids: RunAs['ids'] = {}): Promise<boolean> {
  return (await outcome(command, args, ids)).code === 0;
}

function outcome(command: string, args: string[], ids: RunAs['ids']): Promise<{ code: number | null; words: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...ids, stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    const hear = (chunk: Buffer): void => {
      words += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => resolve({ code: null, words: error.message }));
    child.once('close', (code) => resolve({ code, words }));
  });
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** Packages from npm cannot hold links, so the embedded server lists those that its libraries need. */
export async function linkLibraries(bin: string): Promise<void> {
  const native = path.dirname(bin);
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linkList.parse(JSON.parse(list))) {
    const place = path.join(path.dirname(native), target);
    const to = path.relative(path.dirname(target), source);
    // Where it exists there is nothing to do; where it cannot be made, the server's own start says what is missing.
    await symlink(to, place).catch(() => {});
  }
}
