/** `npm start`: a model is trained and released, then a better one gradually against it, with users who rate what they get. */
import type { ReleaseReport } from '../domain/report.ts';
import { readConfig } from '../platform/config.ts';
import { connectClient } from '../platform/temporal-client.ts';
import { startAll, type Running } from '../platform/up.ts';
import { openStore } from '../store/store.ts';
import { demoScreen } from './demo-screen.ts';
import { carry, examplePlan, finishWhatIsOpen, openUsers, showReport, type Stage } from './demo-stage.ts';
import { mixedAsToday, usersLine, type DemoUsers } from './demo-users.ts';
import { learnFromUsers, learntLines } from './demo-learning.ts';
import { exitCodes } from './exit.ts';
import { upLine } from './up-text.ts';
import { percent } from './words.ts';

export interface DemoOptions {
  /** Offers a candidate with a fault, and shows that it is rolled back. */
  degraded: boolean;
  /** Ends the demo; everything is stopped then. */
  signal: AbortSignal;
}

/** A faulty candidate has to be stopped before this share of the users ever had it. */
const mostExposed = 0.25;
/** As shells say it of what Ctrl-C ended. */
const interruptedCode = 130;

/** Resolves with the exit code, when everything that was started is stopped again. */
export async function demo({ degraded, signal }: DemoOptions): Promise<number> {
  const screen = demoScreen();
  const config = readConfig();
  const running = await startAll(config, (event) => {
    const line = upLine(event);
    if (line !== null) screen.say(line);
  });
  const ending = endingOf(signal, running);
  try {
    ending.throwIfAborted();
    const client = await connectClient(config);
    const store = await openStore(running.addresses.database, { connections: 2 });
    try {
      const stage = { config, running, client, store, screen, signal: ending };
      const code = degraded ? await showDegraded(stage) : await showRelease(stage);
      if (screen.isTerminal && !ending.aborted) {
        screen.say(' Everything keeps running: Ctrl-C stops it.');
        await new Promise((resolve) => ending.addEventListener('abort', resolve));
      }
      return code;
    } finally {
      screen.live('');
      await store.close();
      await client.connection.close();
    }
  } catch (error) {
    if (!signal.aborted) throw ending.aborted ? ending.reason : error;
    return interruptedCode;
  } finally {
    if (signal.aborted) screen.say(' stopping …');
    await running.stop();
  }
}

/** Aborts when somebody says so, or with the reason when a process could not be kept running. */
function endingOf(signal: AbortSignal, running: Running): AbortSignal {
  const failing = new AbortController();
  void running.failed.then((reason) => failing.abort(reason));
  return AbortSignal.any([signal, failing.signal]);
}

/** Version 1 to all at once, then version 2 through every step. */
async function showRelease(stage: Stage): Promise<number> {
  const { screen } = stage;
  const { model } = (await examplePlan('better')).plan;
  const finished = await finishWhatIsOpen(stage, model);
  if (finished?.strategy !== 'one-shot' || finished.state !== 'released') {
    if (await isOffered(stage, model))
      screen.say(' version 1 goes to all users again first, so that version 2 has something to beat');
    const first = await carry(stage, 'first', null);
    if (first.state !== 'released') return failed(stage, first);
  }
  return withUsers(await openUsers(stage, model), async (users) => {
    screen.say('');
    const report = await carry(stage, 'better', users);
    const learnt = report.state === 'released' ? await learnFromUsers(stage, users) : null;
    const stats = await users.stop();
    screen.say('');
    screen.say(
      ` simulated users: ${usersLine(stats, report.candidate)}; taken back without a rollback: ${stats.flips}`,
    );
    for (const line of learnt === null ? [] : learntLines(learnt)) screen.say(line);
    await showReport(stage, report, [
      'npx gradus release report              the report of the newest release, with nothing running',
      'npx gradus iteration show              what users corrected, and what was learnt from it',
      'npx gradus predict spam --text "…"     an answer, as an application gets it (while this runs)',
      'npm start -- --degraded                a candidate with a fault, and how it is stopped',
    ]);
    return report.state === 'released' ? exitCodes.done : exitCodes.negative;
  });
}

/** A candidate whose own tests see no fault, against what is stable. */
async function showDegraded(stage: Stage): Promise<number> {
  const { screen, store } = stage;
  const { model } = (await examplePlan('degraded')).plan;
  await finishWhatIsOpen(stage, model);
  if (!(await isOffered(stage, model))) {
    screen.say(' nothing is stable yet: version 1 goes to all users first');
    const first = await carry(stage, 'first', null);
    if (first.state !== 'released') return failed(stage, first);
  }
  return withUsers(await openUsers(stage, model, mixedAsToday), async (users) => {
    screen.say('');
    screen.say(' The next candidate learns from mails with their HTML tags; what it is served has none.');
    const report = await carry(stage, 'degraded', users);
    const stats = await users.stop();
    const faulty = report.candidate?.digest ?? '';
    const exposed = (stats.exposedUsers[faulty] ?? 0) / Math.max(1, stats.users);
    const routes = await store.routes.current(model);
    const isBack = routes.every((route) => route.candidate === null && route.stable !== faulty);
    screen.say('');
    screen.say(` simulated users: ${usersLine(stats, null)}`);
    screen.say(` ever exposed to the faulty candidate: ${percent(exposed)} of ${stats.users} users`);
    screen.say(isBack ? ' every user is on stable again' : ' some users are NOT on stable');
    await showReport(stage, report, [
      'npx gradus release report      the same report again, with nothing running',
      'npx gradus release list        all releases so far',
      'npm start                      version 2, which is better, through every step',
    ]);
    const stopped = report.state === 'rolledBack' && isBack && exposed < mostExposed;
    return stopped ? exitCodes.done : exitCodes.negative;
  });
}

async function withUsers(users: DemoUsers, act: (users: DemoUsers) => Promise<number>): Promise<number> {
  try {
    return await act(users);
  } finally {
    await users.stop();
  }
}

/** Whether users have a version of every capability that the candidate with the fault is for. */
async function isOffered({ store }: Stage, model: string): Promise<boolean> {
  const { plan } = await examplePlan('degraded');
  const routes = await store.routes.current(model);
  return Object.keys(plan.capabilities).every((name) =>
    routes.some((route) => route.capability === name && route.stable !== null),
  );
}

async function failed(stage: Stage, report: ReleaseReport): Promise<number> {
  await showReport(stage, report, ['npx gradus release report      the same report again, with nothing running']);
  return exitCodes.negative;
}
