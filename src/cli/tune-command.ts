/** `gradus tune`: finds settings of a plan's training on the validation part, and writes them into the plan. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import type { TrainSpec } from '../domain/plan.ts';
import { drawSpecs, roundsOf, successiveHalving, trainSection } from '../domain/tuning.ts';
import { readConfig } from '../platform/config.ts';
import { goesOn, interrupted } from './interrupted.ts';
import { dataCommand, print, writeNamed, type JsonOption } from './output.ts';
import { openTrainer } from './version-commands.ts';
import { duration, figure, several } from './words.ts';

interface TuneOptions extends JsonOption {
  trials: number;
  seed: number;
  write?: boolean;
}

export function tuneCommand(): Command {
  return dataCommand('tune', 'find settings of a plan’s training, by successive halving on the validation part', [
    ['gradus tune plan.yaml', 'prints the train section that did best'],
    ['gradus tune plan.yaml --trials 27 --write', 'writes it into the plan'],
  ])
    .argument('<plan>', 'a plan file that trains; its own settings are the first trial')
    .option('--trials <number>', 'settings that are tried at first', readTrials, 9)
    .option('--seed <number>', 'of what is drawn', Number, 1)
    .option('--write', 'write the train section into the plan file')
    .addHelpText(
      'after',
      '\nStopped or killed, it goes on where it was when it is started again with the same plan and options.',
    )
    .action(async (file: string, options: TuneOptions) => {
      const [{ readPlanFile }, { createRandom }] = await Promise.all([
        import('./plan-file.ts'),
        import('../model/random.ts'),
      ]);
      const config = readConfig();
      const { plan } = await readPlanFile(file);
      if (plan.candidate.kind !== 'train') throw new GradusError('PLAN_INVALID', `${file} trains nothing.`);
      const capabilities = Object.keys(plan.capabilities);
      const { train } = plan.candidate;
      // Apart from versions: finished trials are found again here, and all go when the best one is known.
      const artefacts = join(config.home, 'tuning');
      const trainer = await openTrainer(config, artefacts);
      const signal = interrupted(goesOn);
      const specs = drawSpecs(train, options.trials, createRandom(options.seed));
      const rounds = roundsOf(specs.length, train.epochs);
      const began = Date.now();
      const score = async (spec: TrainSpec, round: number, trial: number): Promise<number> => {
        const { digest } = await trainer.train({ model: plan.model, capabilities, spec }, () => {}, signal);
        const order = { version: digest, stable: null, capabilities, data: spec.data, baseline: false } as const;
        const { candidate } = await trainer.evaluate({ ...order, part: 'validation' }, signal);
        const all = candidate.map(({ accuracy, macro }) => (accuracy + macro.f1) / 2);
        const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
        const place = `round ${round + 1}/${rounds.length}, trial ${trial + 1}/${rounds[round]?.trials ?? 0}`;
        const after = duration(Date.now() - began);
        process.stderr.write(
          `${place}, ${several(spec.epochs, 'epoch')}: ${figure(mean)}  ${settings(spec)}  (${after})\n`,
        );
        return mean;
      };
      const best = await successiveHalving(specs, score);
      const section = trainSection(best.spec);
      const { stringify } = await import('yaml');
      if (options.write === true) await writeTrainSection(file, section);
      rmSync(artefacts, { recursive: true, force: true });
      print({ score: best.score, train: section }, options, () =>
        options.write === true
          ? `${file} trains with these now: ${settings(best.spec)} (validation ${figure(best.score)}).`
          : `# The mean of accuracy and macro-F1 on the validation part was ${figure(best.score)}.\n${stringify({ train: section })}`,
      );
    });
}

function settings({ units, embedding, learningRate, length, wordDropout = 0, pooling = 'last' }: TrainSpec): string {
  const words = `units ${units}, embedding ${embedding}, learning rate ${learningRate}, length ${length}`;
  return `${words}, word dropout ${wordDropout}, pooling ${pooling}`;
}

/** The rest of the file stays as it is, comments too. */
async function writeTrainSection(file: string, section: Record<string, string | number>): Promise<void> {
  if (file === '-') throw new GradusError('REQUEST_INVALID', 'Standard input cannot be written to: name a file.');
  const { parseDocument } = await import('yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  // A plan may name its data alone, at the top.
  document.delete('data');
  document.set('train', document.createNode(section));
  writeNamed(file, document.toString());
}

function readTrials(text: string): number {
  const trials = Number(text);
  if (Number.isInteger(trials) && trials >= 2 && trials <= 200) return trials;
  throw new InvalidArgumentError('It is a whole number from 2 to 200.');
}
