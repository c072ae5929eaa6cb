/** Takes a raw mail apart: headers, the subject, and the body as plain text and as HTML. */
import { isUtf8 } from 'node:buffer';
import { compile } from 'html-to-text';
import PostalMime from 'postal-mime';

export interface ParsedMail {
  /** Values by lower-case name, unfolded, in their order. */
  headers: Map<string, string[]>;
  subject: string;
  /** The body as people read it: its plain part, or its HTML as text. */
  text: string;
  /** The body's HTML as it was sent, where it has any. */
  html: string | null;
}

const htmlLook = /<(?:html|body|table)\b/i;

const toText = compile({
  wordwrap: false,
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    // In the shape of a heading only: upper case would be a mark of HTML that people do not see.
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'hr', format: 'skip' },
    { selector: 'ul', options: { itemPrefix: ' ' } },
  ],
  limits: { maxInputLength: 2_000_000 },
});

export async function parseMail(bytes: Uint8Array): Promise<ParsedMail> {
  const mail = await PostalMime.parse(inUtf8(withoutEnvelope(bytes)), { forceRfc822Attachments: true });
  const headers = new Map<string, string[]>();
  for (const { key, value } of mail.headers) headers.set(key, [...(headers.get(key) ?? []), value]);
  const plain = (mail.text ?? '').replace(/&#(\d{2,5});/g, (_, code) => String.fromCodePoint(Number(code)));
  // A plain part that is HTML all the same: senders of spam forget the content type.
  const html = mail.html ?? (htmlLook.test(plain) ? plain : null);
  const text = mail.text === undefined || html === plain ? (html === null ? '' : toText(html)) : plain;
  return { headers, subject: mail.subject ?? '', text, html };
}

/** Mailbox files begin each mail with a line `From …` that is no header. */
function withoutEnvelope(bytes: Uint8Array): Uint8Array {
  const isEnvelope = Buffer.from(bytes.subarray(0, 5)).toString('latin1') === 'From ';
  return isEnvelope ? bytes.subarray(bytes.indexOf(10) + 1) : bytes;
}

/** Old mails often hold Western letters without saying in which charset; the parser would take them for broken UTF-8. */
function inUtf8(bytes: Uint8Array): Uint8Array {
  if (isUtf8(bytes) || /charset/i.test(Buffer.from(bytes).toString('latin1'))) return bytes;
  return new TextEncoder().encode(new TextDecoder('windows-1252').decode(bytes));
}
