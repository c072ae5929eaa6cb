/** Whether what a person says decides an open request: the rules are the same for Signals, Updates and every client. */
import type { Approval, Plan, StageStep } from './plan.ts';
import type { ClosedRequest, Need, ReleaseReport, Waiting } from './report.ts';
import { listed, printable } from './words.ts';

/** What a person may ask of a release, as messages are named. */
export const operations = ['approve', 'reject', 'hold', 'moreTime', 'pause', 'resume', 'rollback', 'override'] as const;
export type Operation = (typeof operations)[number];

export interface PersonSays {
  by: string;
  why?: string;
  /** The request that is meant. */
  request?: string;
  /** Digest of the evidence that they saw, or at least its first eight digits. */
  evidence?: string;
  /** Where they said it: `slack`, `cli`, … */
  via?: string;
  /** The same for the same press of a button: what arrives twice is done once. */
  id?: string;
  /** An admin approves alone, against the quorum. */
  emergency?: true;
  /** Whom they stand in for: found by the release, said by nobody. */
  for?: string;
}

const known = ['by', 'why', 'request', 'evidence', 'via', 'id'] as const;
const allKnown = [...known, 'emergency'] as const;

/** Reads what came with a message; a text says what is wrong with it. */
export function readMessage(value: unknown): PersonSays | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'a message is an object such as {"by": "ann", "why": "looks right"}';
  }
  const entries = Object.entries(value);
  const isKnown = (key: string): boolean => allKnown.some((one) => one === key);
  const problems = entries
    .filter(([key]) => !isKnown(key))
    .map(([key]) => `there is no field "${printable(key.slice(0, 40))}" (known: ${allKnown.join(', ')})`);
  for (const [key, field] of entries) {
    if (!isKnown(key)) continue;
    if (key === 'emergency') {
      if (typeof field !== 'boolean') problems.push('emergency has to be true or false');
    } else if (typeof field !== 'string') problems.push(`${key} has to be a text`);
    else if (field.length > 2000) problems.push(`${key} is longer than 2,000 characters`);
  }
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const fields = new Map(texts.map(([key, text]) => [key, printable(text)]));
  const by = fields.get('by')?.trim() ?? '';
  if (by === '') problems.push('by is missing: who says this');
  if (problems.length > 0) return problems.join('; ');
  const given = known.flatMap((key) => {
    const text = fields.get(key);
    return text === undefined ? [] : [[key, text] as const];
  });
  const isEmergency = 'emergency' in value && value.emergency === true;
  return { ...Object.fromEntries(given), by, ...(isEmergency ? { emergency: true } : {}) };
}

/** People who may decide: names of groups are replaced by who is in them. Empty: anyone. */
function deciders(from: string[], people: Plan['people']): string[] {
  return [...new Set(from.flatMap((name) => people[name] ?? [name]))];
}

/** What a request takes from the plan: who may decide, how many have to, and until when. */
export function termsOf(
  approval: Approval,
  people: Plan['people'],
): Pick<Waiting, 'from' | 'count' | 'needs' | 'withinMs' | 'otherwise' | 'escalateTo'> {
  const { from, count, each = false, withinMs, otherwise, escalateTo = [] } = approval;
  const needs = each ? from.map((group): Need => ({ group, members: people[group] ?? [group], count })) : [];
  return {
    from: deciders(from, people),
    count: each ? count * from.length : count,
    needs,
    withinMs,
    otherwise,
    escalateTo: deciders(escalateTo, people),
  };
}

/**
 * Who decides where a step's verdict cannot tell: whoever approves the step, otherwise anybody, in the time that the step
 * has. Silence holds, then rolls back, or what the plan says; but it never gives more users what nobody is sure of.
 */
export function whenUndecidedOf({ abTest, gray, internalTest }: Plan, step: StageStep): Approval {
  const { approval, withinMs } = step === 'A/B' ? abTest : step === 'gray' ? gray : internalTest;
  if (approval === null) return { from: [], count: 1, withinMs, otherwise: 'hold' };
  return approval.otherwise === 'approve' ? { ...approval, otherwise: 'hold' } : approval;
}

/** Of a digest: fewer could be those of other evidence by chance. */
const fewestDigits = 8;

