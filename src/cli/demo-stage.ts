/** What the demo's acts have in common: starting a release, following it with approver and users, and showing its report. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Client } from '@temporalio/client';
import { openDataset } from '../datasets/index.ts';
import type { Example } from '../datasets/dataset.ts';
import { drawExamples } from '../model/training-data.ts';
import { GradusError } from '../domain/errors.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { datasetPlaces, type Config } from '../platform/config.ts';
import { projectRoot } from '../platform/root.ts';
import { startRelease } from '../platform/start-release.ts';
import { workflowLink } from '../platform/temporal-links.ts';
import { trainingProgress } from '../platform/training-progress.ts';
import type { Running } from '../platform/up.ts';
import type { Store } from '../store/store.ts';
import { demoApprover } from './demo-approver.ts';
import type { DemoScreen } from './demo-screen.ts';
import { demoUsers, usersLine, type DemoUsers } from './demo-users.ts';
import { eventLines, milestoneLines, trainingText } from './event-lines.ts';
import { followRelease } from './follow-release.ts';
import { terminal } from './output.ts';
import { readPlanFile, type GivenPlan } from './plan-file.ts';
import { progressText } from './progress-text.ts';
import { reportPage } from './report-page.ts';
import { reportText } from './report-text.ts';

export interface Stage {
  config: Config;
  running: Running;
  client: Client;
  store: Store;
  screen: DemoScreen;
  /** Ends the demo: somebody said so, or a process could not be kept running. */
  signal: AbortSignal;
}

/** Who starts the demo's releases. */
export const demoName = 'npm start';

/** Thrown where the demo was ended from outside. */
class Interrupted extends Error {}

const trainingLineEveryMs = 15_000;

const examples = {
  first: 'mail-v1.yaml',
  better: 'mail.yaml',
  degraded: 'mail-degraded.yaml',
  learn: 'mail-learn.yaml',
} as const;
export type ExamplePlan = keyof typeof examples;

export function examplePlan(name: ExamplePlan): Promise<GivenPlan> {
  return readPlanFile(path.join(projectRoot, 'examples', examples[name]));
}

/** A release that an earlier run left under way goes on by itself; it is followed to its end first. */
export async function finishWhatIsOpen(stage: Stage, model: string): Promise<ReleaseReport | null> {
  const { store, client, screen } = stage;
  const holder = await store.releases.holder(model);
  if (holder === null) return null;
  const found = await client.workflow
    .getHandle(holder.id)
    .describe()
    .catch(() => null);
  if (found?.status.name !== 'RUNNING') return null;
  const startedBy = found.memo?.['startedBy'];
  if (startedBy !== demoName) {
    throw new GradusError(
      'MODEL_BUSY',
      `${holder.id} is under way, and ${typeof startedBy === 'string' ? startedBy : 'somebody else'} started it: the demo leaves it alone.\n` +
        `End it (gradus release rollback ${holder.id} --why REASON), or run the demo on data of its own: GRADUS_HOME=.gradus-demo npm start`,
    );
  }
  screen.say(` ${holder.id} was under way when it was stopped: it goes on from where it stood`);
  const users = await openUsers(stage, model);
  try {
    return await follow(stage, holder.id, users);
  } finally {
    await users.stop();
  }
}

/** Starts a release by one of the example plans, and follows it to its end. */
export async function carry(stage: Stage, name: ExamplePlan, users: DemoUsers | null): Promise<ReleaseReport> {
  const { client, store, screen, running } = stage;
  const order = await examplePlan(name);
  const { id } = await startRelease(client, store.releases, { ...order, by: demoName });
  const link = workflowLink(running.addresses, id);
  screen.say(
    ` ${id}: ${order.plan.strategy} release by examples/${examples[name]}${link === null ? '' : `   ${link}`}`,
  );
  return follow(stage, id, users);
}

export async function follow(stage: Stage, id: string, users: DemoUsers | null): Promise<ReleaseReport> {
  const { client, store, screen, signal, running } = stage;
  const approve = demoApprover(client, (line) => screen.say(line));
  const show = screen.isTerminal ? showLive(stage, workflowLink(running.addresses, id), users) : showLines(stage);
  const report = await followRelease(id, {
    client,
    releases: store.releases,
    signal,
    async onReport(now) {
      users?.watch(now);
      await show(now);
      await approve(now);
    },
  });
  screen.live('');
  if (report === null) throw new Interrupted();
  return report;
}

type Show = (report: ReleaseReport) => Promise<void>;

/** A live view; what is worth keeping stays above it. */
function showLive({ client, screen }: Stage, link: string | null, users: DemoUsers | null): Show {
  let before: ReleaseReport | null = null;
  return async (report) => {
    for (const line of milestoneLines(before, report)) screen.say(` ${line}`);
    before = report;
    const training = await trainingProgress(client, report);
    const text = progressText(report, { ...terminal(), now: new Date(), training, ...(link === null ? {} : { link }) });
    const stats = users?.stats() ?? null;
    screen.live(stats === null ? text : `${text}\n   users  ${usersLine(stats, report.candidate)}`);
  };
}

/** A line for each thing that happens, and one now and then while a version is trained. */
function showLines({ client, screen }: Stage): Show {
  let before: ReleaseReport | null = null;
  let toldAt = Date.now();
  return async (report) => {
    for (const line of eventLines(before, report, () => '')) screen.say(line);
    before = report;
    if (Date.now() - toldAt < trainingLineEveryMs) return;
    const training = await trainingProgress(client, report);
    if (training !== null) screen.say(trainingText(training));
    toldAt = Date.now();
  };
}

export async function openUsers(
  { config, running }: Stage,
  model: string,
  mix: (unseen: Example[]) => Example[] = (unseen) => unseen,
): Promise<DemoUsers> {
  const { plan } = await examplePlan('better');
  const dataset = await openDataset('mail', datasetPlaces(config));
  // Mails that no version has seen: those that are held out, and of the others those that the plans leave to users.
  const share = plan.candidate.kind === 'train' ? plan.candidate.train.share : 1;
  const drawn = new Set(drawExamples(dataset, share).map(({ id }) => id));
  const left = dataset.part('train').filter(({ id }) => !drawn.has(id));
  return demoUsers({
    gateway: running.addresses.gateway,
    model,
    examples: mix([...dataset.part('held-out'), ...left]),
    capabilities: Object.keys(plan.capabilities),
  });
}

/** The report of one screen, where the page with the charts is, and what to type next. */
export async function showReport(
  { config, running, screen }: Stage,
  report: ReleaseReport,
  next: string[],
): Promise<void> {
  const file = path.join(config.home, 'reports', `${report.id}.html`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, reportPage(report));
  const link = workflowLink(running.addresses, report.id);
  screen.say('');
  for (const line of reportText(report, terminal()).split('\n')) screen.plain(line);
  screen.plain('');
  screen.plain(` The same with charts   ${pathToFileURL(file).href}`);
  if (link !== null) screen.plain(` Temporal's page        ${link}`);
  screen.plain('');
  screen.plain(' Try next');
  for (const line of next) screen.plain(`   ${line}`);
  screen.plain('');
}
