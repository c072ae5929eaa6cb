/** The demo's crowd: few while a version is trained or examined, many while users have it, and a line about what they did. */
import type { Example } from '../datasets/dataset.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { simulateUsers, type SimulatedUsersStats } from './simulated-users.ts';
import { count, percent } from './words.ts';

export interface DemoUsers {
  /** What the release does now decides how many requests there are, and for what. */
  watch(report: ReleaseReport): void;
  stats(): SimulatedUsersStats | null;
  stop(): Promise<SimulatedUsersStats>;
}

const users = 4000;
/** Training and examining have the cores to themselves. */
const quietPerSecond = 5;
const busyPerSecond = 320;

export function demoUsers(options: {
  gateway: string;
  model: string;
  examples: Example[];
  capabilities: string[];
}): DemoUsers {
  const ending = new AbortController();
  let focus: string[] = [];
  let latest: SimulatedUsersStats | null = null;
  const running = simulateUsers({
    gateway: options.gateway,
    model: options.model,
    examples: options.examples,
    capabilities: options.capabilities,
    users,
    perSecond: () => (focus.length > 0 ? busyPerSecond : quietPerSecond),
    testers: ['testers'],
    seed: 1,
    signal: ending.signal,
    focus: () => focus,
    onStats: (stats) => (latest = stats),
  });
  // It is waited for in `stop`.
  running.catch(() => {});
  return {
    watch(report) {
      const stage = report.stages.find((one) => one.state === 'running');
      const exposed = report.exposures.some((one) => one.stage === stage?.number && one.step === stage.step);
      focus = report.endedAt === null && stage !== undefined && exposed ? stage.capabilities : [];
    },
    stats: () => latest,
    async stop() {
      ending.abort();
      return running;
    },
  };
}

/** As many HTML mails as plain ones, as people get today; the sample is of 2002, when one in five was HTML. */
export function mixedAsToday(examples: readonly Example[]): Example[] {
  const isHtml = (example: Example): boolean => example.labels['html'] === 'yes';
  const html = examples.filter(isHtml);
  const plain = examples.filter((example) => !isHtml(example));
  const times = html.length === 0 ? 0 : Math.max(1, Math.round(plain.length / html.length));
  return [...plain, ...Array.from({ length: times }, () => html).flat()];
}

/** `users   1,204 people, 8,310 answers, 7,402 rated; v2 reached 12.1 % of them` */
export function usersLine(stats: SimulatedUsersStats, candidate: { number: number; digest: string } | null): string {
  const reached = candidate === null ? 0 : (stats.exposedUsers[candidate.digest] ?? 0);
  const share =
    candidate === null ? '' : `; v${candidate.number} reached ${percent(reached / Math.max(1, stats.users))} of them`;
  const lost = stats.unacknowledged === 0 ? '' : `, ${count(stats.unacknowledged)} ratings lost`;
  const failed = stats.failed === 0 ? '' : `, ${count(stats.failed)} failed`;
  return `${count(stats.users)} people, ${count(stats.answered)} answers${failed}, ${count(stats.rated)} rated${lost}${share}`;
}