/** Null where `says` may decide the open request, otherwise why not. */
export function objection(
  { waiting, requests }: Pick<ReleaseReport, 'waiting' | 'requests'>,
  says: PersonSays,
  kind: 'approve' | 'reject',
): string | null {
  const meant = requests.find(({ request }) => request.id === says.request);
  if (meant !== undefined && meant.request.id !== waiting?.id) return overText(meant);
  if (waiting === null) return 'nothing waits for a decision now';
  if (says.request !== undefined && says.request !== waiting.id) {
    return `request ${says.request} is not open; what waits now is ${waiting.id}: ${waiting.question}`;
  }
  if (says.evidence !== undefined && says.evidence.length < fewestDigits && waiting.digest.startsWith(says.evidence)) {
    return `evidence "${says.evidence}" is too short; give at least ${fewestDigits} digits of the request's digest`;
  }
  if (says.evidence !== undefined && !waiting.digest.startsWith(says.evidence)) {
    return `the evidence is not what ${says.by} saw any more; look at request ${waiting.id} again`;
  }
  if (says.emergency === true)
    return says.why?.trim() ? null : 'say why this cannot wait for those who have to approve';
  const allowed = allowedTo(waiting);
  const counted = says.for ?? says.by;
  if (waiting.from.length > 0 && !allowed.includes(counted)) {
    return `${says.by} may not decide this; it is for ${allowed.join(', ')}`;
  }
  if (kind === 'reject') return null;
  if (waiting.notBy === says.by) {
    return `${says.by} started this release, so somebody else has to approve it (own: yes in the plan allows it)`;
  }
  if (waiting.notBy !== null && waiting.notBy === counted) {
    return `${says.by} stands in for ${counted}, who started this release, so somebody else has to approve it`;
  }
  const before = waiting.approvedBy.find((one) => personBehind(waiting, one) === says.by);
  if (before !== undefined) return `${says.by} has approved already${before === says.by ? '' : ` for ${before}`}`;
  if (waiting.approvedBy.includes(counted))
    return `${personBehind(waiting, counted)} has approved for ${counted} already`;
  return null;
}

/** Why an emergency approval is refused to whoever started the release; null: it is not theirs, or the plan allows it. */
export function ownEmergency({ notBy }: Waiting, { by, emergency }: PersonSays): string | null {
  if (emergency !== true || notBy !== by) return null;
  return `${by} started this release, so another admin has to approve it in an emergency (own: yes in the plan allows it; ${by} may still roll back)`;
}

/** Whoever may decide now; empty: anybody. */
function allowedTo(waiting: Waiting): string[] {
  return waiting.escalated ? [...waiting.from, ...waiting.escalateTo] : waiting.from;
}

/** Whether `says` could decide the open request only for somebody else. */
export function couldStandIn(waiting: Waiting | null, says: PersonSays): waiting is Waiting {
  if (waiting === null || waiting.from.length === 0 || says.emergency === true) return false;
  return !allowedTo(waiting).includes(says.by);
}

/** The one of `givers` for whom `says` counts best: one for whom nothing is in the way, if there is such a one. */
export function standingIn(
  report: Pick<ReleaseReport, 'waiting' | 'requests'>,
  says: PersonSays,
  kind: 'approve' | 'reject',
  givers: readonly string[],
): PersonSays {
  const { waiting } = report;
  const allowed = waiting === null ? [] : allowedTo(waiting);
  const may = givers.filter((giver) => waiting !== null && (waiting.from.length === 0 || allowed.includes(giver)));
  const giver = may.find((one) => objection(report, { ...says, for: one }, kind) === null) ?? may[0];
  return giver === undefined ? says : { ...says, for: giver };
}

/** Who pressed where somebody counts as having approved. */
function personBehind({ delegates = {} }: Waiting, counted: string): string {
  return new Map(Object.entries(delegates)).get(counted) ?? counted;
}

/** Who has approved so far, each as `li for wang` where they stood in. */
export function approversOf(waiting: Waiting): string[] {
  return waiting.approvedBy.map((counted) => {
    const person = personBehind(waiting, counted);
    return person === counted ? counted : `${person} for ${counted}`;
  });
}

/**
 * Whether it is theirs to approve: for themselves, where `may` (the policy lets them), or for one of those whom they stand
 * in for.
 */
export function isFor(waiting: Waiting, by: string | null, givers: readonly string[] = [], may = true): boolean {
  if (by === null) return false;
  const report = { waiting, requests: [] };
  const standsIn = couldStandIn(waiting, { by }) || !may;
  const says: PersonSays = standsIn ? standingIn(report, { by }, 'approve', givers) : { by };
  return (may || says.for !== undefined) && objection(report, says, 'approve') === null;
}

/** Of those whom the plan names, who can still approve; of groups that approve each by itself, those that have not yet. */
export function stillAsked(waiting: Waiting): string[] {
  const left = missing(waiting);
  const isMissing = (name: string): boolean =>
    waiting.escalateTo.includes(name) ||
    waiting.needs.some(({ group, members }) => left.has(group) && members.includes(name));
  const named = [...new Set(allowedTo(waiting))].filter((name) => isFor(waiting, name));
  return waiting.needs.length === 0 ? named : named.filter(isMissing);
}

