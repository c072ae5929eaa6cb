/** What is written about a release in an e-mail: in plain words, once as text and once as simple HTML. */
import { approvedSoFar, askedOf, awaitedOf, couldStandIn, standingIn, whenSilent } from '../domain/approval.ts';
import type { ReleaseEvent } from '../domain/events.ts';
import type { ReleaseReport, Waiting } from '../domain/report.ts';
import { tellingFirst } from '../domain/most-telling.ts';
import { whyClockStands } from '../domain/request-clock.ts';
import { examined, questionOf, recommendation, whatChanges } from '../domain/request-words.ts';
import { listed } from '../domain/words.ts';

export interface Letter {
  subject: string;
  /** What happened, in one sentence or two. */
  lead: string;
  facts: [label: string, text: string][];
  /** The numbers, a line each. */
  points: string[];
  /** What to type. */
  commands: { what: string; typed: string }[];
  page: string | null;
  /** Whether somebody has to decide. */
  asks: boolean;
}

const marks = { holds: '✓', breached: '✗', open: '○' } as const;

/** Who reads it. */
interface To {
  page: string | null;
  /** Where the policy knows them. */
  name: string | null;
  /** Whom they stand in for. */
  givers: readonly string[];
}

/** Null where nobody gets an e-mail about it. */
export function letterOf(report: ReleaseReport, { type, data }: ReleaseEvent, to: To): Letter | null {
  const { stages } = report;
  const { page } = to;
  // A request that is over by now is nobody's to decide.
  const waiting = report.waiting?.id === data['request'] ? report.waiting : null;
  switch (type) {
    case 'release.decision.asked':
      return waiting === null ? null : request(report, waiting, to, false);
    case 'release.decision.reminded':
      return waiting === null ? null : request(report, waiting, to, true);
    case 'release.stage.rolled_back':
      return rolledBack(report, page);
    case 'release.ended':
      // Who was told of the rollback knows.
      return stages.some(({ state }) => state === 'rolledBack') ? null : ended(report, page);
    case 'release.started':
    case 'release.stage.begun':
    case 'release.exposure.changed':
    case 'release.decision.made':
    case 'release.paused':
    case 'release.resumed':
    case 'release.held':
      return null;
  }
}

function request(report: ReleaseReport, waiting: Waiting, { page, name, givers }: To, again: boolean): Letter {
  const { id, stages } = report;
  const stage = stages.find(({ number }) => number === waiting.stage);
  const question = questionOf(report, waiting);
  const { what, why } = recommendation(report, waiting);
  const findings = tellingFirst(waiting.findings).map(
    ({ capability, condition, state, reason }) => `${marks[state]} ${capability}: ${condition}: ${reason}`,
  );
  const by = name === null ? 'NAME' : quoted(name);
  const instead =
    name === null || !couldStandIn(waiting, { by: name })
      ? undefined
      : standingIn(report, { by: name }, 'approve', givers).for;
  const standIn: Letter['facts'] = instead === undefined ? [] : [['You', `stand in for ${instead}`]];
  const reply = (operation: string): string =>
    `gradus release ${operation} ${quoted(id)} --request ${quoted(waiting.id)} --by ${by}`;
  return {
    subject: `${again ? 'Reminder: ' : ''}${id} asks for a decision: ${question}`,
    lead: `${nameOf(report)}, stage ${waiting.stage} of ${stages.length}, ${again ? 'still waits' : 'waits'} for ${awaitedOf(waiting)}: ${question}`,
    facts: [
      ['What changes', whatChanges(report, waiting)],
      ['Recommended', what === 'decide' ? `nothing: ${why}` : `${what}; ${why}`],
      ['Until', whyClockStands(report, waiting) ?? `${utc(waiting.until)}, else ${whenSilent(waiting)}`],
      ['Needs', `${askedOf(waiting)}; ${approvedSoFar(waiting)}`],
      ...standIn,
    ],
    points: [...(stage === undefined ? [] : examined(stage, waiting.findings)), ...findings],
    commands: [
      { what: 'Approve', typed: `${reply('approve')} --why "looks right"` },
      { what: 'Reject', typed: `${reply('reject')} --why "…"` },
      { what: 'Ask for more time', typed: reply('more-time') },
    ],
    page,
    asks: true,
  };
}

