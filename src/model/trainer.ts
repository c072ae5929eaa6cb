/** Trains versions network by network and measures them, on threads of their own. */
import type { DatasetPlaces } from '../datasets/dataset.ts';
import type { CardOrder, ExplainedAnswer, ExplainOrder, MeasuredCard } from '../domain/card.ts';
import { GradusError } from '../domain/errors.ts';
import type { TrainedVersion, Trainer, TrainOrder } from '../domain/ports.ts';
import type { TrainingProgress } from '../domain/version.ts';
import { listed } from '../domain/words.ts';
import { compiled } from './environment.ts';
import { networkKey, readNetwork, trainingCode } from './network-files.ts';
import { atStart, createProgress } from './progress.ts';
import type { Work } from './progress.ts';
import type { Head } from './shape.ts';
import { newMemory } from './memory.ts';
import { batchSize, shapeOf } from './training.ts';
import { cardOn, evaluateOn } from './side-by-side.ts';
import { createThreadPool, type ThreadPool } from './thread-pool.ts';
import type { Thread } from './thread.ts';
import type { ThreadSetting } from './thread-messages.ts';
import { writeVersion } from './version-files.ts';

export interface TrainerOptions {
  /** Folder of versions, and of networks that are finished before their version is. */
  artefacts: string;
  /** Folders of datasets. */
  places: DatasetPlaces;
  /** Networks that are trained at once: one for each core. */
  threads: number;
  /** URL of a module with another `openDataset`. */
  datasets?: string;
}

/** What is asked of a version by people who look at it closely. */
export interface CardMaker {
  card(order: CardOrder, signal: AbortSignal): Promise<MeasuredCard>;
  explain(order: ExplainOrder, signal: AbortSignal): Promise<ExplainedAnswer>;
}

const reportEveryMs = 1000;

export function createTrainer(options: TrainerOptions): Trainer & CardMaker {
  const { artefacts, places, threads } = options;
  const datasets = options.datasets ?? new URL('../datasets/index.js', compiled('.')).href;
  const setting: ThreadSetting = { artefacts, places, datasets };
  const pool = createThreadPool(setting);
  const alone = createTurns();
  return {
    train: (order, report, signal) =>
      withThreads(pool, signal, (take) => trainVersion(setting, threads, order, report, take, alone)),
    evaluate: (order, signal) => withThreads(pool, signal, (take) => evaluateOn(threads, order, take)),
    card: (order, signal) => withThreads(pool, signal, (take) => cardOn(threads, order, take)),
    explain: (order, signal) =>
      withThreads(pool, signal, async (take) =>
        (await take()).run({ kind: 'explain', order }, (message) =>
          message.kind === 'explained' ? message.explained : undefined,
        ),
      ),
    profile: (order, signal) =>
      withThreads(pool, signal, async (take) =>
        (await take()).run({ kind: 'profile', order }, (message) =>
          message.kind === 'profiled' ? message.profile : undefined,
        ),
      ),
  };
}

