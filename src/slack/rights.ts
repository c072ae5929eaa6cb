/** What one person in Slack may see and press, by the policy as it is now. */
import type { Delegations } from '../domain/delegation.ts';
import { standsFor, type Permissions } from '../domain/permission.ts';
import { hasPeople, personInSlack, refusal, type Asked, type Policy } from '../domain/policy.ts';
import { listed } from '../domain/words.ts';

export interface Rights {
  /** Null where the policy does not know them. */
  by: string | null;
  /** Why they see nothing, as a sentence for them; null: they may read. */
  refused: string | null;
  /** Whom they stand in for. */
  givers: readonly string[];
  may: (asked: Asked) => boolean;
  /** Null where they may, otherwise a sentence for them. */
  whyNot: (asked: Asked) => string | null;
}

export async function rightsOf(
  policies: Permissions,
  delegations: Pick<Delegations, 'list'>,
  slack: string,
): Promise<Rights> {
  const policy = await policies.current();
  const by = personInSlack(policy, slack);
  if (by === null) {
    // Without a policy everybody may read, and in Slack nobody is anybody who could decide.
    const stranger = strangerText(policy, slack);
    return { by, refused: hasPeople(policy) ? stranger : null, givers: [], may: () => false, whyNot: () => stranger };
  }
  const given = await policies.signedIn(by);
  const why = (asked: Asked): string | null => refusal(policy, by, asked, given);
  const whyNot = (asked: Asked): string | null => {
    const refused = why(asked);
    return refused === null ? null : `${refused}. Ask ${adminsOf(policy)}.`;
  };
  return {
    by,
    refused: whyNot('view'),
    givers: await standsFor(policies, delegations, by, Date.now()),
    may: (asked) => why(asked) === null,
    whyNot,
  };
}

/** What somebody is told whom the policy does not know. */
export function strangerText(policy: Policy, slack: string): string {
  const who = `Gradus does not know who you are: Slack's ${slack} is not in its policy.`;
  return `${who} Ask ${adminsOf(policy)} to add you, with: gradus policy set FILE`;
}

function adminsOf({ people }: Policy): string {
  const admins = Object.keys(people).filter((name) => people[name]?.roles.includes('admin'));
  return admins.length === 0 ? 'an admin' : `an admin (${listed(admins.slice(0, 5), 'or')})`;
}
