/** The commands as completion needs them, read from the command line itself. */
import type { Command } from 'commander';
import { sourceOf, type Source } from './sources.ts';

export interface CommandNode {
  /** Its words without `gradus`: '' for `gradus` itself. */
  words: string;
  commands: { name: string; description: string }[];
  options: OptionNode[];
  /** In their order. */
  arguments: ArgumentNode[];
}

export interface OptionNode {
  /** `-h` and `--help`. */
  names: string[];
  description: string;
  /** Whether the next word is its value. */
  takesValue: boolean;
  source: Source | null;
}

export interface ArgumentNode {
  name: string;
  variadic: boolean;
  source: Source | null;
}

/** All that help shows; what is hidden there is not completed. */
export function commandTree(command: Command, words: readonly string[] = []): CommandNode[] {
  const at = words.join(' ');
  const help = command.createHelp();
  const children = help.visibleCommands(command).filter((one) => command.commands.includes(one));
  const node: CommandNode = {
    words: at,
    commands: children.map((one) => ({ name: one.name(), description: one.description() })),
    options: help.visibleOptions(command).map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      description: option.description,
      takesValue: option.required || option.optional,
      source: sourceOf(at, option.long ?? '', option.argChoices),
    })),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      variadic: argument.variadic,
      source: sourceOf(at, argument.name(), argument.argChoices),
    })),
  };
  return [node, ...children.flatMap((child) => commandTree(child, [...words, child.name()]))];
}
