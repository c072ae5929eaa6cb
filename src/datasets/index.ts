/** The datasets that a plan can name: those that come with Gradus (a new one is one line here), and those of users. */
import { GradusError } from '../domain/errors.ts';
import { didYouMean, listed } from '../domain/words.ts';
import type { Dataset, DatasetPlaces } from './dataset.ts';
import { mailCapabilities, openMail } from './mail/index.ts';
import { listOwn, openOwn, readReport } from './own/own-datasets.ts';

interface Included {
  capabilities: readonly string[];
  open(cacheFolder: string): Promise<Dataset>;
}

const included: Record<string, Included> = {
  mail: { capabilities: mailCapabilities, open: (cacheFolder) => openMail('mail', cacheFolder) },
  'mail-unstripped': {
    capabilities: mailCapabilities,
    open: (cacheFolder) => openMail('mail-unstripped', cacheFolder),
  },
};

export const includedNames = Object.keys(included);
export const includedDatasets = Object.entries(included).map(([name, { capabilities }]) => ({ name, capabilities }));

async function datasetNames({ own }: DatasetPlaces): Promise<string[]> {
  return [...includedNames, ...(await listOwn(own))];
}

/** Throws DATA_UNKNOWN for a name that is not there, DATA_INVALID where its file is damaged. */
export async function openDataset(name: string, places: DatasetPlaces): Promise<Dataset> {
  const known = Object.hasOwn(included, name) ? included[name] : undefined;
  if (known !== undefined) return known.open(places.cache);
  const names = await datasetNames(places);
  if (!names.includes(name)) throw unknownDataset(name, names);
  const dataset = await openOwn(places.own, name);
  if (dataset !== null) return dataset;
  throw new GradusError('DATA_INVALID', `The file of dataset "${name}" in ${places.own} is damaged: add it again.`);
}

/** Throws DATA_UNKNOWN, and CAPABILITY_UNKNOWN with all capabilities that the dataset has no labels for. */
export async function checkLabels(name: string, capabilities: string[], places: DatasetPlaces): Promise<void> {
  const names = await datasetNames(places);
  if (!names.includes(name)) throw unknownDataset(name, names);
  const report = includedNames.includes(name) ? null : await readReport(places.own, name);
  const known = report === null ? (included[name]?.capabilities ?? []) : Object.keys(report.capabilities);
  const problems = capabilities
    .filter((capability) => !known.includes(capability))
    .map((capability) => `${name} has no labels for "${capability}"${didYouMean(capability, [...known])}`);
  if (problems.length === 0) return;
  const message = `${problems.join('; ')}; it has them for ${listed(known)}.`;
  throw new GradusError('CAPABILITY_UNKNOWN', message, { problems });
}

export function unknownDataset(name: string, names: string[]): GradusError {
  const there = names.length === 0 ? 'you have added none yet' : `use ${listed(names, 'or')}`;
  const problem = `There is no dataset "${name}"${didYouMean(name, names)}; ${there}`;
  return new GradusError('DATA_UNKNOWN', `${problem}. Bring your own: gradus data add --help`);
}