/** Names that stand in one sentence. */
const mostNamed = 6;

/** Who can still approve, in words: `ann or bob`, `anybody who may approve but carl, who started it`. */
export function awaitedOf(waiting: Waiting): string {
  const { from, notBy } = waiting;
  if (from.length === 0) return `${anybody}${notBy === null ? '' : ` but ${notBy}, who started it`}`;
  const open = stillAsked(waiting);
  const more = open.length - mostNamed;
  if (open.length === 0) return notBy === null ? listed(from, 'or') : `somebody else than ${notBy}, who started it`;
  return listed(more > 1 ? [...open.slice(0, mostNamed), `${more} others`] : open, 'or');
}

/** Who a plan that names nobody asks. */
const anybody = 'anybody who may approve';

/**
 * Who has to approve, in words: `2 approvals of ann, bob`, or `1 approval of product and 1 of safety`; with whoever may not,
 * although it could be thought.
 */
export function askedOf({
  needs,
  count,
  from,
  notBy = null,
}: Pick<Waiting, 'needs' | 'count' | 'from'> & Partial<Pick<Waiting, 'notBy'>>): string {
  const [first, ...others] = needs;
  const approvals = (many: number): string => `${many} ${many === 1 ? 'approval' : 'approvals'} of`;
  const isMeant = notBy !== null && (from.length === 0 || from.includes(notBy));
  const but = isMeant ? ` (not ${notBy}, who started it)` : '';
  if (first === undefined) return `${approvals(count)} ${from.length === 0 ? anybody : from.join(', ')}${but}`;
  const rest = others.map((need) => `${need.count} of ${need.group}`);
  return `${listed([`${approvals(first.count)} ${first.group}`, ...rest])}${but}`;
}

/** `approved by ann so far`, or that nobody has; of groups that approve each by itself, how many each has. */
export function approvedSoFar(waiting: Waiting): string {
  const approved = approversOf(waiting);
  if (approved.length === 0) return 'nobody has approved yet';
  const groups = waiting.needs.length === 0 ? '' : ` (${byGroup(waiting)})`;
  return `approved by ${listed(approved)} so far${groups}`;
}

/** `1 of 2 of ml, 0 of 1 of safety`. */
export function byGroup(waiting: Pick<Waiting, 'needs' | 'count' | 'approvedBy'>): string {
  const left = missing(waiting);
  return waiting.needs
    .map(({ group, count }) => `${count - (left.get(group) ?? 0)} of ${count} of ${group}`)
    .join(', ');
}

/** What happens to a request when nobody decides in time, as in "else reject". */
export function whenSilent({ otherwise, escalated }: Pick<Waiting, 'otherwise' | 'escalated'>): string {
  if (otherwise === 'hold') return escalated ? 'reject' : 'ask once more';
  return otherwise;
}

/** How a request ended: a sentence without its full stop. */
export function overText({ request, outcome, by, at }: ClosedRequest): string {
  const how = outcome === 'withdrawn' ? 'withdrawn' : `${outcome} by ${by}`;
  return `request ${request.id} is over: it was ${how} at ${at}`;
}

/**
 * How many approvals are still missing, by group (`''`: of anybody who may). Where groups approve each by itself, nobody
 * counts for two of them: people are matched to groups as well as they can be.
 */
export function missing({
  needs,
  count,
  approvedBy,
}: Pick<Waiting, 'needs' | 'count' | 'approvedBy'>): Map<string, number> {
  if (needs.length === 0) {
    const left = count - approvedBy.length;
    return new Map(left > 0 ? [['', left]] : []);
  }
  const slots = needs.flatMap((need) => Array.from({ length: need.count }, () => need));
  const takenBy = new Map<number, string>();
  for (const person of approvedBy) take(person, slots, takenBy, new Set());
  const left = new Map<string, number>();
  for (const [i, { group }] of slots.entries()) {
    if (!takenBy.has(i)) left.set(group, (left.get(group) ?? 0) + 1);
  }
  return left;
}

/** Finds a slot for `person`, moving others to slots that they can take too (Kuhn's algorithm for bipartite matching). */
function take(person: string, slots: Need[], takenBy: Map<number, string>, tried: Set<number>): boolean {
  for (const [i, { members }] of slots.entries()) {
    if (!members.includes(person) || tried.has(i)) continue;
    tried.add(i);
    const holder = takenBy.get(i);
    if (holder === undefined || take(holder, slots, takenBy, tried)) {
      takenBy.set(i, person);
      return true;
    }
  }
  return false;
}
