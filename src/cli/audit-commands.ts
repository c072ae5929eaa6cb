/** `gradus audit verify`, `export`: the record of who decided what, and whether it is whole. */
import { Command } from 'commander';
import { createVerifier, type AuditEntry } from '../domain/audit.ts';
import { GradusError } from '../domain/errors.ts';
import { readConfig } from '../platform/config.ts';
import { dataCommand, print, printJson, type JsonOption } from './output.ts';

const page = 1000;

export function auditCommand(): Command {
  return new Command('audit')
    .description('the record of every decision: who, from where, on what evidence')
    .addCommand(verify())
    .addCommand(exportAll());
}

function verify(): Command {
  return dataCommand('verify', 'check that no entry was changed, taken out or put in', [
    ['gradus audit verify', 'prints how many entries there are, and the hash of the last'],
    ['gradus audit verify --head 41:9f86d08188…', 'that also none was cut off since entry 41 had that hash'],
  ])
    .option('--head <number:hash>', 'what an earlier verify printed, kept elsewhere')
    .action(async (options: JsonOption & { head?: string }) => {
      const wanted = options.head === undefined ? null : readHead(options.head);
      const verifier = createVerifier();
      const problems: string[] = [];
      let isThere = wanted === null || wanted.number === 0;
      for await (const { entry, besides } of allEntries()) {
        const problem = verifier.next(entry);
        if (problem !== null) problems.push(problem);
        problems.push(...besides);
        if (entry.number === wanted?.number) isThere = entry.hash.startsWith(wanted.hash);
      }
      if (!isThere) problems.push(`entry ${wanted?.number ?? 0} is not what it was, or not there any more`);
      const { number, hash } = verifier.head();
      if (problems.length > 0) {
        const shown = problems
          .slice(0, 20)
          .map((problem) => `\n  ${problem}`)
          .join('');
        throw new GradusError('AUDIT_BROKEN', `The audit log is not what it was:${shown}`, { problems });
      }
      print({ entries: number, head: `${number}:${hash}` }, options, ({ head }) =>
        number === 0
          ? 'Nothing was decided yet.'
          : `${number} entries, all as they were written. Keep elsewhere: ${head}`,
      );
    });
}

function exportAll(): Command {
  return dataCommand('export', 'print all entries, one a line as JSON (--json: as one list)', [
    ['gradus audit export > audit.jsonl', 'each entry holds the hash of the one before it'],
  ]).action(async (options: JsonOption) => {
    const all: AuditEntry[] = [];
    for await (const { entry } of allEntries()) {
      if (options.json === true) all.push(entry);
      else console.log(JSON.stringify(entry));
    }
    if (options.json === true) printJson(all);
  });
}

/** `besides`: where the columns that the records look for do not agree with their entries; with the first entry of a page. */
async function* allEntries(): AsyncGenerator<{ entry: AuditEntry; besides: string[] }> {
  const { withStore } = await import('../platform/records.ts');
  const config = readConfig();
  for (let after = 0; ;) {
    const from = after;
    const { entries, besides } = await withStore(config, async ({ audit }) => ({
      entries: await audit.entries(from, page),
      besides: await audit.disagreeing(from, page),
    }));
    for (const [i, entry] of entries.entries()) yield { entry, besides: i === 0 ? besides : [] };
    after = entries.at(-1)?.number ?? after;
    if (entries.length < page) return;
  }
}

function readHead(text: string): { number: number; hash: string } {
  const match = /^(\d+):([0-9a-f]{8,64})$/.exec(text);
  if (match === null) {
    throw new GradusError('REQUEST_INVALID', `"${text}" is not what verify prints, such as 41:9f86d081…`);
  }
  return { number: Number(match[1]), hash: match[2] ?? '' };
}
