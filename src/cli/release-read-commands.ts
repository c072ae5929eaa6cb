/** `gradus release list`, `status` and `report`: what the records say, also when nothing runs. */
import { InvalidArgumentError, type Command } from 'commander';
import type { StopAll } from '../domain/control.ts';
import type { WhichReleases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { stateWords } from '../domain/report-words.ts';
import { readConfig } from '../platform/config.ts';
import { runningOn } from '../platform/run-file.ts';
import { dataCommand, print, printJson, table, terminal, writeNamed, type JsonOption } from './output.ts';
import { lastMoment, moment, stopWords, versionsOf } from './words.ts';

export function releaseReadCommands(): Command[] {
  return [list(), status(), report()];
}

function list(): Command {
  return dataCommand('list', 'list releases, newest first', [
    ['gradus release list', 'the newest ones'],
    ['gradus release list --open', 'those under way, and those that wait for their model'],
    ['gradus release list --model mail-assistant --limit 500', 'more of them, of one model'],
  ])
    .option('--model <name>', 'only releases of this model')
    .option('--open', 'only releases that have not ended')
    .option('--limit <n>', 'at most so many', readLimit, 50)
    .action(async (options: JsonOption & { model?: string; open?: true; limit: number }) => {
      const { withStore } = await import('../platform/records.ts');
      const { model, open, limit } = options;
      const which = { model, open };
      const { found, stop } = await withStore(readConfig(), async ({ releases, stopAlls }) => ({
        found: await releases.list({ ...which, most: limit + 1 }),
        stop: await stopAlls.current(),
      }));
      print(found.slice(0, limit), options, (all) => `${listText(all, which)}${stopText(stop)}`);
      if (found.length > limit) console.error(`There are more than these ${limit}: --limit ${limit * 10}`);
    });
}

function readLimit(typed: string): number {
  if (/^[1-9]\d{0,5}$/.test(typed)) return Number(typed);
  throw new InvalidArgumentError('It is a whole number, 1 or more.');
}

function listText(releases: readonly ReleaseReport[], { model, open }: WhichReleases): string {
  if (releases.length === 0 && open === true)
    return `No release${model === undefined ? '' : ` of ${model}`} is under way.`;
  if (releases.length === 0 && model !== undefined) return `There is no release of ${model} yet.`;
  if (releases.length === 0) return 'There is no release yet. Start one with: gradus release start PLAN';
  const rows = releases.map((release) => {
    const released = release.stages.filter((stage) => stage.state === 'released').length;
    return [
      release.id,
      release.plan === null ? '' : versionsOf(release),
      release.strategy,
      stateWords(release),
      release.stages.length === 0 ? '' : `${released} of ${release.stages.length}`,
      moment(release.startedAt),
      release.endedAt === null ? '' : moment(release.endedAt),
    ];
  });
  return table(['release', 'versions', 'strategy', 'state', 'stages', 'started (UTC)', 'ended (UTC)'], rows);
}

/** A stop of all releases holds them also before each has heard of it. */
function stopText(stop: StopAll | null): string {
  if (stop === null) return '';
  return `\n\nAll releases are stopped: ${stopWords(stop)}.\nEnd that with: gradus stop-all --end --why REASON`;
}

function status(): Command {
  return dataCommand('status', 'show where a release stands (the newest one by default)', [
    ['gradus release status', 'the newest release'],
    ['gradus release status mail-assistant-2 --json', 'one release, as data'],
  ])
    .argument('[release]', 'which one, e.g. mail-assistant-2')
    .action(async (id: string | undefined, options: JsonOption) => {
      const [{ withStore }, { findRelease }, { progressText }] = await Promise.all([
        import('../platform/records.ts'),
        import('./find-release.ts'),
        import('./progress-text.ts'),
      ]);
      const { found, stop } = await withStore(readConfig(), async ({ releases, stopAlls }) => ({
        found: await findRelease(releases, id),
        stop: await stopAlls.current(),
      }));
      const held = found.endedAt === null ? stop : null;
      print(found, options, (release) => `${statusText(release, progressText)}${stopText(held)}`);
    });
}

type ProgressText = typeof import('./progress-text.ts').progressText;

/** Where nothing runs, time does not go on for a release either, and that is said. */
function statusText(release: ReleaseReport, progressText: ProgressText): string {
  const config = readConfig();
  const elsewhere = config.databaseUrl !== null || config.temporal !== null;
  const isCarriedOn = release.endedAt !== null || elsewhere || runningOn(config.home) !== null;
  if (isCarriedOn) return progressText(release, { ...terminal(), now: new Date() });
  const stood = `Nothing runs now: this is how it stood at ${moment(lastMoment(release))} UTC.`;
  return `${progressText(release, terminal())}\n\n   ${stood}\n   It goes on with: gradus up`;
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
      const found = await readRelease(id);
      if (options.json === true) {
        printJson(found);
      } else if (options.html === undefined) {
        const { reportText } = await import('./report-text.ts');
        console.log(reportText(found, terminal()));
      } else {
        const { reportPage } = await import('./report-page.ts');
        if (options.html === true) console.log(reportPage(found));
        else writeNamed(options.html, reportPage(found));
      }
    });
}

async function readRelease(id: string | undefined): Promise<ReleaseReport> {
  const [{ withStore }, { findRelease }] = await Promise.all([
    import('../platform/records.ts'),
    import('./find-release.ts'),
  ]);
  return withStore(readConfig(), ({ releases }) => findRelease(releases, id));
}
