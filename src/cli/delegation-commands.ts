/** `gradus policy delegate`, `delegations`: who decides for whom while they are away. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { insistDelegation, isInForce, type Delegation } from '../domain/delegation.ts';
import { GradusError } from '../domain/errors.ts';
import { refusal } from '../domain/policy.ts';
import { listed } from '../domain/words.ts';
import { readConfig } from '../platform/config.ts';
import type { Store } from '../store/store.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { viaCli } from './typed-by.ts';
import { moment } from './words.ts';

interface DelegateOptions extends JsonOption {
  from?: string;
  to?: string;
  until?: string;
  why?: string;
  by: string;
  end?: string;
}

export function delegateCommand(): Command {
  return dataCommand('delegate', 'let somebody decide for somebody else until a time', [
    ['gradus policy delegate --from wang --to li --until 2026-12-01 --why "on leave"', 'li approves for wang'],
    ['gradus policy delegate --end 3 --by wang', 'wang is back earlier'],
  ])
    .option('--from <name>', 'who is away (needed)')
    .option('--to <name>', 'who decides for them (needed); any role will do')
    .option(
      '--until <time>',
      'when that ends (needed): a date (its beginning, UTC) or a time such as 2026-12-01T18:00+08:00',
    )
    .option('--why <reason>', 'why, for the record (needed)')
    .option('--by <name>', 'who says this: whoever is away, or an admin', userInfo().username)
    .option('--end <number>', 'end a delegation before its time; needs none of those above')
    .action(async (options: DelegateOptions) => {
      const { withStore } = await import('../platform/records.ts');
      const { from, to, until, why } = options;
      if (options.end !== undefined) {
        const number = Number(options.end);
        const ended = await withStore(readConfig(), (store) => end(store, number, options));
        print(ended, options, (one) => `Ended: ${one.to} decides for ${one.from} no more.`);
        return;
      }
      if (from === undefined || to === undefined || until === undefined || why === undefined) {
        const left = Object.entries({ from, to, until, why }).flatMap(([name, value]) =>
          value === undefined ? [`--${name}`] : [],
        );
        const message = `${listed(left)} ${left.length === 1 ? 'is' : 'are'} missing. Write: gradus policy delegate --from NAME --to NAME --until DATE --why REASON`;
        throw new GradusError('REQUEST_INVALID', message);
      }
      const order = { from, to, until, why, by: options.by };
      const added = await withStore(readConfig(), async ({ policies, delegations, audit }) => {
        insistDelegation(await policies.current(), order, Date.now());
        const one = await delegations.add({ ...order, until: new Date(until).toISOString() });
        await audit.append([
          event(one, 0, one.at, one.by, `${one.why} (until ${one.until})`, `let ${to} decide for ${from}`),
        ]);
        return one;
      });
      print(
        added,
        options,
        (one) => `${one.number}: ${one.to} decides for ${one.from} until ${moment(one.until)} UTC.`,
      );
    });
}

export function delegationsCommand(): Command {
  return dataCommand('delegations', 'list who decides for whom', [
    ['gradus policy delegations', 'newest first, also those that are over'],
  ]).action(async (options: JsonOption) => {
    const { withStore } = await import('../platform/records.ts');
    const all = await withStore(readConfig(), ({ delegations }) => delegations.list());
    print(all, options, (some) => listText(some, Date.now()));
  });
}

async function end(store: Store, number: number, { by, why = '' }: DelegateOptions): Promise<Delegation> {
  const found = (await store.delegations.list()).find((one) => one.number === number);
  if (found === undefined || !isInForce(found, Date.now())) {
    throw new GradusError('REQUEST_INVALID', `No delegation ${number} is in force. See: gradus policy delegations`);
  }
  if (by !== found.from && by !== found.to && refusal(await store.policies.current(), by, 'policy') !== null) {
    throw new GradusError(
      'NOT_ALLOWED',
      `It is for ${found.from}, ${found.to} or an admin to end; ${by} is none of them.`,
    );
  }
  const ended = (await store.delegations.end(number, by)) ?? found;
  const what = `let ${found.to} decide for ${found.from} no more`;
  await store.audit.append([event(ended, 1, ended.endedAt ?? new Date().toISOString(), by, why, what)]);
  return ended;
}

function event({ number }: Delegation, place: number, at: string, by: string, why: string, what: string) {
  return { subject: `delegation ${number}`, place, at, stage: null, step: null, what, by, why, via: viaCli() };
}

function listText(all: Delegation[], now: number): string {
  if (all.length === 0) return 'Nobody stands in for anybody.';
  const rows = all.map((one) => [
    String(one.number),
    `${one.to} for ${one.from}`,
    `until ${moment(one.until)}`,
    isInForce(one, now) ? 'in force' : one.endedAt === null ? 'over' : `ended ${moment(one.endedAt)}`,
    one.why,
  ]);
  return table(['', 'who', 'UTC', '', 'why'], rows);
}