/** Runs `work`, which may take threads; they go back when it ends well, and are stopped when not, or at once by `signal`. */
async function withThreads<T>(
  pool: ThreadPool,
  signal: AbortSignal,
  work: (take: () => Promise<Thread>) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const taken: Promise<Thread>[] = [];
  const take = (): Promise<Thread> => {
    signal.throwIfAborted();
    const thread = pool.take();
    taken.push(thread);
    return thread;
  };
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    const result = await Promise.race([work(take), aborted]);
    for (const thread of taken) pool.giveBack(await thread);
    return result;
  } catch (error) {
    await Promise.allSettled(taken.map(async (thread) => (await thread).stop()));
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Does one thing after the other under the same name. */
type Turns = (name: string, act: () => Promise<void>) => Promise<void>;

/**
 * Two trainings of the same network at once would share its checkpoint: threads that learn together could begin with
 * different ones, and then wait for each other for ever.
 */
function createTurns(): Turns {
  const underWay = new Map<string, Promise<void>>();
  return async (name, act) => {
    for (let other = underWay.get(name); other !== undefined; other = underWay.get(name)) await other.catch(() => {});
    const turn = act();
    underWay.set(name, turn);
    try {
      await turn;
    } finally {
      underWay.delete(name);
    }
  };
}

interface Planned {
  heads: Head[];
  key: string;
  work: Work;
}

async function trainVersion(
  { artefacts }: ThreadSetting,
  threads: number,
  { model, capabilities, spec, lessons }: TrainOrder,
  report: (progress: TrainingProgress) => void,
  take: () => Promise<Thread>,
  alone: Turns,
): Promise<TrainedVersion> {
  let now = (): TrainingProgress[] => [atStart(listed(capabilities), spec.epochs)];
  const timer = setInterval(() => now().forEach(report), reportEveryMs);
  try {
    const first = await take();
    const {
      dataDigest,
      vocabulary,
      networks,
      trainedOn,
      lessons: learnt,
    } = await first.run(
      {
        kind: 'prepare',
        spec,
        capabilities: [...new Set(capabilities)].sort(),
        ...(lessons === undefined ? {} : { lessons }),
      },
      (message) => (message.kind === 'prepared' ? message.prepared : undefined),
    );
    // Fewer networks than threads: several threads learn one of them together.
    const replicas = Math.max(1, Math.floor(threads / networks.length));
    const planned = networks.map(({ heads, examples }): Planned => {
      const name = listed(heads.map(({ capability }) => capability));
      const work = { name, epochs: spec.epochs, total: examples * spec.epochs };
      return { heads, key: networkKey(spec, heads, dataDigest, replicas), work };
    });
    const progress = createProgress(
      planned.map(({ work }) => work),
      Math.floor(threads / replicas),
    );
    now = progress.now;

    const queue: Planned[] = [];
    for (const network of planned) {
      if (await readNetwork(artefacts, network.key)) progress.finish(network.work);
      else queue.push(network);
    }
    // The biggest first, so that no thread has a long one left when the others are done.
    queue.sort((a, b) => b.work.total - a.work.total);
    const trainOne = async (team: Thread[], heads: Head[], key: string, work: Work): Promise<void> => {
      // Another release may have trained the same network meanwhile.
      if (await readNetwork(artefacts, key)) return;
      const memory = team.length > 1 ? newMemory(shapeOf(heads, spec), batchSize(spec), team.length) : null;
      const learnTogether = team.map((thread, index) => {
        const together = memory === null ? {} : { replica: { index, count: team.length, memory } };
        return thread.run({ kind: 'train', spec, heads, vocabulary, key, ...together }, (message) => {
          if (message.kind === 'step') progress.step(work, message.step);
          return message.kind === 'trained' || undefined;
        });
      });
      await Promise.all(learnTogether);
    };
    const trainAll = async (team: Thread[]): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { heads, key, work } = next;
        await alone(key, () => trainOne(team, heads, key, work));
        progress.finish(work);
      }
    };
    const teams = Math.min(Math.floor(threads / replicas), queue.length);
    const teamOf = async (some: Thread[]): Promise<Thread[]> => {
      const more = Array.from({ length: replicas - some.length }, take);
      return [...some, ...(await Promise.all(more))];
    };
    await Promise.all(
      Array.from({ length: teams }, async (_, team) => trainAll(await teamOf(team === 0 ? [first] : []))),
    );
    now().forEach(report);

    const finished = await Promise.all(
      planned.map(async ({ heads, key }) => {
        const kept = await readNetwork(artefacts, key);
        if (kept !== null) return { heads, ...kept };
        throw new GradusError('TRAINING_FAILED', `A finished network went away from ${artefacts}/networks: try again.`);
      }),
    );
    const madeFrom = { data: spec.data, dataDigest, code: trainingCode, replicas };
    const version = { model, spec, trainedOn, madeFrom, vocabulary, networks: finished };
    const digest = await writeVersion(artefacts, version);
    const labels = Object.fromEntries(
      networks.flatMap(({ heads }) => heads.map((head) => [head.capability, head.labels])),
    );
    return { digest, model, spec, labels, trainedOn, ...(spec.lessons === undefined ? {} : { lessons: learnt }) };
  } finally {
    clearInterval(timer);
  }
}
