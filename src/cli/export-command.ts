/** `gradus export`: a network of a version as files for Keras. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { artefactsFolder, readConfig } from '../platform/config.ts';
import { dataCommand, print, writeNamed, type JsonOption } from './output.ts';
import { findVersion } from './version-commands.ts';

interface ExportOptions extends JsonOption {
  to: string;
  capability?: string;
  force?: boolean;
}

const ending = '.safetensors';
const exampleTokens = 2;

export function exportCommand(): Command {
  return dataCommand('export', 'write a network of a version for Keras, and say how Python loads it', [
    ['gradus export reviews v1 --to reviews.safetensors', 'and its words to reviews.vocabulary.txt'],
    ['gradus export mail-assistant v2 --capability spam --to spam.safetensors', 'of several networks, that for spam'],
  ])
    .argument('<model>')
    .argument('<version>', 'v<number> or a digest')
    .requiredOption('--to <file>', `ends with ${ending}; the vocabulary is written beside it`)
    .option('--capability <name>', 'whose network; may be left out where the version has only one')
    .option('--force', 'write over files that are there')
    .action(async (model: string, name: string, options: ExportOptions) => {
      const files = filesFor(options);
      const [{ withStore }, { readVersion }, { kerasFiles }, { kerasSnippet }] = await Promise.all([
        import('../platform/records.ts'),
        import('../model/version-files.ts'),
        import('../model/keras-file.ts'),
        import('./keras-snippet.ts'),
      ]);
      const config = readConfig();
      const { digest, number } = await withStore(config, ({ versions }) => findVersion(versions, model, name));
      const version = await readVersion(artefactsFolder(config), digest);
      const { shape, tensors, weights, vocabulary } = kerasFiles(version, options.capability);
      writeNamed(files.weights, weights);
      writeNamed(files.vocabulary, vocabulary);
      const exported = {
        version: digest,
        files,
        pooling: shape.pooling,
        length: version.length,
        labels: Object.fromEntries(shape.heads.map(({ capability, labels }) => [capability, labels])),
        tensors,
        python: kerasSnippet(files, shape, version.length, version.vocabulary.slice(0, exampleTokens)),
      };
      print(exported, options, ({ labels, python }) => {
        const whose = `The network of v${number} of ${model} for ${Object.keys(labels).join(', ')}`;
        return `${whose} is in ${files.weights}, its words are in ${files.vocabulary}. In Python:\n\n${python}`;
      });
    });
}

/** Throws REQUEST_INVALID where the name will not do, or something is there already. */
function filesFor({ to, force }: ExportOptions): { weights: string; vocabulary: string } {
  if (!to.endsWith(ending)) {
    throw new GradusError(
      'REQUEST_INVALID',
      `${to} does not end with ${ending}, the format that is written: name it so.`,
    );
  }
  const files = { weights: to, vocabulary: `${to.slice(0, -ending.length)}.vocabulary.txt` };
  const there = Object.values(files).find((file) => existsSync(file));
  if (there === undefined || force === true) return files;
  throw new GradusError(
    'REQUEST_INVALID',
    `${there} is there already: name another file, or write over it with --force.`,
  );
}
