/** A real SMTP server on this machine (smtp-server), whose mails are read by a parser that is not ours (postal-mime). */
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

export interface Arrived {
  to: string[];
  mail: Email;
  atMs: number;
}

/** What the server does with the next mail; by itself it takes it. */
export interface Behaviour {
  /** Answers to RCPT TO. */
  recipient?: { code: number; text: string };
  /** Answers to the mail itself, which is not kept. */
  data?: { code: number; text: string };
  /** Takes the mail, and hangs up before it says so. */
  loseAnswer?: boolean;
  /** Says nothing for so long when somebody connects. */
  silentMs?: number;
}

export interface SmtpServer {
  url: string;
  arrived: Arrived[];
  /** For connections to come, one each. */
  behaviours: Behaviour[];
  /** Connections so far. */
  connections: () => number;
  close(): Promise<void>;
}

export async function startSmtp(port = 0, login?: { user: string; pass: string }): Promise<SmtpServer> {
  const arrived: Arrived[] = [];
  const behaviours: Behaviour[] = [];
  const of = new Map<string, Behaviour>();
  let connections = 0;
  const refused = ({ code, text }: { code: number; text: string }) =>
    Object.assign(new Error(text), { responseCode: code });
  async function take(
    stream: Readable,
    { id, envelope }: SMTPServerSession,
    done: (error: Error | null, text?: string) => void,
  ): Promise<void> {
    const raw = await buffer(stream);
    const { data, loseAnswer = false } = of.get(id) ?? {};
    if (data !== undefined) return done(refused(data));
    const mail = await PostalMime.parse(raw);
    arrived.push({ to: envelope.rcptTo.map(({ address }) => address), mail, atMs: Date.now() });
    if (!loseAnswer) return done(null, 'taken');
    for (const connection of server.connections) if (connection.id === id) connection.close();
  }
  const server = new SMTPServer({
    hideSTARTTLS: true,
    logger: false,
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.pass
        ? done(null, { user: username })
        : done(refused({ code: 535, text: 'authentication failed' })),
    onConnect: (session, done) => {
      connections += 1;
      const behaviour = behaviours.shift() ?? {};
      of.set(session.id, behaviour);
      setTimeout(done, behaviour.silentMs ?? 0);
    },
    onRcptTo: (_address, session, done) => {
      const { recipient } = of.get(session.id) ?? {};
      done(recipient === undefined ? null : refused(recipient));
    },
    onData: (stream, session, done) => void take(stream, session, done),
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const name = login === undefined ? '' : `${login.user}:${login.pass}@`;
  return {
    url: `smtp://${name}127.0.0.1:${address.port}`,
    arrived,
    behaviours,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
