/** `gradus policy set`, `show`: who people are, and what each may do. */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import { noteRefusal } from '../domain/on-record.ts';
import { freezeWarnings } from '../domain/freeze-warnings.ts';
import { parsePolicy, refusal, type Policy } from '../domain/policy.ts';
import { readConfig } from '../platform/config.ts';
import type { Store } from '../store/store.ts';
import { delegateCommand, delegationsCommand } from './delegation-commands.ts';
import { fileProblem } from './file-words.ts';
import { dataCommand, print, type JsonOption } from './output.ts';
import { policyText } from './policy-text.ts';
import { viaCli } from './typed-by.ts';

export function policyCommand(): Command {
  return new Command('policy')
    .description('say who people are, and what each may do to a release')
    .addCommand(set())
    .addCommand(check())
    .addCommand(show())
    .addCommand(delegateCommand())
    .addCommand(delegationsCommand());
}

function set(): Command {
  return dataCommand('set', 'put a policy in force: who may approve, pause, roll back', [
    ['gradus policy set policy.yaml', 'people: {ann: {roles: [approver, operator], slack: U012AB3CD}, …}'],
    ['gradus policy set - --by ann < policy.yaml', 'as ann, who is an admin of the one before'],
  ])
    .argument('<file>', 'YAML or JSON; - reads standard input')
    .option('--by <name>', 'who says this', userInfo().username)
    .action(async (file: string, options: JsonOption & { by: string }) => {
      const policy = parsePolicy(await readYaml(file));
      const { withStore } = await import('../platform/records.ts');
      await withStore(
        readConfig(),
        async (store) => {
          const { policies, audit } = store;
          const before = await policies.current();
          const problem = refusal(before, options.by, 'policy');
          if (problem !== null) {
            const error = new GradusError('NOT_ALLOWED', `${problem}.`);
            const deed = { subject: 'policy', operation: 'set', did: 'set the policy', by: options.by, via: viaCli() };
            await noteRefusal(audit, deed, error);
            throw error;
          }
          await policies.set(policy, options.by);
          warnOf(policy, await modelsOf(store));
          const at = new Date().toISOString();
          const why = policyText(policy).replaceAll('\n', ';').trim();
          const event = { at, stage: null, step: null, what: 'set the policy', by: options.by, why, via: viaCli() };
          await audit.append([{ ...event, subject: `policy ${at}`, place: 0 }]);
        },
        { create: true },
      );
      print(policy, options, (one) => `In force:\n${policyText(one)}`);
    });
}

/** Models that were trained, or that a stored plan names. */
async function modelsOf({ versions, plans }: Store): Promise<string[]> {
  const stored = await Promise.all((await plans.list()).map((name) => plans.find(name)));
  const named = stored.flatMap((plan) => {
    const model = z.object({ model: z.string() }).safeParse(plan);
    return model.success ? [model.data.model] : [];
  });
  return [...new Set([...named, ...(await versions.list()).map(({ model }) => model)])];
}

function warnOf({ freeze = [] }: Policy, models: string[] | null): void {
  for (const warning of freezeWarnings(freeze, models, Date.now())) process.stderr.write(`! ${warning}\n`);
}

function check(): Command {
  return dataCommand('check', 'check a policy, and put nothing in force', [
    ['gradus policy check policy.yaml', 'every problem of it, and freezes that hold nothing'],
  ])
    .argument('<file>', 'YAML or JSON; - reads standard input')
    .action(async (file: string, options: JsonOption) => {
      const policy = parsePolicy(await readYaml(file));
      const { withStore } = await import('../platform/records.ts');
      // It can be checked where no Gradus is.
      warnOf(policy, await withStore(readConfig(), modelsOf).catch(() => null));
      print(policy, options, (one) => `It would be:\n${policyText(one)}`);
    });
}

function show(): Command {
  return dataCommand('show', 'show the policy that is in force', [
    ['gradus policy show', 'people and their roles'],
  ]).action(async (options: JsonOption) => {
    const { withStore } = await import('../platform/records.ts');
    print(await withStore(readConfig(), ({ policies }) => policies.current()), options, policyText);
  });
}

async function readYaml(file: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  } catch (cause) {
    throw new GradusError('POLICY_INVALID', `${fileProblem(file, 'read', cause)}.`, { cause });
  }
}
