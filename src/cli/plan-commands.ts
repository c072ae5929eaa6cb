/** `gradus plan check`, `schema`, `save`, `list`: plans before they are released. */
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { nameProblem } from '../domain/plan-leaves.ts';
import { readConfig } from '../platform/config.ts';
import { dataCommand, plainCommand, print, printJson, writeNamed, type JsonOption } from './output.ts';

export function planCommand(): Command {
  return new Command('plan')
    .description('check, store and explain plans')
    .addCommand(check())
    .addCommand(schema())
    .addCommand(show())
    .addCommand(save())
    .addCommand(list());
}

function check(): Command {
  return dataCommand('check', 'check a plan, and show what a release of it would do', [
    ['gradus plan check plan.yaml', 'every problem with its line, or what each step will do'],
    ['gradus plan check --explain gray.ramp', 'what a key means, and its default'],
  ])
    .argument('[file]', 'a plan in YAML or JSON; - reads standard input')
    .option('--explain <key>', 'say what a key of a plan means')
    .action(async (file: string | undefined, options: JsonOption & { explain?: string }) => {
      if (options.explain !== undefined) {
        const { explainKey } = await import('./plan-keys.ts');
        console.log(explainKey(options.explain));
        return;
      }
      if (file === undefined) throw new GradusError('REQUEST_INVALID', 'Name the plan: gradus plan check plan.yaml');
      const [{ readPlanFile }, { planText, planView }] = await Promise.all([
        import('./plan-file.ts'),
        import('./plan-text.ts'),
      ]);
      const refuse = (error: unknown): never => {
        if (options.json === true && error instanceof GradusError && isAboutPlan(error))
          printJson({ problems: error.problems });
        throw error;
      };
      const read = await readPlanFile(file).catch(refuse);
      const [{ givenByTemplate }, { checkWithPolicy }, { refusedByPolicy }] = await Promise.all([
        import('../domain/plan-input.ts'),
        import('./plan-policy.ts'),
        import('../domain/risk.ts'),
      ]);
      const { policy, problems, warnings, note } = await checkWithPolicy(readConfig(), read.plan);
      if (policy === 'lacking') refuse(refusedByPolicy(problems));
      const view = planView(read.plan, givenByTemplate(read.given));
      print({ ...view, policy, policyNote: note, warnings }, options, () => planText(view, note));
    });
}

function isAboutPlan({ code }: GradusError): boolean {
  return code === 'PLAN_INVALID' || code === 'PLAN_REFUSED';
}

function schema(): Command {
  return plainCommand('schema', 'print the JSON Schema of plans, by which editors complete and check them', [
    [
      'gradus plan schema > plan.schema.json',
      'then begin plans with: # yaml-language-server: $schema=plan.schema.json',
    ],
  ])
    .argument('[file]', 'write it to this file')
    .action(async (file: string | undefined) => {
      const { planJsonSchema } = await import('../domain/plan-input.ts');
      if (file === undefined) printJson(planJsonSchema());
      else writeNamed(file, `${JSON.stringify(planJsonSchema(), null, 2)}\n`);
    });
}

function show(): Command {
  return dataCommand('show', 'show what a release of a stored plan would do', [
    ['gradus plan show mail', 'its stages and steps, and what a template gave it'],
  ])
    .argument('<name>')
    .action(async (name: string, options: JsonOption) => {
      const [{ readStoredPlan }, { planText, planView }, { givenByTemplate }, { checkedWith }, { withStore }] =
        await Promise.all([
          import('./plan-file.ts'),
          import('./plan-text.ts'),
          import('../domain/plan-input.ts'),
          import('./plan-policy.ts'),
          import('../platform/records.ts'),
        ]);
      const { plan, stored, policy, note } = await withStore(readConfig(), async ({ plans, policies }) => {
        const read = await readStoredPlan(name, plans);
        return { ...read, ...checkedWith(await policies.current(), read.plan) };
      });
      const view = planView(plan, givenByTemplate(stored));
      print({ ...view, policy, policyNote: note }, options, () => planText(view, note));
    });
}

function save(): Command {
  return dataCommand('save', 'store a plan under a name, so that releases are started by it', [
    ['gradus plan save mail plan.yaml', 'then: gradus release start mail'],
    ['gradus plan save mail plan.yaml --anyway', 'a release under way goes on by the plan as it was'],
  ])
    .argument('<name>')
    .argument('<file>', 'a plan in YAML or JSON; - reads standard input')
    .option('--anyway', 'also where a release under way was started by the plan as it is')
    .action(async (name: string, file: string, options: JsonOption & { anyway?: boolean }) => {
      const [{ readPlanFile }, { withStore }] = await Promise.all([
        import('./plan-file.ts'),
        import('../platform/records.ts'),
      ]);
      const problem = nameProblem(name, false);
      if (problem !== null) throw new GradusError('REQUEST_INVALID', `The plan's name: ${problem}.`);
      const [{ plan, given }, { checkedWith }] = await Promise.all([readPlanFile(file), import('./plan-policy.ts')]);
      const { policy, warnings, note } = await withStore(
        readConfig(),
        async ({ plans, releases, policies }) => {
          const stored = await plans.find(name);
          if (options.anyway !== true && stored !== null && stored !== undefined) {
            const { insistUnused } = await import('../domain/plan-lock.ts');
            insistUnused(name, stored, given, await releases.list({ open: true }));
          }
          await plans.save(name, given);
          return checkedWith(await policies.current(), plan);
        },
        { create: true },
      );
      const release = `Release it with: gradus release start ${name}`;
      const next = policy === 'lacking' ? note : warnings.length === 0 ? release : `${note}\n${release}`;
      print({ name, policy, warnings }, options, () => `Stored as ${name}. ${next}`);
    });
}

function list(): Command {
  return dataCommand('list', 'list stored plans', [['gradus plan list', 'their names']]).action(
    async (options: JsonOption) => {
      const { withStore } = await import('../platform/records.ts');
      const names = await withStore(readConfig(), ({ plans }) => plans.list());
      print(names, options, (all) =>
        all.length === 0 ? 'No plan is stored. Store one with: gradus plan save' : all.join('\n'),
      );
    },
  );
}
