/** Model cards that read like real ones: answers are drawn at random, and measured as the evaluator measures. */
import type { CapabilityCard, Card, ExplainedAnswer } from '../../src/domain/card.ts';
import type { Evaluation } from '../../src/domain/version.ts';
import { reliability } from '../../src/model/calibration.ts';
import { comparePairs, wilson } from '../../src/model/comparison.ts';
import { mcnemar } from '../../src/model/mcnemar.ts';
import { measure } from '../../src/model/measure.ts';
import { createRandom } from '../../src/model/random.ts';
import { slices } from '../../src/model/slices.ts';

interface Wanted {
  labels: string[];
  n: number;
  accuracy: number;
  baseline: number;
  /** Of the other version. */
  other: number | null;
  temperature: number | null;
  texts: string[];
  epochs: number;
}

const tenLabels = ['billing', 'delivery', 'returns', 'account', 'praise', '投诉', 'شكوى', 'legal', 'press', 'other'];
export const fortyLabels = Array.from({ length: 40 }, (_, index) => `intent ${String(index + 1).padStart(2, '0')}`);
/** What strangers may call their labels. */
const strangeLabels = [
  '<script>alert("x")</script>',
  'a|b `c` *d* _e_ [f](http://g) & \'h\' "i"',
  'two\nlines\r\nand a \u001b[31mcolour',
  'מרד | شكوى \u202eno',
  '投诉与建议',
  'a very long label '.repeat(12),
  '',
];

const english =
  'congratulations you have won a free prize claim it at <url> before the meeting on <number> ! please reply';
const chinese = '您 好 ， 我 的 iphone 订 单 没 有 收 到 请 尽 快 退 款 谢 谢';
const arabic = 'لم يصل طلبي حتى الآن أرجو إعادة المبلغ';

/** Binary with everything, ten labels, and forty labels with no other version and no temperature. */
export function sampleCard(): Card {
  return {
    model: 'mail-assistant',
    version: {
      number: 7,
      digest: '9f2c41d07be3a85f6c1e94d2ab7750c33de8f1a6427b9085cd61e2f30a94b7d8',
      spec: {
        data: 'mail',
        share: 1,
        network: 'per capability',
        epochs: 12,
        patience: 3,
        batch: 32,
        learningRate: 0.003,
        vocabulary: 10_000,
        length: 100,
        embedding: 64,
        units: 64,
        pooling: 'average and max',
        averaging: 'epochs',
        seed: 1,
      },
      trainedOn: 12_840,
      createdAt: '2026-11-20T14:03:22.120Z',
      madeFrom: {
        data: 'mail',
        dataDigest: '5897feb52bdfb1bc0a6de1b1c7f4aa0219c6be4d5ef1b3a8c9d2e7f60b1a2c3d',
        code: '3b1f9ad2c4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f',
        replicas: 2,
      },
      parameters: 2_043_172,
      bytes: 8_190_440,
    },
    against: { number: 6, digest: 'c07d12ab34ef56a789b0c1d2e3f4051627384950a1b2c3d4e5f60718293a4b5c' },
    data: {
      name: 'mail',
      digest: '5897feb52bdfb1bc0a6de1b1c7f4aa0219c6be4d5ef1b3a8c9d2e7f60b1a2c3d',
      parts: { train: 11_230, validation: 1_610, 'held-out': 1_604 },
    },
    part: 'held-out',
    latency: [
      { texts: 1, p50Ms: 2.14, p95Ms: 3.87 },
      { texts: 64, p50Ms: 41.3, p95Ms: 55.9 },
    ],
    latencyMeasured: { at: '2026-11-21T09:30:00.000Z', machine: 'AMD EPYC 7B13, linux x64, Node v20.20.2' },
    capabilities: [
      capability('spam', {
        labels: ['ham', 'spam'],
        n: 1604,
        accuracy: 0.952,
        baseline: 0.931,
        other: 0.938,
        temperature: 1.62,
        texts: [english, chinese],
        epochs: 12,
      }),
      capability('topic', {
        labels: tenLabels,
        n: 753,
        accuracy: 0.71,
        baseline: 0.74,
        other: 0.62,
        temperature: 0.88,
        texts: [chinese, arabic, english],
        epochs: 8,
      }),
      capability('intent', {
        labels: fortyLabels,
        n: 2400,
        accuracy: 0.66,
        baseline: 0.668,
        other: null,
        temperature: null,
        texts: [english],
        epochs: 40,
      }),
    ],
  };
}

/** The same, with everything that a name or a text should not be able to do. */
export function strangeCard(): Card {
  const card = sampleCard();
  const wanted = { n: 300, accuracy: 0.7, baseline: 0.7, other: 0.7, temperature: 1, epochs: 1 };
  const texts = [strangeLabels.slice(0, 5).join(' ')];
  return {
    ...card,
    model: '<b>"model"</b> | x',
    data: { ...card.data, name: 'da|ta\n<i>', digest: '0'.repeat(64) },
    capabilities: [
      capability('<img src=x onerror=alert(1)> | \n# x', { ...wanted, labels: strangeLabels, texts }),
      capability('constructor', {
        ...wanted,
        labels: Array.from({ length: 15 }, (_, index) => `${strangeLabels[index % 7] ?? ''} ${index}`),
        texts,
      }),
    ],
  };
}

