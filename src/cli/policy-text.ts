/** A policy as the terminal shows it, and as the audit log keeps it when it is set. */
import type { Policy } from '../domain/policy.ts';
import { riskLevels } from '../domain/risk.ts';
import { freezeText } from './words.ts';

export function policyText({ people, groups = {}, freeze = [], risk = {}, teams = {} }: Policy): string {
  const entries = Object.entries(people);
  if (entries.length === 0) return 'There is no policy: whoever reaches a release may do everything.';
  const lines = entries.map(([name, { roles, slack, oidc, email }]) => {
    const known = Object.entries({ Slack: slack, OIDC: oidc, mail: email }).flatMap(([where, id]) =>
      id === null || id === undefined ? [] : [`${where} ${id}`],
    );
    return `  ${name}: ${roles.join(', ') || 'no role'}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
  });
  const approvals = riskLevels.flatMap((level) =>
    Object.entries(risk[level] ?? {}).map(
      ([step, needed]) =>
        `  ${level} risk: ${needed.join(' and ')} approve${needed.length === 1 ? 's' : ''} in ${step}`,
    ),
  );
  return [
    ...lines,
    ...Object.entries(groups).map(([name, roles]) => `  group ${name} (OIDC): ${roles.join(', ') || 'no role'}`),
    ...Object.entries(teams).map(([name, members]) => `  team ${name}: ${members.join(', ')}`),
    ...approvals,
    ...freeze.map((one) => `  freeze ${freezeText(one)}`),
  ].join('\n');
}
