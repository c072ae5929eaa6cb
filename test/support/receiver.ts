/** Somebody who takes webhooks: a real HTTP server, which checks each signature by the library of Standard Webhooks. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

export interface Received {
  id: string;
  atMs: number;
  body: string;
  event: z.infer<typeof shape>;
}

export interface Receiver {
  url: string;
  /** Everything that arrived, in order, whatever was answered. */
  received: Received[];
  /** What the next requests are answered with; by itself 204. A promise holds the answer back. */
  answers: ((response: ServerResponse) => void | Promise<void>)[];
  /** The same for all that come when `answers` is empty; null: 204. */
  always: ((response: ServerResponse) => void | Promise<void>) | null;
  close(): Promise<void>;
}

const shape = z.looseObject({
  id: z.string(),
  type: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export function answer(status: number, headers: Record<string, string> = {}): (response: ServerResponse) => void {
  return (response) => void response.writeHead(status, headers).end();
}

/** Throws away whatever is not signed with `secret`, with HTTP 401. */
export async function startReceiver(secret: string, port = 0): Promise<Receiver> {
  const verifier = new Webhook(secret);
  const receiver: Pick<Receiver, 'received' | 'answers' | 'always'> = { received: [], answers: [], always: null };
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    try {
      verifier.verify(body, headers);
    } catch {
      return answer(401)(response);
    }
    const event = shape.parse(JSON.parse(body));
    receiver.received.push({ id: headers['webhook-id'] ?? '', atMs: Date.now(), body, event });
    await (receiver.answers.shift() ?? receiver.always ?? answer(204))(response);
  }
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${address.port}/hook`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
