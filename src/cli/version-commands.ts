/** `gradus train`, `evaluate` and `versions`: versions outside of a release. */
import { InvalidArgumentError, type Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import type { Trainer, Versions } from '../domain/ports.ts';
import type { Part, Version } from '../domain/version.ts';
import { didYouMean, listed } from '../domain/words.ts';
import { artefactsFolder, datasetPlaces, readConfig, type Config } from '../platform/config.ts';
import { goesOn, interrupted } from './interrupted.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { count, moment } from './words.ts';

export function versionCommands(): Command[] {
  return [train(), evaluate(), list()];
}

function train(): Command {
  return dataCommand('train', 'train the version that a plan describes, without releasing it', [
    ['gradus train plan.yaml', 'and register it'],
  ])
    .argument('<plan>', 'a plan file')
    .action(async (file: string, options: JsonOption) => {
      const [{ readPlanFile }, { withStore }, { trainingScreen }, { trainedText }] = await Promise.all([
        import('./plan-file.ts'),
        import('../platform/records.ts'),
        import('./training-screen.ts'),
        import('./learnt-text.ts'),
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
      const [screen, signal] = [trainingScreen(), interrupted(goesOn)];
      const trained = await trainer.train(order, screen.show, signal).finally(screen.end);
      const { version, before } = await withStore(
        config,
        async ({ versions }) => ({
          before: (await versions.find(plan.model, trained.digest))?.createdAt ?? null,
          version: await versions.register(trained),
        }),
        { create: true },
      );
      const { readVersion } = await import('../model/version-files.ts');
      const { networks } = await readVersion(artefactsFolder(config), version.digest);
      print(version, options, () =>
        trainedText(
          version,
          networks.map(({ shape, ...rest }) => ({ ...rest, capabilities: shape.heads.map((one) => one.capability) })),
          before,
        ),
      );
      for (const warning of await learntNothing(trainer, version, signal)) process.stderr.write(`! ${warning}\n`);
    });
}

/** Measured on the validation part, as held-out texts are not looked at before somebody asks for them. */
async function learntNothing(trainer: Trainer, version: Version, signal: AbortSignal): Promise<string[]> {
  const { nothingLearntSentence } = await import('./learnt-text.ts');
  const found: string[] = [];
  for (const capability of Object.keys(version.labels)) {
    const order = { version: version.digest, stable: null, capabilities: [capability], data: version.spec.data };
    try {
      const { candidate } = await trainer.evaluate({ ...order, part: 'validation', baseline: false }, signal);
      const sentences = candidate.map(nothingLearntSentence).filter((one) => one !== null);
      found.push(...sentences.map((one) => `${capability}: ${one}`));
    } catch (error) {
      // A part without examples is no reason to fail: the version is trained.
      if (!(error instanceof GradusError && error.code === 'DATA_INVALID')) throw error;
    }
  }
  return found;
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
      const [{ withStore }, { evaluatedText }] = await Promise.all([
        import('../platform/records.ts'),
        import('./evaluated-text.ts'),
      ]);
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
      const measured = await trainer.evaluate(order, interrupted());
      print(measured, options, () => evaluatedText(measured, { ...order, version, other: stable }));
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
  if (known === '') throw unknownModel(model, await versions.list());
  throw new GradusError('VERSION_UNKNOWN', `${model} has no version ${name}; it has ${known}.`);
}

function unknownModel(model: string, all: Version[]): GradusError {
  const known = [...new Set(all.map((version) => version.model))];
  const name = `There is no model ${model}${didYouMean(model, known)}`;
  const others =
    known.length === 0
      ? 'no version was trained yet; train one: gradus train PLAN'
      : `versions are there of ${listed(known)}`;
  return new GradusError('VERSION_UNKNOWN', `${name}; ${others}.`);
}

export function readPart(text: string): Part {
  if (text === 'train' || text === 'validation' || text === 'held-out') return text;
  throw new InvalidArgumentError('It is one of train, validation, held-out.');
}
