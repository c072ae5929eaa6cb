/** A Slack of our own on 127.0.0.1: the Web API for the official clients, and the side that calls an app. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAppSide, type AppSide } from './app-side.ts';
import { readCall } from './arguments.ts';
import { createFaults, type Faults } from './faults.ts';
import { upload, uploadPath } from './file-methods.ts';
import { createResponseUrls } from './response-urls.ts';
import { SlackError } from './slack-error.ts';
import { createSocketMode, type SocketMode } from './socket-mode.ts';
import { answerTo } from './web-api.ts';
import {
  channelOf,
  createWorkspace,
  team,
  userOf,
  type Ephemeral,
  type Json,
  type Message,
  type OpenView,
  type SlackApiOptions,
  type View,
} from './workspace.ts';

/** One call of the Web API, with what it was answered: ok, Slack's error, an HTTP status, or lost. */
export interface Call {
  method: string;
  arguments: Json;
  /** Milliseconds since 1970. */
  atMs: number;
  answer: string;
}

export interface SlackApi extends AppSide, Omit<Faults, 'next'> {
  url: string;
  /** For the clients' `slackApiUrl`. */
  apiUrl: string;
  /** Where the app takes requests from now on; null for Socket Mode. */
  pointTo(requestUrl: string | null): void;
  /** Connections are refused from now on, and those that are open are cut. */
  goDown(): Promise<void>;
  /** Back, on the same port. */
  comeUp(): Promise<void>;
  /** Lets time pass for triggers and response URLs. */
  pass(seconds: number): void;
  sockets: Pick<SocketMode, 'connections' | 'connected' | 'disconnect'>;
  /** A person writes something. */
  say(said: { user: string; channel: string; text: string; threadTs?: string }): Message;
  /** Oldest first. */
  messages(channel: string): Message[];
  ephemerals(): Ephemeral[];
  openViews(): OpenView[];
  home(user: string): View | undefined;
  calls(method?: string): Call[];
  close(): Promise<void>;
}

export async function startSlackApi(options: SlackApiOptions): Promise<SlackApi> {
  const workspace = createWorkspace(options);
  const faults = createFaults();
  const sockets = createSocketMode();
  const responseUrls = createResponseUrls(workspace);
  const calls: Call[] = [];
  let requestUrl = options.requestUrl;
  let server = await listening(0);
  const port = portOf(server);
  const url = `http://127.0.0.1:${port}`;
  const around = { url, newSocketUrl: () => sockets.newUrl(url) };
  const appSide = createAppSide(workspace, { requestUrl: () => requestUrl, url: () => url, sockets, responseUrls });

  return {
    ...appSide,
    limit: faults.limit,
    fail: faults.fail,
    refuse: faults.refuse,
    loseAnswer: faults.loseAnswer,
    url,
    apiUrl: `${url}/api/`,
    pointTo: (to) => void (requestUrl = to),
    goDown: () => stopped(server),
    async comeUp() {
      server = await listening(port);
    },
    pass: workspace.clock.pass,
    sockets,
    say({ user, channel, text, threadTs }) {
      const message: Message = {
        type: 'message',
        ts: workspace.clock.ts(),
        user: userOf(workspace, user).id,
        team: team.id,
        text,
        blocks: [],
        ...(threadTs !== undefined && { thread_ts: threadTs }),
      };
      channelOf(workspace, channel).messages.push(message);
      return structuredClone(message);
    },
    messages: (channel) => structuredClone(channelOf(workspace, channel).messages),
    ephemerals: () => structuredClone(workspace.ephemerals),
    openViews: () => structuredClone(workspace.views),
    home: (user) => structuredClone(workspace.homes.get(user)),
    calls: (method) => calls.filter((call) => method === undefined || call.method === method),
    close: () => stopped(server),
  };

  async function listening(onPort: number): Promise<Server> {
    const created = createServer((request, response) => void answer(request, response));
    created.on('upgrade', (request, stream) => sockets.upgrade(request, stream));
    created.listen(onPort, '127.0.0.1');
    await once(created, 'listening');
    return created;
  }

  async function stopped(running: Server): Promise<void> {
    if (!running.listening) return;
    const closed = once(running, 'close');
    running.close();
    running.closeAllConnections();
    sockets.destroy();
    await closed;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = new URL(request.url ?? '/', url);
    const body = await bodyOf(request);
    if (body === null) return;
    if (at.pathname.startsWith('/api/')) return callMethod(at, request, body.toString(), response);
    if (at.pathname.startsWith(uploadPath)) {
      const type = request.headers['content-type'] ?? '';
      const isTaken = await upload(workspace, at.pathname.slice(uploadPath.length), type, body);
      response
        .writeHead(isTaken ? 200 : 404, { 'Content-Type': 'text/plain' })
        .end(isTaken ? `OK - ${body.length}` : '');
      return;
    }
    if (responseUrls.has(at.pathname)) {
      const { status, answer: said } = responseUrls.answer(at.pathname, body.toString());
      return reply(response, status, said);
    }
    response.writeHead(404).end();
  }

  function callMethod(at: URL, request: IncomingMessage, body: string, response: ServerResponse): void {
    const method = at.pathname.slice('/api/'.length);
    const call: Call = { method, arguments: {}, atMs: Date.now(), answer: 'ok' };
    calls.push(call);
    try {
      const called = readCall(at, request.headers, body);
      call.arguments = called.args;
      const fault = faults.next(method);
      if (fault?.kind === 'limited') {
        call.answer = 'ratelimited';
        const headers = { 'Retry-After': String(fault.retryAfterSeconds) };
        return reply(response, 429, { ok: false, error: 'ratelimited' }, headers);
      }
      if (fault?.kind === 'failed') {
        call.answer = `http ${fault.status}`;
        response.writeHead(fault.status, { 'Content-Type': 'text/html' }).end('<title>Server Error</title>');
        return;
      }
      if (fault?.kind === 'refused') throw new SlackError(fault.code);
      const result = answerTo(workspace, called, around);
      if (typeof result['error'] === 'string') call.answer = result['error'];
      if (fault?.kind === 'lost') {
        call.answer = 'lost';
        request.socket.destroy();
        return;
      }
      reply(response, 200, result, { 'X-OAuth-Scopes': 'chat:write,commands,users:read,files:write,channels:history' });
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      call.answer = error.code;
      reply(response, 200, error.answer());
    }
  }
}

function reply(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

/** Null where the connection was cut before all of it had come. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

function portOf(server: Server): number {
  const address: string | AddressInfo | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}
