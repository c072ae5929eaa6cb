/** What commands print: words for people, or with --json the data itself. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { printable } from '../domain/words.ts';
import { fileProblem } from './file-words.ts';
import { cell, columns } from './lines.ts';

export interface JsonOption {
  json?: boolean;
}

/** Adds `--json` and examples to a command; each example is what one types, and what for. */
export function dataCommand(
  name: string,
  description: string,
  examples: readonly (readonly [string, string])[],
): Command {
  return plainCommand(name, description, examples).option('--json', 'print the data as JSON');
}

export function plainCommand(
  name: string,
  description: string,
  examples: readonly (readonly [string, string])[],
): Command {
  const width = Math.max(...examples.map(([typed]) => typed.length));
  const lines = examples.map(([typed, what]) => `  $ ${typed.padEnd(width)}   ${what}`);
  return new Command(name).description(description).addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export function printJson(value: unknown): void {
  console.log(jsonText(value));
}

/** The same data, with all that a terminal would obey or turn round written as an escape. */
export function jsonText(value: unknown, indent = 2): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, escaped);
}

/** Writes a file that somebody named; throws REQUEST_INVALID where that cannot be. */
export function writeNamed(file: string, data: string | Buffer): void {
  try {
    writeFileSync(file, data);
  } catch (error) {
    throw new GradusError('REQUEST_INVALID', `${fileProblem(file, 'written', error)}.`, { cause: error });
  }
}

/** Prints `value` with --json, and what `text` makes of it without. */
export function print<T>(value: T, options: JsonOption, text: (value: T) => string): void {
  if (options.json === true) printJson(value);
  else console.log(text(value));
}

/** Columns as wide as what they hold; two spaces between them. Cells may hold what strangers wrote. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...all.map((row) => columns(row[column] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, column) => cell(text, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** Whether what we print is looked at by a person who wants colours (https://no-color.org is obeyed by Node). */
export function terminal(): { colour: boolean; width: number } {
  return { colour: process.stdout.isTTY && process.stdout.hasColors(), width: process.stdout.columns ?? 100 };
}
