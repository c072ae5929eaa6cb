/** The sample: 6,046 real mails with labels for six capabilities, as served (`mail`) and with HTML left in (`mail-unstripped`). */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Dataset } from '../dataset.ts';
import { readExamples, toDataset, writeExamples } from '../cached.ts';
import { preparation, prepareMails } from './prepare.ts';
import { installedMails } from './source.ts';

/** What every mail, or some, have labels for; see `labels.ts`. */
export const mailCapabilities = ['automated', 'html', 'platform', 'reply', 'spam', 'topic'] as const;

const names = { served: 'mail', unstripped: 'mail-unstripped' } as const;

/** Prepares both on the first use (some seconds), and reads them from `cacheFolder` afterwards. */
export async function openMail(name: 'mail' | 'mail-unstripped', cacheFolder: string): Promise<Dataset> {
  const digest = createHash('sha256')
    .update(`${await installedMails.version()} ${preparation}`)
    .digest('hex');
  const file = (of: string) => join(cacheFolder, `${of}-${digest.slice(0, 16)}.jsonl.gz`);
  const cached = await readExamples(file(name));
  if (cached !== null) return toDataset(name, cached);
  const prepared = await prepareMails(await installedMails.read());
  await writeExamples(file(names.served), prepared.mail);
  await writeExamples(file(names.unstripped), prepared.unstripped);
  return toDataset(name, name === names.served ? prepared.mail : prepared.unstripped);
}
