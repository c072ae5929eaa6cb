/** Datasets of users, each in a folder of theirs as one file beside the report of its import. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GradusError } from '../../domain/errors.ts';
import { readExamples, replaceFile, toDataset, writeExamples, type PartedExample } from '../cached.ts';
import type { Dataset } from '../dataset.ts';
import type { ImportReport } from './report.ts';

const reportEnd = '.report.json';

const pathsOf = (folder: string, name: string) => ({
  examples: join(folder, `${name}.jsonl.gz`),
  report: join(folder, `${name}${reportEnd}`),
});

/** The report is written last, and only with it there is such a dataset. */
export async function keepOwn(
  folder: string,
  name: string,
  examples: PartedExample[],
  report: ImportReport,
): Promise<void> {
  const paths = pathsOf(folder, name);
  try {
    await writeExamples(paths.examples, examples);
    await replaceFile(paths.report, JSON.stringify(report));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!Object.hasOwn(unwritable, code)) throw cause;
    const message = `${name} cannot be kept in ${folder}, which ${unwritable[code]}; GRADUS_HOME may name another place.`;
    throw new GradusError('REQUEST_INVALID', message, { cause });
  }
}

/** What the codes of the system say of a folder of ours. */
const unwritable: Record<string, string> = {
  EACCES: 'may not be written to',
  EPERM: 'may not be written to',
  EROFS: 'can only be read',
  ENOSPC: 'has no room left',
  EDQUOT: 'has no room left',
  ENOTDIR: 'is not a folder',
  EEXIST: 'is not a folder',
  EISDIR: 'has a folder of that name',
  ELOOP: 'is a link that leads back to itself',
};

/** Null where there is none, or its file is damaged. */
export async function openOwn(folder: string, name: string): Promise<Dataset | null> {
  const examples = await readExamples(pathsOf(folder, name).examples);
  return examples === null ? null : toDataset(name, examples);
}

/** Names, sorted. */
export async function listOwn(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.flatMap((file) => (file.endsWith(reportEnd) ? [file.slice(0, -reportEnd.length)] : [])).sort();
}

/** Throws DATA_INVALID where its file is damaged. */
export async function readReport(folder: string, name: string): Promise<ImportReport> {
  try {
    return JSON.parse(await readFile(pathsOf(folder, name).report, 'utf8'));
  } catch (cause) {
    const message = `The report of dataset "${name}" in ${folder} is damaged: add it again, with --replace.`;
    throw new GradusError('DATA_INVALID', message, { cause });
  }
}

export async function removeOwn(folder: string, name: string): Promise<void> {
  const { report, examples } = pathsOf(folder, name);
  await rm(report, { force: true });
  await rm(examples, { force: true });
}
