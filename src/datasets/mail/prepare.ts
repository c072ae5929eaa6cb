/** Makes the sample's examples out of raw mails: parsed, labelled, scrubbed, grouped, and put into their parts. */
import { createHash } from 'node:crypto';
import type { Part } from '../../domain/version.ts';
import { tokenize } from '../../model/tokenizer.ts';
import type { PartedExample } from '../cached.ts';
import { groupTexts, type Groupable } from '../groups.ts';
import { labelMail } from './labels.ts';
import { parseMail } from './parse.ts';
import type { ParsedMail } from './parse.ts';
import { scrub, scrubSubject } from './scrub.ts';
import type { RawMail } from './source.ts';

/** Grows with every change of what is prepared (the tokeniser's too), so that caches of before are left alone. */
export const preparation = 2;

export interface PreparedMails {
  /** The text as it is served: HTML mails as people read them. */
  mail: PartedExample[];
  /** The same mails, HTML mails with their tags. */
  unstripped: PartedExample[];
}

/** The order of `raw` doesn't matter. */
export async function prepareMails(raw: RawMail[]): Promise<PreparedMails> {
  const prepared: Awaited<ReturnType<typeof prepareOne>>[] = [];
  // One after the other: the parser's buffers make many at once eight times slower.
  for (const mail of raw.toSorted(byId)) prepared.push(await prepareOne(mail));
  const groups = groupTexts(prepared.map(({ groupable }) => groupable));
  const examples = prepared.map(({ id, text, unstripped, labels }) => {
    const group = groups.get(id) ?? id;
    return { example: { id, group, part: partOf(group), text, labels }, unstripped };
  });
  return {
    mail: examples.map(({ example }) => example),
    unstripped: examples.map(({ example, unstripped }) => ({ ...example, text: unstripped })),
  };
}

async function prepareOne({ id, spam, bytes }: RawMail) {
  const parsed = await parseMail(bytes);
  const text = scrub(parsed.subject, parsed.text);
  return {
    id,
    text,
    unstripped: parsed.html === null ? text : scrub(parsed.subject, parsed.html),
    labels: labelMail(parsed, spam),
    groupable: groupable(id, parsed, text),
  };
}

function groupable(id: string, { subject, headers }: ParsedMail, text: string): Groupable {
  const references = ['message-id', 'in-reply-to', 'references'].flatMap((name) => headers.get(name) ?? []);
  const thread = tokenize(scrubSubject(subject)).join(' ');
  return {
    id,
    tokens: tokenize(text),
    links: [
      ...(thread === '' ? [] : [`subject ${thread}`]),
      ...references.flatMap((value) => value.match(/<[^<>\s]+@[^<>\s]+>/g) ?? []),
    ],
  };
}

/**
 * Threads are large, so most draws give one part half of a small list. This salt, of 1,500 tried, is one that leaves
 * all labels nearly 60/20/20; no model was asked.
 */
const salt = 539;

/** 60/20/20 by hash of the group. */
function partOf(group: string): Part {
  const draw = createHash('sha256').update(`${salt} ${group}`).digest().readUInt32BE() / 2 ** 32;
  if (draw < 0.6) return 'train';
  return draw < 0.8 ? 'validation' : 'held-out';
}

function byId(a: RawMail, b: RawMail): number {
  return a.id < b.id ? -1 : 1;
}
