/** Who people are, and what each may do to a release. */
import { z } from 'zod';
import type { Operation } from './approval.ts';
import { GradusError } from './errors.ts';
import { readFreezes, writtenFreeze } from './freeze-input.ts';
import type { Freeze } from './freeze.ts';
import { personProblem } from './plan-leaves.ts';
import { readRisk, writtenRisk, type Approvers, type RiskLevel } from './risk.ts';
import { readOidc } from './token-person.ts';
import { didYouMean, listed } from './words.ts';

export const roles = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * Looking is a viewer's, and everybody's who may do more. What is not asked of a release under way, or not of everybody who
 * may ask it: approving alone in an emergency.
 */
type Control = 'view' | 'policy' | 'stopAll' | 'endStop' | 'emergency' | 'start' | 'survey';

/** What somebody may ask for. */
export type Asked = Operation | Control;

export interface Person {
  roles: Role[];
  /** Their id in Slack, e.g. `U012AB3CD`. */
  slack: string | null;
  /** Who they are to the OpenID Connect provider: an address that it has verified, or its `sub` (see token-person.ts). */
  oidc?: string;
  /** Where they get e-mail; it says nothing of who they are. */
  email?: string;
}

/** People by name. Nobody at all: there is no policy, and whoever reaches a release may do everything. */
export interface Policy {
  people: Record<string, Person>;
  /** Times in which nothing grows; left out: none. */
  freeze?: Freeze[];
  /** Groups that have to approve, by the risk of a capability; left out: nobody in particular. */
  risk?: Partial<Record<RiskLevel, Approvers>>;
  /** Who may be in a group of that name in a plan; of a group that is not here, the plan says. */
  teams?: Record<string, string[]>;
  /** What groups or roles of the OpenID Connect provider may do. */
  groups?: Record<string, Role[]>;
}

export const openToAll: Policy = { people: {} };

/** Whether anybody is named; otherwise there is no policy, and whoever comes may do everything. */
export function hasPeople({ people, groups = {} }: Policy): boolean {
  return Object.keys(people).length > 0 || Object.keys(groups).length > 0;
}

const needed: Record<Asked, Role | readonly Role[]> = {
  view: 'viewer',
  policy: 'admin',
  stopAll: ['operator', 'approver'],
  endStop: 'approver',
  emergency: 'admin',
  start: 'operator',
  survey: 'operator',
  approve: 'approver',
  reject: 'approver',
  hold: 'approver',
  moreTime: 'approver',
  pause: 'operator',
  resume: 'operator',
  rollback: 'operator',
  override: 'admin',
};

/**
 * Null where `by` may do it, otherwise why not. An admin may do everything. `given` are roles that they have beside those
 * of the policy, by a token; where there is no policy, all may do all, unless that is ruled out.
 */
export function refusal(
  policy: Policy,
  by: string,
  operation: Asked,
  given: readonly Role[] = [],
  { openToAll: isOpen = true } = {},
): string | null {
  if (isOpen && !hasPeople(policy)) {
    return operation === 'emergency' && !given.includes('admin')
      ? 'there is no policy, so nobody is an admin (gradus policy set FILE)'
      : null;
  }
  const person = new Map(Object.entries(policy.people)).get(by);
  if (person === undefined && given.length === 0) {
    return `${by} is not in the policy; an admin adds people with: gradus policy set FILE`;
  }
  const own = [...new Set([...(person?.roles ?? []), ...given])];
  const role = [needed[operation]].flat();
  const isEnough = role.some((one) => own.includes(one)) || (operation === 'view' && own.length > 0);
  if (isEnough || own.includes('admin')) return null;
  return `${by} may not do that: it is for the role ${listed(role, 'or')}, and ${by} has ${listed(own) || 'none'}`;
}

/** The person whom Slack knows by that id. */
export function personInSlack({ people }: Policy, slack: string): string | null {
  return Object.entries(people).find(([, person]) => person.slack === slack)?.[0] ?? null;
}

