/** `gradus release list`, `status` and `report`: what the records say, also when nothing runs. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { ReleaseReport } from '../domain/report.ts';
import { readConfig } from '../platform/config.ts';
import { withStore } from '../platform/records.ts';
import { findRelease } from './find-release.ts';
import { dataCommand, print, printJson, table, terminal, type JsonOption } from './output.ts';
import { progressText } from './progress-text.ts';
import { reportPage } from './report-page.ts';
import { reportText } from './report-text.ts';
import { moment, outcomes, versionsOf } from './words.ts';

export function releaseReadCommands(): Command[] {
  return [list(), status(), report()];
}

function list(): Command {
  return dataCommand('list', 'list releases, newest first', [
    ['gradus release list', 'all of them'],
    ['gradus release list --model mail-assistant', 'those of one model'],
  ])
    .option('--model <name>', 'only releases of this model')
    .action(async (options: JsonOption & { model?: string }) => {
      const releases = await withStore(readConfig(), ({ releases }) => releases.list(options.model));
      print(releases, options, listText);
    });
}

function listText(releases: readonly ReleaseReport[]): string {
  if (releases.length === 0) return 'There is no release yet. Start one with: gradus release start PLAN';
  const rows = releases.map((release) => {
    const released = release.stages.filter((stage) => stage.state === 'released').length;
    return [
      release.id,
      release.plan === null ? '' : versionsOf(release),
      release.strategy,
      outcomes[release.state].words,
      release.stages.length === 0 ? '' : `${released} of ${release.stages.length}`,
      moment(release.startedAt),
      release.endedAt === null ? '' : moment(release.endedAt),
    ];
  });
  return table(['release', 'versions', 'strategy', 'state', 'stages', 'started (UTC)', 'ended (UTC)'], rows);
}

function status(): Command {
  return dataCommand('status', 'show where a release stands (the newest one by default)', [
    ['gradus release status', 'the newest release'],
    ['gradus release status mail-assistant-2 --json', 'one release, as data'],
  ])
    .argument('[release]', 'which one, e.g. mail-assistant-2')
    .action(async (id: string | undefined, options: JsonOption) => {
      const found = await withStore(readConfig(), ({ releases }) => findRelease(releases, id));
      print(found, options, (release) => progressText(release, { ...terminal(), now: new Date() }));
    });
}

interface ReportOptions extends JsonOption {
  html?: string | true;
}

function report(): Command {
  return dataCommand('report', 'print the report of a release (the newest one by default)', [
    ['gradus release report', 'the newest release, on one screen'],
    ['gradus release report --json', 'the same as data'],
    ['gradus release report mail-assistant-2 --html report.html', 'as a page with charts'],
  ])
    .argument('[release]', 'which one, e.g. mail-assistant-2')
    .option('--html [file]', 'print a page that needs nothing else, or write it to a file')
    .action(async (id: string | undefined, options: ReportOptions) => {
      const found = await withStore(readConfig(), ({ releases }) => findRelease(releases, id));
      if (options.json === true) printJson(found);
      else if (typeof options.html === 'string') writeFileSync(options.html, reportPage(found));
      else console.log(options.html === true ? reportPage(found) : reportText(found, terminal()));
    });
}
