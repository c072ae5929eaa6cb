/** Datasets of users, each in a folder of theirs as one file beside the report of its import. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  await writeExamples(paths.examples, examples);
  await replaceFile(paths.report, JSON.stringify(report));
}

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

export async function readReport(folder: string, name: string): Promise<ImportReport> {
  return JSON.parse(await readFile(pathsOf(folder, name).report, 'utf8'));
}

export async function removeOwn(folder: string, name: string): Promise<void> {
  const { report, examples } = pathsOf(folder, name);
  await rm(report, { force: true });
  await rm(examples, { force: true });
}
