/** `gradus train`, `evaluate` and `versions`: versions outside of a release. */
import { InvalidArgumentError, type Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import type { Evaluated, Versions } from '../domain/ports.ts';
import type { Part, TrainingProgress, Version } from '../domain/version.ts';
import { didYouMean, listed } from '../domain/words.ts';
import { artefactsFolder, datasetPlaces, readConfig, type Config } from '../platform/config.ts';
import { goesOn, interrupted } from './interrupted.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { count, figure, interval, moment, signed } from './words.ts';

export function versionCommands(): Command[] {
  return [train(), evaluate(), list()];
}

function train(): Command {
  return dataCommand('train', 'train the version that a plan describes, without releasing it', [
    ['gradus train plan.yaml', 'and register it'],
  ])
    .argument('<plan>', 'a plan file')
    .action(async (file: string, options: JsonOption) => {
      const [{ readPlanFile }, { withStore }] = await Promise.all([
        import('./plan-file.ts'),
        import('../platform/records.ts'),
      ]);
      const config = readConfig();
      const { plan } = await readPlanFile(file);
      if (plan.candidate.kind !== 'train') {
        throw new GradusError(
          'PLAN_INVALID',
          `${file} releases ${plan.candidate.version}, which exists: nothing to train.`,
        );
      }
      const { train: spec } = plan.candidate;
      const order = { model: plan.model, capabilities: Object.keys(plan.capabilities), spec };
      const trainer = await openTrainer(config);
      const screen = await trainingScreen();
      const trained = await trainer.train(order, screen.show, interrupted(goesOn)).finally(screen.end);
      const version = await withStore(config, (store) => store.versions.register(trained), { create: true });
      print(version, options, versionText);
    });
}

/** How far a training is: a line that is redrawn in a terminal, elsewhere one for each change. */
async function trainingScreen() {
  const [{ trainingLine }, { trainingText }, { draw }] = await Promise.all([
    import('./progress-text.ts'),
    import('./event-lines.ts'),
    import('./lines.ts'),
  ]);
  const { stderr } = process;
  let last = '';
  const say = (text: string): void => {
    if (text !== last) stderr.write(stderr.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
    last = text;
  };
  return {
    show: (progress: TrainingProgress) =>
      say(
        stderr.isTTY
          ? draw(trainingLine(progress), { colour: stderr.hasColors(), width: stderr.columns }).trimEnd()
          : trainingText(progress),
      ),
    end: () => void (stderr.isTTY && stderr.write('\r\u001b[2K')),
  };
}

interface EvaluateOptions extends JsonOption {
  data?: string;
  part: Part;
  against?: string;
  baseline?: boolean;
}

function evaluate(): Command {
  return dataCommand('evaluate', 'measure a version on a part of a dataset', [
    ['gradus evaluate mail-assistant v2 --part held-out', 'accuracy, precision, recall and F1'],
    ['gradus evaluate mail-assistant v2 --against v1 --baseline', 'beside another version and a linear model'],
  ])
    .argument('<model>')
    .argument('<version>', 'v<number> or a digest')
    .option('--data <name>', 'a registered dataset (default: what the version was trained on)')
    .option('--part <part>', 'train, validation or held-out', readPart, 'held-out')
    .option('--against <version>', 'compare on the same examples')
    .option('--baseline', 'also fit and measure a linear bag-of-words model')
    .action(async (model: string, name: string, options: EvaluateOptions) => {
      const { withStore } = await import('../platform/records.ts');
      const config = readConfig();
      const { version, stable } = await withStore(config, async (store) => ({
        version: await findVersion(store.versions, model, name),
        stable: options.against === undefined ? null : await findVersion(store.versions, model, options.against),
      }));
      const trainer = await openTrainer(config);
      const order = {
        version: version.digest,
        stable: stable?.digest ?? null,
        capabilities: Object.keys(version.labels),
        data: options.data ?? version.spec.data,
        part: options.part,
        baseline: options.baseline === true,
      };
      print(await trainer.evaluate(order, interrupted()), options, evaluatedText);
    });
}

function list(): Command {
  return dataCommand('versions', 'list the versions of a model', [['gradus versions mail-assistant', 'oldest first']])
    .argument('[model]')
    .action(async (model: string | undefined, options: JsonOption) => {
      const { withStore } = await import('../platform/records.ts');
      const found = await withStore(readConfig(), async ({ versions }) => {
        const listed = await versions.list(model);
        if (model !== undefined && listed.length === 0) throw unknownModel(model, await versions.list());
        return listed;
      });
      print(found, options, (all) =>
        all.length === 0
          ? 'There is no version yet. Train one with: gradus train PLAN'
          : table(
              ['version', 'model', 'digest', 'trained on', 'capabilities', 'made (UTC)'],
              all.map((one) => [
                `v${one.number}`,
                one.model,
                one.digest.slice(0, 12),
                `${count(one.trainedOn)} of ${one.spec.data}`,
                Object.keys(one.labels).join(', '),
                moment(one.createdAt),
              ]),
            ),
      );
    });
}

/** Training in this process: the command does nothing else meanwhile. */
export async function openTrainer(config: Config, artefacts = artefactsFolder(config)) {
  const { createTrainer } = await import('../model/trainer.ts');
  return createTrainer({
    artefacts,
    places: datasetPlaces(config),
    threads: config.trainerThreads,
  });
}

export async function findVersion(versions: Versions, model: string, name: string): Promise<Version> {
  const version = await versions.find(model, name);
  if (version !== null) return version;
  const known = (await versions.list(model)).map((one) => `v${one.number}`).join(', ');
  throw new GradusError('VERSION_UNKNOWN', `${model} has no version ${name}; it has ${known || 'none'}.`);
}

function unknownModel(model: string, all: Version[]): GradusError {
  const known = [...new Set(all.map((version) => version.model))];
  const others = known.length === 0 ? 'none of any other' : `some of ${listed(known)}`;
  const message = `There is no version of "${model}"${didYouMean(model, known)}; there are ${others}.`;
  return new GradusError('VERSION_UNKNOWN', message);
}

export function readPart(text: string): Part {
  if (text === 'train' || text === 'validation' || text === 'held-out') return text;
  throw new InvalidArgumentError('It is one of train, validation, held-out.');
}

function versionText(version: Version): string {
  return `v${version.number} of ${version.model}: ${version.digest.slice(0, 12)}, trained on ${count(version.trainedOn)} examples of ${version.spec.data}`;
}

function evaluatedText({ candidate, stable, baseline, comparisons }: Evaluated): string {
  const rows = candidate.map((one) => {
    const comparison = comparisons.find(({ capability }) => capability === one.capability);
    const other = stable.find(({ capability }) => capability === one.capability);
    const linear = baseline.find(({ capability }) => capability === one.capability);
    return [
      one.capability,
      count(one.n),
      figure(one.accuracy),
      figure(one.macro.f1),
      figure(one.weighted.f1),
      other === undefined ? '' : figure(other.accuracy),
      comparison === undefined ? '' : `${signed(comparison.difference)} ${interval(comparison)}`,
      linear === undefined ? '' : figure(linear.accuracy),
    ];
  });
  return table(
    ['capability', 'n', 'accuracy', 'macro F1', 'weighted F1', 'other', 'difference (95 %)', 'linear'],
    rows,
  );
}
