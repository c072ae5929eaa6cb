/** The datasets that a plan can name: a new one is one line here. */
import { GradusError } from '../domain/errors.ts';
import { didYouMean, listed } from '../domain/words.ts';
import type { Dataset } from './dataset.ts';
import { openMail } from './mail/index.ts';

const datasets: Record<string, (cacheFolder: string) => Promise<Dataset>> = {
  mail: (cacheFolder) => openMail('mail', cacheFolder),
  'mail-unstripped': (cacheFolder) => openMail('mail-unstripped', cacheFolder),
};

export const datasetNames = Object.keys(datasets);

/** What is prepared once is kept in `cacheFolder`. Throws DATA_UNKNOWN for a name that is not registered. */
export async function openDataset(name: string, cacheFolder: string): Promise<Dataset> {
  const open = Object.hasOwn(datasets, name) ? datasets[name] : undefined;
  if (open !== undefined) return open(cacheFolder);
  const problem = `There is no dataset "${name}"${didYouMean(name, datasetNames)}`;
  throw new GradusError('DATA_UNKNOWN', `${problem}; use ${listed(datasetNames, 'or')}`);
}
