/** `gradus card` and `gradus explain`: what a version can do and cannot, and why it answers as it does. */
import type { Command } from 'commander';
import type { Card, ExplainedAnswer } from '../domain/card.ts';
import { GradusError } from '../domain/errors.ts';
import { printable } from '../domain/words.ts';
import { readConfig } from '../platform/config.ts';
import { interrupted } from './interrupted.ts';
import { cell, columns } from './lines.ts';
import { dataCommand, print, printJson, writeNamed, type JsonOption } from './output.ts';
import { findVersion, openTrainer, readPart } from './version-commands.ts';
import type { Part } from '../domain/version.ts';
import { percent, signed } from './words.ts';

export function cardCommands(): Command[] {
  return [card(), explain()];
}

interface CardOptions extends JsonOption {
  data?: string;
  part: Part;
  against?: string;
}

function card(): Command {
  return dataCommand('card', 'make the model card of a version: metrics with intervals, slices, mistakes, lineage', [
    ['gradus card reviews v1 card.html', 'one page that needs nothing else'],
    ['gradus card reviews v2 --against v1 card.md', 'as Markdown, beside another version'],
  ])
    .argument('<model>')
    .argument('<version>', 'v<number> or a digest')
    .argument('[file]', 'ends with .html, .htm, .md or .markdown; without it, Markdown is printed')
    .option('--data <name>', 'a dataset (default: what the version was trained on)')
    .option('--part <part>', 'train, validation or held-out', readPart, 'held-out')
    .option('--against <version>', 'compare on the same examples')
    .action(async (model: string, name: string, file: string | undefined, options: CardOptions) => {
      // Before anything is measured: that may take minutes.
      const format = cardFormat(file);
      const [{ withStore }, { cardPage }, { cardMarkdown }] = await Promise.all([
        import('../platform/records.ts'),
        import('./card-page.ts'),
        import('./card-markdown.ts'),
      ]);
      const config = readConfig();
      const { version, against } = await withStore(config, async ({ versions }) => ({
        version: await findVersion(versions, model, name),
        against: options.against === undefined ? null : await findVersion(versions, model, options.against),
      }));
      const trainer = await openTrainer(config);
      const { digest, number, spec, trainedOn, createdAt } = version;
      const order = {
        version: digest,
        against: against?.digest ?? null,
        capabilities: Object.keys(version.labels),
        data: options.data ?? spec.data,
        part: options.part,
      };
      const { files, ...measured } = await trainer.card(order, interrupted());
      const made: Card = {
        model,
        version: { digest, number, spec, trainedOn, createdAt, ...files },
        against: against === null ? null : { number: against.number, digest: against.digest },
        ...measured,
      };
      if (file !== undefined) writeNamed(file, format === 'page' ? cardPage(made) : cardMarkdown(made));
      if (options.json === true) printJson(made);
      else console.log(file === undefined ? cardMarkdown(made) : `The card of v${number} of ${model} is in ${file}.`);
    });
}

const pageEnding = /\.html?$/i;
const markdownEnding = /\.(md|markdown)$/i;

/** Throws REQUEST_INVALID for a name that promises another kind of file. */
export function cardFormat(file: string | undefined): 'page' | 'markdown' {
  if (file === undefined || markdownEnding.test(file)) return 'markdown';
  if (pageEnding.test(file)) return 'page';
  const kinds = 'a page (.html, .htm) or Markdown (.md, .markdown)';
  throw new GradusError('REQUEST_INVALID', `A card is ${kinds}: give ${printable(file)} one of these endings.`);
}

function explain(): Command {
  return dataCommand('explain', 'say which words made a version answer as it does', [
    ['gradus explain reviews v1 mood --text "the food was cold"', 'each word with its part, by integrated gradients'],
  ])
    .argument('<model>')
    .argument('<version>', 'v<number> or a digest')
    .argument('<capability>')
    .requiredOption('--text <text>', 'what is answered')
    .action(async (model: string, name: string, capability: string, options: JsonOption & { text: string }) => {
      const { withStore } = await import('../platform/records.ts');
      const config = readConfig();
      const { digest } = await withStore(config, ({ versions }) => findVersion(versions, model, name));
      const trainer = await openTrainer(config);
      const answer = await trainer.explain({ version: digest, capability, text: options.text }, interrupted());
      print(answer, options, explainedText);
    });
}

const mostWords = 10;

/** Labels and words are of strangers' making: a terminal would obey the control characters in them. */
export function explainedText({ label, confidence, words }: ExplainedAnswer): string {
  const answer = printable(label);
  const sorted = words
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, mostWords)
    .map(({ word, weight }) => ({ word: printable(word), weight }));
  const width = Math.max(0, ...sorted.map(({ word }) => columns(word)));
  return [
    `${answer} (${percent(Number(confidence.toFixed(3)))})`,
    '',
    `What each word adds to log p(${answer}), beside words that say nothing:`,
    ...sorted.map(({ word, weight }) => `  ${cell(word, width)}  ${signed(weight)}`),
  ].join('\n');
}
