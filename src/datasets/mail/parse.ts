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
    // Not in upper case, which would be a mark of HTML that people do not see.
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'hr', format: 'skip' },
    { selector: 'ul', options: { itemPrefix: ' ' } },
  ],
  limits: { maxInputLength: 2_000_000 },
});

export async function parseMail(bytes: Uint8Array): Promise<ParsedMail> {
  const whole = withoutEnvelope(bytes);
  const simple = takeSimpleBody(whole);
  const mail = await PostalMime.parse(simple?.head ?? inUtf8(whole), { forceRfc822Attachments: true });
  const headers = new Map<string, string[]>();
  for (const { key, value } of mail.headers)
    headers.set(key, [...(headers.get(key) ?? []), value.replace(/\s+/g, ' ')]);
  return { headers, subject: readable(mail.subject ?? ''), ...readBody(simple?.body ?? mail) };
}

interface Body {
  text?: string | undefined;
  html?: string | undefined;
}

function readBody(body: Body): Pick<ParsedMail, 'text' | 'html'> {
  // A plain part that is HTML all the same: senders of spam forget the content type.
  const mislabelled = body.html === undefined && body.text !== undefined && htmlLook.test(body.text);
  const sent = mislabelled ? body.text : body.html;
  const html = sent === undefined ? null : readable(sent);
  const plain = mislabelled ? undefined : body.text;
  const text = plain ?? (html === null ? '' : toText(html));
  return { html, text: readable(text).replace(/&#(\d{2,5});/g, (_, code) => String.fromCodePoint(Number(code))) };
}

/**
 * Most mails have one part in no transfer encoding. Their bodies need no MIME parser, which would take four times as
 * long for them as for all the rest.
 */
function takeSimpleBody(bytes: Uint8Array): { head: Uint8Array; body: Body } | null {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\n\n');
  if (end < 0) return null;
  const head = inUtf8(bytes.subarray(0, end + 1));
  const lines = Buffer.from(head).toString('latin1');
  const kind = /^content-type:\s*([\w-]+\/[\w.+-]+)((?:.*\n[ \t])*.*)/im.exec(lines);
  const encoding = /^content-transfer-encoding:\s*([\w-]+)/im.exec(lines)?.[1] ?? '7bit';
  const type = kind?.[1]?.toLowerCase() ?? (/^content-type:/im.test(lines) ? '' : 'text/plain');
  const isSimple = /^text\/(?:plain|html)$/.test(type) && /^(?:7bit|8bit|binary)$/i.test(encoding);
  if (!isSimple || /format\s*=\s*"?flowed|^content-disposition:\s*attachment/im.test(lines)) return null;
  const text = decode(bytes.subarray(end + 2), /charset\s*=\s*"?([\w.:-]+)/i.exec(kind?.[2] ?? '')?.[1]);
  return { head, body: type === 'text/html' ? { html: text } : { text } };
}

function decode(bytes: Uint8Array, charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252')).decode(bytes);
  } catch {
    // A charset that nobody knows.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

// What windows-1252 has for the bytes 80 to 9F; some releases of Node read them as control characters.
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** The same on every release of Node. */
function readable(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (control) => windows1252[control.charCodeAt(0) - 0x80] ?? control);
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
