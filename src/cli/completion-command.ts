/** `gradus completion`: a script that completes commands, options and names in a shell. */
import path from 'node:path';
import { Argument, type Command } from 'commander';
import { projectRoot } from '../platform/root.ts';
import { fishScript } from './completion/fish-script.ts';
import { bashScript, zshScript } from './completion/posix-script.ts';
import { tablesOf, type Tables } from './completion/tables.ts';
import { commandTree } from './completion/tree.ts';
import { plainCommand } from './output.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  string,
  (tables: Tables, gradus: string) => string
>;
type Shell = keyof typeof scripts;

/** `gradus` is the command whose tree is completed, once it is whole. */
export function completionCommand(gradus: () => Command): Command {
  return plainCommand('completion', 'print what completes commands, options and names in your shell', [
    ['source <(gradus completion bash)', 'bash: put this line into ~/.bashrc'],
    ['source <(gradus completion zsh)', 'zsh: put this line into ~/.zshrc, below compinit'],
    ['gradus completion fish > ~/.config/fish/completions/gradus.fish', 'fish: once, and again after an update'],
  ])
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .action((shell: Shell) => {
      const program = path.join(projectRoot, 'bin', 'gradus.mjs');
      process.stdout.write(scripts[shell](tablesOf(commandTree(gradus())), program));
    });
}
