/** The datasets that a plan can name: those that come with Gradus (a new one is one line here), and those of users. */
import { GradusError } from '../domain/errors.ts';
import { didYouMean, listed } from '../domain/words.ts';
import type { Dataset, DatasetPlaces } from './dataset.ts';
import { openMail } from './mail/index.ts';
import { listOwn, openOwn } from './own/own-datasets.ts';

const included: Record<string, (cacheFolder: string) => Promise<Dataset>> = {
  mail: (cacheFolder) => openMail('mail', cacheFolder),
  'mail-unstripped': (cacheFolder) => openMail('mail-unstripped', cacheFolder),
};

export const includedNames = Object.keys(included);

export async function datasetNames({ own }: DatasetPlaces): Promise<string[]> {
  return [...includedNames, ...(await listOwn(own))];
}

/** Throws DATA_UNKNOWN for a name that is not there, DATA_INVALID where its file is damaged. */
export async function openDataset(name: string, places: DatasetPlaces): Promise<Dataset> {
  const open = Object.hasOwn(included, name) ? included[name] : undefined;
  if (open !== undefined) return open(places.cache);
  const names = await datasetNames(places);
  if (!names.includes(name)) throw unknownDataset(name, names);
  const dataset = await openOwn(places.own, name);
  if (dataset !== null) return dataset;
  throw new GradusError('DATA_INVALID', `The file of dataset "${name}" in ${places.own} is damaged: add it again.`);
}

export function unknownDataset(name: string, names: string[]): GradusError {
  const problem = `There is no dataset "${name}"${didYouMean(name, names)}; use ${listed(names, 'or')}`;
  return new GradusError('DATA_UNKNOWN', `${problem}, or bring your own: gradus data add --help`);
}
