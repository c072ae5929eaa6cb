/** Takes out of a mail's text what would give its labels away, so that a network has to read what the mail is about. */
import { hideSpecials } from '../../model/tokenizer.ts';

/** Longer texts are cut here: what follows is the tail of digests. Characters. */
const longest = 20_000;
/** In a line longer than this only the sentence with a tell-tale word goes, as some mails are one line. Characters. */
const longLine = 240;

/** Everything from the first of these on is not by the writer of the mail, or stands under all mails of a list. */
const endings = [
  // What was answered or forwarded: tells replies, and repeats mails of the same thread.
  /^.{0,4}[-_*]{3,}\s*(?:original message|ursprüngliche nachricht|message d'origine)\b/im,
  // Signatures name writers, and writers keep to their lists.
  /^(?:- )?-{2,3} ?$/m,
  // Footers of lists, Yahoo and SourceForge.
  /^_{20,}\s*$\n(?=.*\b(?:mailing list|list)\b)/im,
  /^-{20,}\s*$\n(?=(?:this|in remembrance|welcome|sponsored)\b.*|.*\bsf\.net\b)/im,
  /^.*this sf\.net email is sponsored by/im,
  /^-{10,}\s*yahoo! groups sponsor/im,
  /^to unsubscribe from this group/im,
  /^your use of yahoo! groups is subject/im,
  // Adverts that web mailers append tell where a mail was written.
  /^_{20,}\s*$\n(?=.*\b(?:yahoo|hotmail|msn|netscape|juno)\b)/im,
];

/** Removed wherever they stand: may run over lines. */
const blocks = [
  /^-{5}BEGIN PGP SIGNATURE-{5}$[\s\S]*?(?:^-{5}END PGP SIGNATURE-{5}$|$(?![\s\S]))/gm,
  /^-{5}BEGIN PGP (?:MESSAGE|PUBLIC KEY BLOCK|PRIVATE KEY BLOCK)-{5}$[\s\S]*?(?:^-{5}END PGP [A-Z ]*-{5}$|$(?![\s\S]))/gm,
  /^-{5}BEGIN PGP SIGNED MESSAGE-{5}$\n(?:Hash:.*\n)?/gm,
  // What feeds put into their texts: pictures, footnotes, and "Link[1] Discuss[2] (_Thanks, Ann!_)".
  /\[IMG[^\]\n]*(?:\][^\s\w]*)?/g,
  /\bLink(?:\[\d+\])?\s+Discuss(?:\[\d+\])?(?:\s*\(_?(?:Thanks|Via)[^)\n]*\))?/g,
  /(?<=\S ?)\[\d+\]/g,
  // Who wrote what follows, over one to three lines: "On Thu, …, Ann wrote:", "[Ann]", "Quoting Ann:".
  /^[ \t]*(?:on|at|in|le|am|once upon a time)\b[^\n]{0,160}(?:\n[^\n]{0,160}){0,2}?\b(?:wrote|writes|said|says|schrieb|écrit)\b[^\n]{0,24}:?[ \t]*$/gim,
  /^[^\n]{0,160}\b(?:wrote|writes|said|says|schrieb|a écrit|spake|scribbled|typed|babbled)[^\n]{0,12}[:;][ \t]*(?:[>|][^\n]*)?$/gim,
  /^[ \t]*(?:quoting|according to)\b[^\n]{0,160}:[ \t]*$/gim,
  /^[ \t]*\[[^\]\n]{2,60}\][ \t]*$(?=\n+[ \t]*>)/gm,
];

/** Lines that go as a whole. */
const droppedLines = [
  // Quotes, also "JM> …" and "| …".
  /^\s{0,4}(?:[+:]?[A-Za-z]{0,12}[>|]|--\])/,
  /^\s*(?:from|to|cc|bcc|date|sent|subject|url|reply-to|sender|organization|message-id|x-[\w-]+|in-reply-to|references)\s*:/i,
  // What a spam filter wrote into the mail.
  /^\s*SPAM:/,
  // Forwarding, and why software sent the mail.
  /^[\s-]*(?:begin|end)?\s*(?:forwarded (?:text|message|by)|included message)\b/i,
  /\byou (?:are receiving|have received|received|are getting)\b.*\b(?:because|as an?|to)\b/i,
  /^\s*you are the (?:assignee|qa contact|reporter)\b/i,
  // What publishers print under all their mails: copyright, and bars of links.
  /^\s*(?:©|\(c\)|copyright\b).*(?:reserved|\binc\b|\bllc\b|company)/i,
  /^[^|]+\|[^|]+\|[^|]+\|[^|]+/,
  // Leftovers of MIME.
  /^\s*(?:content-(?:type|transfer-encoding|disposition|id|description)|mime-version|charset|boundary)\s*[:=]/i,
  /^--[\w=.+'()/:?-]{8,}$/,
  /this is a multi-?part message in mime format/i,
  // Lists of links that RSS mails end with.
  /^\s*\[\d+\]\s*(?:https?|ftp):/i,
];

/** A line or sentence with one of these goes: each is said by list software, or by senders of bulk mail to the unwilling. */
const telling =
  /\b(?:(?:un-?)?subscri(?:b|pti)\w*|opt(?:ed|ing)?[- ]?(?:out|in)|mailing[- ]?lists?|news-?letters?|list-?info|mailman|yahoo! groups?|sf\.net|egroups)\b/i;

/** Names of lists, of their servers, and those that the corpus was made anonymous with. */
const names =
  /\b(?:fork|ilug(?:-social)?|irish linux users'? group|iiu|exmh(?:-users|-workers)?|razor(?:-users|2)?s?|sa-?talk|sa-?dev|spam-?assassin(?:-\w+)?|spambayes|rpm-(?:zzz)?list|fresh-?rpms?|(?:zzzz|for)teana|rss-?feeds?|cnet|zdnet|crackmice|net-?note(?:inc)?|taint|sourceforge|sf\.net|xent|[a-z]*z{3,}[a-z]*|y{3,}[a-z]*|q{4,}[a-z]*|jm)\b/gi;

/** Subject and body, ready to be read by a network; `body` may be HTML. */
export function scrub(subject: string, body: string): string {
  return hideSpecials(`${scrubSubject(subject)}\n${scrubBody(body)}`)
    .replace(names, ' ')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}

/** Without `[tags]`, `Re:` and `Fwd:` wherever they stand. */
export function scrubSubject(subject: string): string {
  return subject
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/(?<![\p{L}\p{N}])(?:re|fwd?|aw|wg|sv|antw)\s?(?:\[\d+\]|\^\d+)?:/giu, ' ')
    .replace(/\((?:re|fwd?|was:?\s[^)]*)\)/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function scrubBody(body: string): string {
  // Invisible and control characters would split words; line ends become one kind.
  let text = body
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => (/[\n\t]/.test(character) ? character : ''));
  // What no charset decodes to: releases of Node differ there.
  text = text.replace(/[\u00a0\t\ufffd]|\p{Co}/gu, ' ').slice(0, longest);
  for (const block of blocks) text = text.replace(block, '');
  for (const ending of endings) {
    const at = text.search(ending);
    if (at >= 0) text = text.slice(0, at);
  }
  return text
    .split('\n')
    .flatMap((line) => (droppedLines.some((dropped) => dropped.test(line)) ? [] : [withoutTelling(line)]))
    .join('\n');
}

function withoutTelling(line: string): string {
  if (!telling.test(line)) return line;
  if (line.length <= longLine) return '';
  return line
    .split(/(?<=[.!?>])/)
    .filter((sentence) => !telling.test(sentence))
    .join('');
}