const person = z.strictObject({
  roles: z.union([z.string(), z.array(z.string())]).optional(),
  slack: z.string().optional(),
  email: z.email('has to be an address such as ann@example.org').optional(),
  oidc: z.string().min(1).max(300).optional(),
});
const written = z.strictObject({
  people: z.record(z.string(), person),
  groups: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  freeze: z.array(writtenFreeze).optional(),
  risk: writtenRisk.optional(),
  teams: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
});

/** Reads a policy as people write it. Throws `POLICY_INVALID` with every problem of it. */
export function parsePolicy(input: unknown): Policy {
  const shape = written.safeParse(input);
  if (!shape.success) {
    throw invalid(shape.error.issues.map((issue) => `${issue.path.join('.') || 'policy'}: ${issue.message}`));
  }
  const problems: string[] = [];
  const people: Record<string, Person> = {};
  const bySlack = new Map<string, string>();
  const byOidc = new Map<string, string>();
  for (const [name, { roles: given = [], slack = null, oidc, email }] of Object.entries(shape.data.people)) {
    const problem = personProblem(name);
    if (problem !== null) problems.push(`people: ${problem}`);
    if (name === 'gradus')
      problems.push('people: "gradus" is what Gradus calls itself in decisions; choose another name');
    const own = readRoles(given, `people.${name}.roles`, problems);
    if (slack !== null && !/^[UW][A-Z0-9]{2,}$/.test(slack)) {
      problems.push(
        `people.${name}.slack: "${slack}" is not an id of Slack such as U012AB3CD (in the profile, under More)`,
      );
    }
    const other = slack === null ? undefined : bySlack.get(slack);
    if (other !== undefined) problems.push(`people.${name}.slack: ${slack} is ${other}'s already`);
    if (slack !== null) bySlack.set(slack, name);
    const account = oidc === undefined ? undefined : Object.values(readOidc(oidc)).join(' ');
    const same = account === undefined ? undefined : byOidc.get(account);
    if (same !== undefined) problems.push(`people.${name}.oidc: ${oidc} is ${same}'s already`);
    if (account !== undefined) byOidc.set(account, name);
    if (problem === null) {
      const addresses = { ...(oidc === undefined ? {} : { oidc }), ...(email === undefined ? {} : { email }) };
      people[name] = { roles: own, slack, ...addresses };
    }
  }
  const groups = Object.entries(shape.data.groups ?? {}).map(([name, given]): [string, Role[]] => [
    name,
    readRoles(given, `groups.${name}`, problems),
  ]);
  if (!Object.values(people).some((one) => one.roles.includes('admin'))) {
    problems.push('people: nobody is an admin, so nobody could change this; give somebody roles: admin');
  }
  const freeze = readFreezes(shape.data.freeze ?? [], problems);
  const risk = readRisk(shape.data.risk ?? {}, problems);
  const teams = Object.fromEntries(
    Object.entries(shape.data.teams ?? {}).map(([name, members]) => [name, [members].flat()] as const),
  );
  for (const [name, members] of Object.entries(teams)) {
    const unknown = members.filter((member) => !Object.hasOwn(people, member));
    if (members.length === 0) problems.push(`teams.${name}: nobody is in it`);
    if (unknown.length > 0) problems.push(`teams.${name}: ${listed(unknown)} not among people`);
  }
  if (problems.length > 0) throw invalid(problems);
  return {
    people,
    ...(groups.length === 0 ? {} : { groups: Object.fromEntries(groups) }),
    ...(freeze.length === 0 ? {} : { freeze }),
    ...(Object.keys(risk).length === 0 ? {} : { risk }),
    ...(Object.keys(teams).length === 0 ? {} : { teams }),
  };
}

function readRoles(given: string | string[], path: string, problems: string[]): Role[] {
  const own = typeof given === 'string' ? [given] : given;
  for (const role of own) {
    if (!isRole(role)) {
      problems.push(`${path}: "${role}" is not one of ${listed(roles, 'or')}${didYouMean(role, roles)}`);
    }
  }
  return own.filter(isRole);
}

function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}

function invalid(problems: string[]): GradusError {
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  const lines = problems.map((problem) => `\n  ${problem}`).join('');
  return new GradusError('POLICY_INVALID', `The policy has ${count}:${lines}\nNothing was changed.`, { problems });
}
