/** Runs in a thread of its own: prepares data, trains networks, measures versions. */
import { parentPort, workerData } from 'node:worker_threads';
import { GradusError } from '../domain/errors.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { describeVersion, measureCapabilities } from './card.ts';
import { checkpointsIn } from './checkpoint.ts';
import { explainAnswer } from './explain.ts';
import { answerShare, countAnswers, evaluateVersions, type Evaluator } from './evaluation.ts';
import { checkpointPath, keepNetwork } from './network-files.ts';
import { createAnsweringNetwork } from './inference.ts';
import { isLesson, keepLessons, trainingExamples } from './lessons.ts';
import { initialWeights } from './initial-weights.ts';
import { createTrainableNetwork } from './network.ts';
import { profileVersion } from './profile.ts';
import type {
  DatasetModule,
  Job,
  Prepared,
  PrepareJob,
  ThreadMessage,
  ThreadSetting,
  TrainJob,
} from './thread-messages.ts';
import type { Head, NetworkShape } from './shape.ts';
import { checkExamples, drawExamples, headOf, toSequences } from './training-data.ts';
import { shapeOf, trainNetwork } from './training.ts';
import { buildVocabulary, createVectorizer } from './vectorizer.ts';

const setting: ThreadSetting = workerData;
const opened = new Map<string, Promise<Dataset>>();

function say(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

async function open(name: string): Promise<Dataset> {
  const known = opened.get(name);
  if (known) return known;
  const datasets: DatasetModule = await import(setting.datasets);
  const dataset = datasets.openDataset(name, setting.places);
  opened.set(name, dataset);
  return dataset;
}

async function prepare({ spec, capabilities, lessons }: PrepareJob): Promise<Prepared> {
  const dataset = await open(spec.data);
  const heads = capabilities.map((capability) => headOf(dataset, capability));
  if (spec.lessons !== undefined && lessons !== undefined) {
    await keepLessons(setting.artefacts, spec.lessons, lessons, dataset);
  }
  const examples = await trainingExamples(setting.artefacts, dataset, spec);
  for (const head of heads) checkExamples(examples, head, spec);
  const labelledFor = (some: Head[]): number =>
    examples.filter(({ labels }) => some.some(({ capability }) => labels[capability] !== undefined)).length;
  const groups = spec.network === 'shared' ? [heads] : heads.map((head) => [head]);
  return {
    dataDigest: dataset.digest,
    vocabulary: buildVocabulary(
      examples.map(({ text }) => text),
      spec.vocabulary,
    ),
    networks: groups.map((group) => ({ heads: group, examples: labelledFor(group) })),
    trainedOn: labelledFor(heads),
    lessons: examples.filter(({ id, labels }) => isLesson(id) && heads.some((head) => labels[head.capability])).length,
  };
}

async function train({ spec, heads, vocabulary, key, replica }: TrainJob): Promise<void> {
  const isFirst = replica === undefined || replica.index === 0;
  const dataset = await open(spec.data);
  const vectorize = createVectorizer(vocabulary, spec.length);
  const examples = toSequences(await trainingExamples(setting.artefacts, dataset, spec), heads, vectorize);
  const path = checkpointPath(setting.artefacts, key);
  const trained = trainNetwork(
    heads,
    spec,
    examples,
    toSequences(drawExamples(dataset, spec.share, 'validation'), heads, vectorize),
    (step) => {
      if (isFirst) say({ kind: 'step', step });
    },
    {
      ...(replica === undefined ? {} : { replica }),
      checkpoints: checkpointsIn(path, shapeOf(heads, spec), examples.sequences.length),
    },
  );
  if (isFirst) await keepNetwork(setting.artefacts, key, trained);
}

const evaluator: Evaluator = { artefacts: setting.artefacts, open };

async function answer(job: Job): Promise<ThreadMessage> {
  switch (job.kind) {
    case 'prepare':
      return { kind: 'prepared', prepared: await prepare(job) };
    case 'train':
      await train(job);
      return { kind: 'trained' };
    case 'evaluate':
      return {
        kind: 'evaluated',
        evaluated: await evaluateVersions(evaluator, job.order, job.answers),
      };
    case 'count':
      return { kind: 'counted', count: await countAnswers(evaluator, job.order) };
    case 'answer':
      return { kind: 'answered', answers: await answerShare(evaluator, job.order, job.share) };
    case 'capabilities':
      return { kind: 'capabilities', capabilities: await measureCapabilities(evaluator, job.order) };
    case 'describe':
      return { kind: 'described', described: await describeVersion(evaluator, job.order) };
    case 'explain':
      return { kind: 'explained', explained: await explainAnswer(setting.artefacts, job.order) };
    case 'profile':
      return { kind: 'profiled', profile: await profileVersion(evaluator, job.order) };
  }
}

function failure(error: unknown): ThreadMessage {
  if (error instanceof GradusError) {
    const { code, message, problems } = error;
    return { kind: 'failed', code, message, problems };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'failed', code: null, message, problems: [] };
}

/** Calls every operation once (see `startThread`). */
function warmUp(): void {
  const shape: NetworkShape = {
    pooling: 'average',
    vocabulary: 4,
    embedding: 4,
    units: 16,
    heads: [{ capability: '', labels: ['a', 'b'] }],
  };
  const weights = initialWeights(shape, 1);
  const options = { initial: () => weights, learningRate: 1e-3, batch: 4, longest: 4, labelWeights: [] };
  const sequences = [Int32Array.of(1, 2, 3, 1), Int32Array.of(1), Int32Array.of(2), Int32Array.of(3)];
  const learning = createTrainableNetwork(shape, options);
  learning.train(sequences, Int32Array.of(0, 1, 1, 0));
  learning.dispose();
  const answering = createAnsweringNetwork(shape, weights);
  answering.probabilities(sequences);
  answering.dispose();
}

parentPort?.on('message', (job: Job) => {
  void answer(job).catch(failure).then(say);
});
try {
  warmUp();
  say({ kind: 'ready' });
} catch (error) {
  say(failure(error));
}
