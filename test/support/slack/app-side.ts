/** The side of Slack that calls the app: what people press, type, submit and open reaches it over HTTP or its socket. */
import { randomUUID } from 'node:crypto';
import type { Pressed, Values } from './actions.ts';
import { parsed } from './arguments.ts';
import { commandFields, homeOpened, messagePress, submission, urlVerification, viewPress } from './payloads.ts';
import type { ResponseUrls } from './response-urls.ts';
import { send, signed, type ContentType, type Delivery, type SignedRequest, type Tampering } from './signed-request.ts';
import type { SocketMode } from './socket-mode.ts';
import { applyResponse } from './view-responses.ts';
import { channelOf, type Json, type Message, type View, type Workspace } from './workspace.ts';

export type Press = Pressed & { user: string } & ({ channel: string; ts: string } | { viewId: string });

export interface AppSide {
  /** Presses what is really there: a button or menu of a message (ephemeral ones too), of an open view, or of a home. */
  press(press: Press, tampering?: Tampering): Promise<Delivery>;
  command(
    command: { user: string; channel: string; command: string; text: string },
    tampering?: Tampering,
  ): Promise<Delivery>;
  submit(submission: { user: string; viewId: string; values: Values }, tampering?: Tampering): Promise<Delivery>;
  openHome(opened: { user: string }, tampering?: Tampering): Promise<Delivery>;
  /** What Slack asks when a request URL is entered. */
  verifyUrl(challenge: string, tampering?: Tampering): Promise<Delivery>;
  /** Sends again what was sent before, as it was. */
  send(request: SignedRequest): Promise<Delivery>;
}

/** Where the app is, as it is when something is sent. */
export interface Reach {
  requestUrl(): string | null;
  /** Slack's own address. */
  url(): string;
  sockets: SocketMode;
  responseUrls: ResponseUrls;
}

/** Stands for the app's connection. */
const socketUrl = 'socket';

type Kind = 'interactive' | 'slash_commands' | 'events_api';

export function createAppSide(workspace: Workspace, { requestUrl, url, sockets, responseUrls }: Reach): AppSide {
  const deliver = async (kind: Kind, payload: Json, tampering: Tampering = {}): Promise<Delivery> => {
    const to = requestUrl();
    if (to === null) return sendEnvelope(sockets, envelopeOf(kind, payload, tampering));
    const [type, content] = encoded(kind, payload);
    return send(signed(to, type, content, workspace.options.signingSecret, tampering));
  };
  return {
    press(press, tampering) {
      const payload =
        'viewId' in press ? viewPress(workspace, press.user, shownView(workspace, press), press) : pressOn(press);
      return deliver('interactive', payload, tampering);
    },
    async command({ user, channel: reference, command, text }, tampering) {
      const channel = channelOf(workspace, reference).id;
      const responseUrl = url() + responseUrls.open('commands', user, channel, null);
      const fields = commandFields(workspace, { user, channel, command, text, responseUrl });
      const delivery = await deliver('slash_commands', fields, tampering);
      const isSaid = delivery.status === 200 && delivery.body !== '';
      if (isSaid) responseUrls.say(user, channel, parsed(delivery.body) ?? delivery.body);
      return delivery;
    },
    async submit({ user, viewId, values }, tampering) {
      const payload = submission(workspace, user, shownView(workspace, { user, viewId }), values);
      const delivery = await deliver('interactive', payload, tampering);
      if (delivery.status === 200) applyResponse(workspace, user, viewId, parsed(delivery.body));
      return delivery;
    },
    openHome: ({ user }, tampering) => deliver('events_api', homeOpened(workspace, user), tampering),
    verifyUrl: (challenge, tampering) => deliver('events_api', urlVerification(challenge), tampering),
    send: (request) => (request.url === socketUrl ? sendEnvelope(sockets, request) : send(request)),
  };

  function pressOn({
    user,
    channel: reference,
    ts,
    ...pressed
  }: Pressed & { user: string; channel: string; ts: string }): Json {
    const channel = channelOf(workspace, reference).id;
    const { message, isEphemeral } = messageAt(workspace, channel, ts);
    const responseUrl = url() + responseUrls.open('actions', user, channel, message);
    return messagePress(workspace, { user, channel, pressed, message, isEphemeral, responseUrl });
  }
}

function messageAt(workspace: Workspace, channel: string, ts: string): { message: Message; isEphemeral: boolean } {
  const message = channelOf(workspace, channel).messages.find((one) => one.ts === ts);
  if (message !== undefined) return { message, isEphemeral: false };
  const ephemeral = workspace.ephemerals.find((one) => one.channel === channel && one.message.ts === ts);
  if (ephemeral === undefined) throw new Error(`There is no message ${ts} in ${channel}`);
  return { message: ephemeral.message, isEphemeral: true };
}

function shownView(workspace: Workspace, { user, viewId }: { user: string; viewId: string }): View {
  const home = workspace.homes.get(user);
  const view = home?.id === viewId ? home : workspace.views.find((one) => one.view.id === viewId)?.view;
  if (view === undefined) throw new Error(`${user} sees no view ${viewId}`);
  return view;
}

function encoded(kind: Kind, payload: Json): [ContentType, string] {
  if (kind === 'events_api') return ['application/json', JSON.stringify(payload)];
  const fields =
    kind === 'interactive'
      ? { payload: JSON.stringify(payload) }
      : Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
  return ['application/x-www-form-urlencoded', new URLSearchParams(fields).toString()];
}

function envelopeOf(kind: Kind, payload: Json, { retryNum = 0 }: Tampering): SignedRequest {
  const envelope = {
    envelope_id: randomUUID(),
    payload,
    type: kind,
    accepts_response_payload: kind !== 'events_api',
    ...(kind === 'events_api' && { retry_attempt: retryNum, retry_reason: retryNum === 0 ? '' : 'timeout' }),
  };
  return { url: socketUrl, headers: {}, body: JSON.stringify(envelope) };
}

async function sendEnvelope(sockets: SocketMode, request: SignedRequest): Promise<Delivery> {
  const since = performance.now();
  const answer = await sockets.deliver(request.body);
  return {
    status: answer === null ? 0 : 200,
    headers: {},
    body: answer?.payload === undefined ? '' : JSON.stringify(answer.payload),
    tookMs: performance.now() - since,
    request,
  };
}
