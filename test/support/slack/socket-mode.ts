/** Socket Mode: addresses that open once, the greeting, envelopes and their acknowledgements, and disconnections. */
import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { parsed } from './arguments.ts';
import { acceptWebSocket, type ServerSocket } from './web-socket.ts';
import { appId } from './workspace.ts';

export interface SocketMode {
  newUrl(url: string): string;
  upgrade(request: IncomingMessage, stream: Duplex): void;
  connections(): number;
  /** Waits until an app is connected. */
  connected(): Promise<void>;
  /** Sends what an app is to acknowledge; null when it did not within three seconds, or no app is connected. */
  deliver(envelope: string): Promise<{ payload: unknown } | null>;
  /** Tells the apps that their connection ends, as Slack does from time to time, and leaves it to them to close it. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
  destroy(): void;
}

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

export const answerWithinMs = 3000;

export function createSocketMode(): SocketMode {
  const tickets = new Set<string>();
  const sockets: ServerSocket[] = [];
  const events = new EventEmitter();
  const debug = { host: 'applink-test', build_number: 1, approximate_connection_time: 18_060 };
  const received = (text: string): void => {
    const read = acknowledgement.safeParse(parsed(text));
    if (read.success) events.emit(`acknowledged ${read.data.envelope_id}`, read.data.payload);
  };
  return {
    newUrl(url) {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${url.replace('http:', 'ws:')}/link/?ticket=${ticket}&app_id=${randomBytes(16).toString('hex')}`;
    },
    upgrade(request, stream) {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        stream.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      const socket = acceptWebSocket(request, stream, {
        text: received,
        closed: () => void sockets.splice(sockets.indexOf(socket), 1),
      });
      sockets.push(socket);
      const greeting = { type: 'hello', num_connections: sockets.length, connection_info: { app_id: appId } };
      socket.send(JSON.stringify({ ...greeting, debug_info: debug }));
      events.emit('connected');
    },
    connections: () => sockets.length,
    async connected() {
      if (sockets.length === 0) await once(events, 'connected');
    },
    async deliver(envelope) {
      const socket = sockets.at(-1);
      if (socket === undefined) return null;
      const within = AbortSignal.timeout(answerWithinMs);
      const answer = once(events, `acknowledged ${acknowledgement.parse(parsed(envelope)).envelope_id}`, {
        signal: within,
      });
      socket.send(envelope);
      try {
        const [payload]: unknown[] = await answer;
        return { payload };
      } catch {
        return null;
      }
    },
    disconnect(reason) {
      const message = JSON.stringify({ type: 'disconnect', reason, debug_info: { host: debug.host } });
      for (const socket of sockets) socket.send(message);
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
