/** Derives a mail's labels by rule, from what its sender's program and its list wrote into the headers. */
import { addressParser } from 'postal-mime';
import type { ParsedMail } from './parse.ts';

/** Labels by capability; left out where no rule is sure. */
export function labelMail(mail: ParsedMail, spam: boolean): Record<string, string> {
  const labels: Record<string, string> = { spam: spam ? 'spam' : 'ham', html: mail.html === null ? 'no' : 'yes' };
  // Spam forges the headers that the other rules trust.
  if (spam) return labels;
  const found = { topic: topic(mail), automated: automated(mail), platform: platform(mail), reply: reply(mail) };
  for (const [capability, label] of Object.entries(found)) if (label !== null) labels[capability] = label;
  return labels;
}

const lists: [topic: string, listId: RegExp][] = [
  ['fork', /<fork\.xent\.com>/],
  ['ilug', /<ilug\.linux\.ie>/],
  ['rpm', /<rpm-\w+\.freshrpms\.net>/],
  ['exmh', /<exmh-(?:users|workers)\./],
  ['razor', /<razor-users\./],
  ['satalk', /<spamassassin-talk\./],
  ['spambayes', /<spambayes\.python\.org>/],
];

const spambayesTag = /\[spambayes\]/i;

function topic(mail: ParsedMail): string | null {
  const listId = header(mail, 'list-id');
  const list = lists.find(([, pattern]) => pattern.test(listId));
  if (list !== undefined) return list[0];
  if (senderName(mail) === 'rssfeeds') return 'rssfeeds';
  if (/list \w*teana@yahoogroups\.com/.test(header(mail, 'mailing-list'))) return 'forteana';
  if (header(mail, 'x-mailer').startsWith('Accucast')) return 'cnet';
  return spambayesTag.test(mail.subject) ? 'spambayes' : null;
}

const botNames =
  /^(?:rssfeeds|subscriptions?|updates?|alerts?|info|list|list-?(?:manager|master)|notify|notifications?|news|newsletters?|admin|root|daemon|nobody|webmaster|postmaster|support|service|mailer|announce|editor|cron|owner|robot|bounces?|do_?not_?(?:reply|use))$|^(?:owner|bounce|admin|newsletter|list|info|news)[-_.]|[-_.+](?:admin|daemon|robot|request|owner|reply|bounce|news|newsletter|nov)$|newsletter|no-?reply|news$/;
const bulkMailers =
  /accucast|listmanager|lyris|mime::lite|mime-tools|targetmail|emessaging|mailbeamer|messagemaker|octeth|aspmail|sendemail|dmailweb|store-mailer|ntmail/i;
const peoplesMailers =
  /mutt|sylpheed|exmh|evolution|kmail|mozilla|gnus|\bnmh|\bmh-e|emacs|\belm\b|pine|outlook|internet mail service|apple mail|the bat|pegasus|eudora|entourage|aol|squirrelmail|anglemail|mulberry|\bvm \d|\bimp\b|forte|turnpike|bogus notes|egroups|web ?mail|lotus|opera|calypso|sunmail|z-mail|powermail|\bmsn\b/i;

/** A mail that says both (a newsletter from somebody's own program, a `webmaster` who answers) has no label. */
function automated(mail: ParsedMail): 'program' | 'person' | null {
  const program = botNames.test(senderName(mail)) || bulkMailers.test(mailer(mail));
  const person = answers(mail) || (peoplesMailers.test(mailer(mail)) && !bulkMailers.test(mailer(mail)));
  if (program === person) return null;
  return program ? 'program' : 'person';
}

const mac = /\bmac|entourage|\bppc\b/i;
const unix =
  /mutt|sylpheed|exmh|evolution|kmail|x11|gnus|\bnmh|\bmh-e|emacs|linux|sunos|irix|\belm\b|pine|sunmail|z-mail/i;
const windows =
  /windows|win(?:9|16|3|nt)|the bat|pegasus|microsoft outlook|internet mail service|forte agent|msn explorer|calypso|microsoft cdo|turnpike|eudora/i;

/** Where the sender's mail program runs. Programs that run on a web server say nothing about it. */
function platform(mail: ParsedMail): 'unix' | 'windows' | null {
  if (mac.test(mailer(mail))) return null;
  if (unix.test(mailer(mail))) return 'unix';
  return windows.test(mailer(mail)) ? 'windows' : null;
}

const replySubject = /^\s*(?:\[[^\]]*\]\s*)*re\s?(?:\[\d+\]|\^\d+)?:/i;

/** Only mails of lists, where both kinds are common. */
function reply(mail: ParsedMail): 'reply' | 'new' | null {
  if (header(mail, 'list-id') === '' && !spambayesTag.test(mail.subject)) return null;
  return answers(mail) || replySubject.test(mail.subject) ? 'reply' : 'new';
}

function answers(mail: ParsedMail): boolean {
  return header(mail, 'in-reply-to') !== '' || header(mail, 'references') !== '';
}

function mailer(mail: ParsedMail): string {
  return `${header(mail, 'x-mailer')} ${header(mail, 'user-agent')}`.trim();
}

/** The part of the sender's address before the `@`, in lower case. */
function senderName(mail: ParsedMail): string {
  const sender = addressParser(header(mail, 'from'), { flatten: true })[0];
  return (sender?.address ?? '').split('@')[0]?.toLowerCase() ?? '';
}

function header(mail: ParsedMail, name: string): string {
  return mail.headers.get(name)?.join(' ').trim() ?? '';
}
