/** All ports in memory, for tests of workflows and activities; the records pass the same suite as the real store. */
import { createHash } from 'node:crypto';
import { GradusError } from '../../src/domain/errors.ts';
import type { Ports, TrainOrder } from '../../src/domain/ports.ts';
import type { ClassMetrics, Comparison, Evaluation } from '../../src/domain/version.ts';
import { fakeIterations, fakeLessons } from './fake-lessons.ts';
import { fakeObservations, type FakeObservations } from './fake-observations.ts';
import {
  fakeAudit,
  fakeDelegations,
  fakePlans,
  fakePolicies,
  fakeReleases,
  fakeRoutes,
  fakeStopAlls,
  fakeVersions,
  type FakeRoutes,
} from './fake-records.ts';

export interface FakePorts extends Ports {
  routes: FakeRoutes;
  observations: FakeObservations;
  /** Accuracy of each capability by version (digest) or `*`; 0.9 where nothing is said. Recall, precision and F1 equal it. */
  accuracy: Map<string, Record<string, number>>;
  /** Orders that were trained. */
  trained: TrainOrder[];
  /** Releases whose workflow runs, as Temporal would say; null: all do. */
  running: Set<string> | null;
}

/** With one gateway, `gateway-1`, that confirms everything. */
export function createFakePorts(): FakePorts {
  const accuracy = new Map<string, Record<string, number>>();
  const trained: TrainOrder[] = [];
  const releases = fakeReleases();
  const stopAlls = fakeStopAlls(releases.underWay);
  const policies = fakePolicies();
  const routes = fakeRoutes(stopAlls.current, async () => (await policies.current()).freeze ?? []);
  const observations = fakeObservations();
  routes.addGateway('gateway-1');

  const evaluation = (version: string, capability: string, data: string, part: Evaluation['part']): Evaluation => {
    const value = accuracy.get(version)?.[capability] ?? accuracy.get('*')?.[capability] ?? 0.9;
    return evaluationOf(capability, data, part, value);
  };
  const ports: FakePorts = {
    accuracy,
    trained,
    running: null,
    routes,
    versions: fakeVersions(),
    observations,
    releases,
    plans: fakePlans(),
    policies,
    audit: fakeAudit(),
    stopAlls,
    delegations: fakeDelegations(),
    lessons: fakeLessons(observations),
    iterations: fakeIterations(),
    stateOf: async (id) => {
      throw new GradusError('RELEASE_UNKNOWN', `No workflow ${id} here; the test says where to ask.`);
    },
    isRunning: async (id) => ports.running === null || ports.running.has(id),
    trainer: {
      profile: async ({ version }) => ({ version, answers: {}, tokens: [], unknown: [] }),
      async train(order, report, signal) {
        signal.throwIfAborted();
        trained.push(order);
        const { model, capabilities, spec } = order;
        const capability = capabilities[0] ?? '';
        report({
          capability,
          epoch: spec.epochs,
          epochs: spec.epochs,
          step: 1,
          steps: 1,
          loss: 0.1,
          validationAccuracy: 0.9,
          examplesPerSecond: 1000,
          done: 1,
          secondsLeft: 0,
        });
        const digest = createHash('sha256').update(JSON.stringify(order)).digest('hex');
        const labels = Object.fromEntries(capabilities.map((name) => [name, ['no', 'yes']]));
        return { digest, model, spec, labels, trainedOn: 100 };
      },
      async evaluate(order, signal) {
        signal.throwIfAborted();
        const { version, stable, capabilities, data, part } = order;
        if ((await ports.versions.list()).every(({ digest }) => digest !== version)) {
          throw new GradusError('VERSION_UNKNOWN', `There are no files of version ${version}.`);
        }
        const of = (which: string) => capabilities.map((name) => evaluation(which, name, data, part));
        const candidate = of(version);
        const old = stable === null ? [] : of(stable);
        const comparisons = old.map((before, i): Comparison => {
          const difference = (candidate[i]?.accuracy ?? 0) - before.accuracy;
          return {
            capability: before.capability,
            n: before.n,
            difference,
            low: difference - 0.02,
            high: difference + 0.02,
          };
        });
        return { candidate, stable: old, baseline: order.baseline ? of('baseline') : [], comparisons };
      },
    },
  };
  return ports;
}

const examples = 1000;

/** Of two classes of equal size, with equally many mistakes in each. */
function evaluationOf(capability: string, data: string, part: Evaluation['part'], accuracy: number): Evaluation {
  const half = examples / 2;
  const right = Math.round(half * accuracy);
  const value = right / half;
  const metrics = { precision: value, recall: value, f1: value };
  const ofClass: ClassMetrics = { ...metrics, support: half };
  return {
    capability,
    data,
    part,
    n: examples,
    accuracy: value,
    macro: metrics,
    weighted: metrics,
    perClass: { no: ofClass, yes: ofClass },
    labels: ['no', 'yes'],
    confusion: [
      [right, half - right],
      [half - right, right],
    ],
  };
}
