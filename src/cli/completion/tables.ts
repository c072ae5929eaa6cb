/** What a completion script looks up: pairs of a key and a text, made from the commands and the same for every shell. */
import { sourceText } from './sources.ts';
import type { CommandNode } from './tree.ts';

/** How many words an argument that may be given again is completed for. */
const again = 9;

export interface Tables {
  /** ` release watch`: words that are a command, each with a space before it. */
  commands: string[];
  /** What may follow a command: lines of a name, a tab and what it is. */
  subcommands: [at: string, list: string][];
  options: [at: string, list: string][];
  /** ` release list --model` → what its value can be; `any` where that is anything. */
  values: [option: string, source: string][];
  /** ` release status 0` → what the argument can be; one that may be given again has the places behind it too. */
  arguments: [argument: string, source: string][];
}

export function tablesOf(tree: readonly CommandNode[]): Tables {
  const at = ({ words }: CommandNode): string => (words === '' ? '' : ` ${words}`);
  return {
    commands: tree.map(at).filter((key) => key !== ''),
    subcommands: tree.filter((node) => node.commands.length > 0).map((node) => [at(node), lines(node.commands)]),
    options: tree.map((node) => [
      at(node),
      lines(node.options.flatMap(({ names, description }) => names.slice(-1).map((name) => ({ name, description })))),
    ]),
    values: tree.flatMap((node) =>
      node.options
        .filter(({ takesValue }) => takesValue)
        .flatMap(({ names, source }) =>
          names.map((name): [string, string] => [`${at(node)} ${name}`, sourceText(source) || 'any']),
        ),
    ),
    arguments: tree.flatMap((node) =>
      node.arguments.flatMap(({ variadic, source }, index): [string, string][] => {
        const text = sourceText(source);
        if (text === '') return [];
        const places = variadic ? Array.from({ length: again }, (_, more) => index + more) : [index];
        return places.map((place) => [`${at(node)} ${place}`, text]);
      }),
    ),
  };
}

function lines(items: readonly { name: string; description: string }[]): string {
  return items.map(({ name, description }) => `${name}\t${description.replace(/\s+/g, ' ')}`).join('\n');
}
