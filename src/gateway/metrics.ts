/** Counters for Prometheus, in its text format: answers and their latency by version, feedback, and how the gateway is. */
import type { Answer } from '../domain/feedback.ts';

export interface Gauge {
  name: string;
  help: string;
  value: number;
}

export interface Metrics {
  answered(answer: Answer): void;
  saidSomething(): void;
  /** The page, with values that are read now. */
  text(gauges: Gauge[]): string;
}

const bucketsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

interface Series {
  labels: string;
  answers: number;
  failures: number;
  totalMs: number;
  /** Answers that took no longer than each of the buckets. */
  within: number[];
}

export function createMetrics(): Metrics {
  const series = new Map<string, Series>();
  let feedback = 0;

  return {
    answered({ model, capability, version, arm, failed, latencyMs }) {
      const names = { model, capability, version: version.slice(0, 12), arm };
      const labels = Object.entries(names)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',');
      const fresh: Series = { labels, answers: 0, failures: 0, totalMs: 0, within: bucketsMs.map(() => 0) };
      const one = series.get(labels) ?? fresh;
      series.set(labels, one);
      one.answers += 1;
      one.failures += Number(failed);
      one.totalMs += latencyMs;
      for (const [i, limit] of bucketsMs.entries()) if (latencyMs <= limit) one.within[i] = (one.within[i] ?? 0) + 1;
    },
    saidSomething() {
      feedback += 1;
    },
    text(gauges) {
      const all = [...series.values()];
      const lines = [
        '# HELP gradus_answers_failed_total Answers that a version failed to give.',
        '# TYPE gradus_answers_failed_total counter',
        ...all.map(({ labels, failures }) => `gradus_answers_failed_total{${labels}} ${failures}`),
        '# HELP gradus_answer_seconds How long versions took to answer.',
        '# TYPE gradus_answer_seconds histogram',
        ...all.flatMap(histogram),
        '# HELP gradus_feedback_total Feedback that was taken.',
        '# TYPE gradus_feedback_total counter',
        `gradus_feedback_total ${feedback}`,
        ...gauges.flatMap(({ name, help, value }) => [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} gauge`,
          `${name} ${value}`,
        ]),
      ];
      return `${lines.join('\n')}\n`;
    },
  };
}

function histogram({ labels, answers, totalMs, within }: Series): string[] {
  return [
    ...bucketsMs.map((ms, i) => `gradus_answer_seconds_bucket{${labels},le="${ms / 1000}"} ${within[i] ?? 0}`),
    `gradus_answer_seconds_bucket{${labels},le="+Inf"} ${answers}`,
    `gradus_answer_seconds_sum{${labels}} ${totalMs / 1000}`,
    `gradus_answer_seconds_count{${labels}} ${answers}`,
  ];
}