function capability(name: string, wanted: Wanted): CapabilityCard {
  const { labels, n, texts, temperature } = wanted;
  const random = createRandom(name.length);
  const truth = Array.from({ length: n }, () => labels[Math.floor(labels.length * random() ** 1.6)] ?? '');
  const answers = answersTo(truth, labels, wanted.accuracy, random);
  const evaluation = evaluationOf(name, labels, truth, answers);
  const correct = truth.map((label, index) => label === answers[index]);
  const sure = correct.map((right) => 1 - (1 - 1 / labels.length) * 0.95 * random() ** (right ? 2.6 : 0.9));
  const { ece, bins } = reliability(sure, correct);
  const beside = (accuracy: number) => {
    const others = answersTo(truth, labels, accuracy, random);
    const comparison = { capability: name, ...comparePairs(truth, answers, others) };
    const only = (some: string[], rest: string[]): number =>
      truth.filter((label, index) => some[index] === label && rest[index] !== label).length;
    const { pValue } = mcnemar(only(answers, others), only(others, answers));
    return { evaluation: evaluationOf(name, labels, truth, others), comparison, pValue };
  };
  const around = (value: number) => ({ low: wilson(value * n, n).low, high: wilson(value * n, n).high });
  const rows = truth.map((_, index) => ({
    text: texts[index % texts.length] ?? '',
    attributes: { list: ['forteana', 'ilug', 'zzzzteana | <b>'][Math.floor(3 * random())] ?? '' },
  }));
  const lengths = truth.map(() => Math.floor(140 * random()));
  return {
    capability: name,
    balance: Object.fromEntries(
      labels.map((label) => {
        const support = truth.filter((one) => one === label).length;
        return [label, { train: support * 7 + 3, validation: support + 1, 'held-out': support }];
      }),
    ),
    evaluation,
    intervals: { accuracy: around(evaluation.accuracy), macroF1: around(evaluation.macro.f1) },
    ranking: labels.length === 2 ? { positive: labels[1] ?? '', rocAuc: 0.987, averagePrecision: 0.964 } : null,
    calibration: {
      ece: ece ?? 0,
      bins,
      temperature,
      eceWithTemperature: temperature === null ? null : (ece ?? 0) / 3,
    },
    curve: curveOf(wanted.epochs, wanted.accuracy, random),
    keptEpoch: Math.max(1, wanted.epochs - 3),
    slices: slices(rows, correct, lengths),
    robustness: [
      { damage: 'typos in 10 % of the words', drop: 0.031 },
      { damage: 'all in capitals', drop: 0 },
      { damage: 'the first half alone', drop: 0.074 },
    ].map(({ damage, drop }) => ({
      damage,
      accuracy: evaluation.accuracy - drop,
      difference: -drop,
      low: -drop - 0.013,
      high: -drop + 0.012,
    })),
    baseline: beside(wanted.baseline),
    against: wanted.other === null ? null : beside(wanted.other),
    mistakes: mistakesOf(truth, answers, sure, texts, random),
  };
}

function answersTo(truth: string[], labels: string[], accuracy: number, random: () => number): string[] {
  return truth.map((label) => {
    if (random() < accuracy) return label;
    const wrong = labels.filter((one) => one !== label);
    return wrong[Math.floor(wrong.length * random() ** 2)] ?? label;
  });
}

function evaluationOf(name: string, labels: string[], truth: string[], answers: string[]): Evaluation {
  return { capability: name, data: 'mail', part: 'held-out', ...measure(labels, truth, answers) };
}

function curveOf(epochs: number, accuracy: number, random: () => number): CapabilityCard['curve'] {
  return Array.from({ length: epochs }, (_, index) => {
    const learnt = 1 - Math.exp(-(index + 1) / (epochs / 4));
    return {
      loss: 0.05 + 1.4 * (1 - learnt),
      accuracy: accuracy * (0.45 + 0.55 * learnt) + 0.02 * (random() - 0.5),
      macroF1: accuracy * (0.3 + 0.65 * learnt) + 0.03 * (random() - 0.5),
    };
  });
}

function mistakesOf(
  truth: string[],
  answers: string[],
  sure: number[],
  texts: string[],
  random: () => number,
): ExplainedAnswer[] {
  return truth
    .flatMap((label, index) => {
      const answer = answers[index] ?? '';
      return answer === label ? [] : [{ truth: label, label: answer, confidence: sure[index] ?? 0 }];
    })
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, 8)
    .map((one, index) => ({
      ...one,
      id: index === 3 ? null : `easy_ham/${String(index + 1).padStart(5, '0')}.7c53336b37003a9286aba55d2945844c`,
      words: (texts[index % texts.length] ?? '')
        .split(' ')
        .map((word) => ({ word, weight: 2.4 * (random() - 0.42) ** 3 * 8 })),
    }));
}