function rolledBack(report: ReleaseReport, page: string | null): Letter | null {
  const { id, stages, stable } = report;
  const stage = stages.findLast(({ state }) => state === 'rolledBack');
  if (stage === undefined) return null;
  const names = listed(stage.capabilities);
  const back =
    stable === null
      ? `No user has ${names} of this model now.`
      : `All users have ${names} of the stable version again.`;
  const kept = stages.filter(({ state }) => state === 'released').flatMap(({ capabilities }) => capabilities);
  return {
    subject: `${id} was rolled back: ${listed(stage.capabilities)}`,
    lead: `${nameOf(report)}: stage ${stage.number} of ${stages.length} was rolled back. ${back}`,
    facts: [
      ['Why', stage.reason],
      ['Stays released', kept.length === 0 ? 'nothing of this version' : listed(kept)],
    ],
    points: Object.values(stage.verdicts)
      .flatMap(({ findings }) => findings)
      .filter(({ state }) => state === 'breached')
      .map(({ capability, condition, reason }) => `✗ ${capability}: ${condition}: ${reason}`),
    commands: [{ what: 'See all of it', typed: `gradus release report ${quoted(id)}` }],
    page,
    asks: false,
  };
}

function ended(report: ReleaseReport, page: string | null): Letter {
  const { id, state, reason, stages, curve } = report;
  const withAll = stages.filter((stage) => stage.state === 'released').flatMap(({ capabilities }) => capabilities);
  const last = curve.at(-1);
  return {
    subject: `${id} ended: ${stateWords[state]}`,
    lead: `${nameOf(report)} ended: ${stateWords[state]}.`,
    facts: [
      ['Why', reason],
      ['With all users', listed(withAll) || 'nothing'],
      ['N(t) and P(t)', last === undefined ? '0' : `${last.n} and ${last.p.toFixed(2)}`],
    ],
    points: stages.flatMap((stage) => examined(stage)),
    commands: [{ what: 'See all of it', typed: `gradus release report ${quoted(id)}` }],
    page,
    asks: false,
  };
}

const stateWords: Record<ReleaseReport['state'], string> = {
  running: 'it runs',
  paused: 'it is paused',
  released: 'all users have it',
  partlyReleased: 'a part of it is with all users',
  rolledBack: 'it was rolled back',
  failed: 'it failed',
  cancelled: 'it was cancelled',
};

/** `mail-assistant v2 against v1`. */
function nameOf({ model, candidate, stable }: ReleaseReport): string {
  const against = stable === null ? '' : ` against v${stable.number}`;
  return candidate === null ? model : `${model} v${candidate.number}${against}`;
}

/** As a shell takes it for one word, whatever is in it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function utc(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

export function asText({ lead, facts, points, commands, page }: Letter): string {
  const blocks = [
    [lead],
    facts.map(([label, text]) => `${label}: ${text}`),
    points.map((point) => `- ${point}`),
    commands.flatMap(({ what, typed }) => [`${what}:`, `    ${typed}`]),
    page === null ? [] : [page],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

export function asHtml({ lead, facts, points, commands, page }: Letter): string {
  const rows = facts.map(
    ([label, text]) => `<tr><th align="left" valign="top">${safe(label)}</th><td>${safe(text)}</td></tr>`,
  );
  const items = points.map((point) => `<li>${safe(point)}</li>`);
  const typed = commands.map((one) => `<p>${safe(one.what)}:<br><code>${safe(one.typed)}</code></p>`);
  return [
    '<!doctype html><html lang="en"><body style="font-family: sans-serif; line-height: 1.4">',
    `<p><b>${safe(lead)}</b></p>`,
    `<table cellpadding="4">${rows.join('')}</table>`,
    ...(items.length === 0 ? [] : [`<ul>${items.join('')}</ul>`]),
    ...typed,
    ...(page === null ? [] : [`<p><a href="${safe(page)}">${safe(page)}</a></p>`]),
    '</body></html>',
  ].join('\n');
}

function safe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
