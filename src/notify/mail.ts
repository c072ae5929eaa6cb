/** Sends one e-mail by SMTP, and says what came of it. */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { ReleaseEvent } from '../domain/events.ts';
import type { ReleaseReport } from '../domain/report.ts';
import type { MailSettings } from '../platform/config.ts';
import { asHtml, asText, type Letter } from './letter.ts';
import { reasonOf, type Sent } from './sending.ts';

/** An e-mail as it is kept until the server has taken it. */
export const mailSchema = z.object({
  /** The same at each try, so that a mail which was taken and is sent again is seen to be the same one. */
  messageId: z.string(),
  /** The release's thread. */
  thread: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  /** The request that it asks to decide; null: it asks for nothing. */
  request: z.string().nullable(),
  /** Which word about that it is; null: that does not matter. */
  word: z.string().nullable().default(null),
});
export type Mail = z.infer<typeof mailSchema>;

/** A server that does nothing for so long is given up on, for this try. */
const stepWithinMs = 10_000;
const silentWithinMs = 30_000;
export const tryWithinMs = 60_000;
const longestSubject = 200;

/** As the outbox knows an address. */
export function channelOf(to: string): string {
  return `mail:${to.toLowerCase()}`;
}

/** About one event of a release, to one address. */
export function mailOf(
  report: ReleaseReport,
  { id, data }: ReleaseEvent,
  letter: Letter,
  to: string,
  from: string,
): Mail {
  const domain = domainOf(from);
  const subject = letter.subject.replace(/\s+/g, ' ');
  return {
    messageId: `<${id}.${short(to.toLowerCase())}@${domain}>`,
    thread: `<release.${short(`${report.id} ${report.startedAt}`)}@${domain}>`,
    subject: subject.length <= longestSubject ? subject : `${subject.slice(0, longestSubject - 1)}…`,
    text: asText(letter),
    html: asHtml(letter),
    request: letter.asks ? z.string().nullable().catch(null).parse(data['request']) : null,
    word: null,
  };
}

export function testMail(id: string, from: string): Mail {
  const domain = domainOf(from);
  const text = 'This is a test. If it arrives, requests for decisions, rollbacks and ends of releases will arrive too.';
  return {
    messageId: `<test.${id}@${domain}>`,
    thread: `<test@${domain}>`,
    subject: 'A test from Gradus',
    text: `${text}\n`,
    html: `<p>${text}</p>`,
    request: null,
    word: null,
  };
}

export type Send = (to: string, mail: Mail, signal: AbortSignal) => Promise<Sent>;

/** One connection for each mail: they are few. */
export function createSend({ url, from }: MailSettings): Send {
  return async (to, { messageId, thread, subject, text, html }, signal) => {
    const transport = createTransport({
      url,
      connectionTimeout: stepWithinMs,
      greetingTimeout: stepWithinMs,
      dnsTimeout: stepWithinMs,
      socketTimeout: silentWithinMs,
    });
    const sending = transport
      .sendMail({
        from,
        to,
        messageId,
        references: [thread],
        inReplyTo: thread,
        subject,
        text,
        html,
        // Nobody's holiday notice should answer (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
        // What people wrote is text, never a file or an address to read from.
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      .then((): Sent => ({ kind: 'taken' }), judged);
    let stop: (why: string) => void = () => undefined;
    const cut = new Promise<Sent>((resolve) => {
      stop = (why) => resolve({ kind: 'later', why });
    });
    const onEnd = (): void => stop('this process ended');
    signal.addEventListener('abort', onEnd, { once: true });
    const timer = setTimeout(() => stop(`not sent within ${tryWithinMs / 1000} s`), tryWithinMs);
    try {
      return await Promise.race([sending, cut]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onEnd);
      transport.close();
    }
  };
}

const smtpError = z.object({ code: z.string().optional(), responseCode: z.number().optional() });

/** A 5xx about the mail or its address is final (RFC 5321, section 4.2.1); about us (who may send), somebody can mend it. */
function judged(error: unknown): Sent {
  const why = reasonOf(error);
  const { code, responseCode = 0 } = smtpError.safeParse(error).data ?? {};
  const isAboutIt = code === 'EENVELOPE' || code === 'EMESSAGE';
  return isAboutIt && responseCode >= 500 ? { kind: 'never', why } : { kind: 'later', why };
}

function domainOf(from: string): string {
  return /@([^\s>]+)/.exec(from)?.[1] ?? 'gradus.invalid';
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}
