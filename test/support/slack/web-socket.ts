/** The server's side of a WebSocket, as much of it as Socket Mode uses: text, pings and the closing handshake. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export interface WebSocketHandlers {
  text(message: string): void;
  closed(): void;
}

export interface ServerSocket {
  send(message: string): void;
  /** Asks the other side to close. */
  close(): void;
  /** Cuts the connection, as an outage does. */
  destroy(): void;
}

const protocolKey = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

interface Frame {
  isFinal: boolean;
  opcode: number;
  payload: Buffer;
  /** Bytes of the frame with its head. */
  size: number;
}

export function acceptWebSocket(request: IncomingMessage, stream: Duplex, handlers: WebSocketHandlers): ServerSocket {
  const key = String(request.headers['sec-websocket-key']);
  const accepted = createHash('sha1')
    .update(key + protocolKey)
    .digest('base64');
  stream.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accepted}`,
    ].join('\r\n') + '\r\n\r\n',
  );
  const send = (opcode: number, payload: Buffer): void => {
    if (stream.writable) stream.write(framed(opcode, payload));
  };
  let buffered: Buffer = Buffer.alloc(0);
  let fragments: Buffer[] = [];
  const take = (frame: Frame): void => {
    if (frame.opcode === opcodes.ping) send(opcodes.pong, frame.payload);
    if (frame.opcode === opcodes.close) {
      send(opcodes.close, frame.payload);
      stream.end();
    }
    if (frame.opcode !== opcodes.text && frame.opcode !== opcodes.continuation) return;
    fragments.push(frame.payload);
    if (!frame.isFinal) return;
    const message = Buffer.concat(fragments).toString();
    fragments = [];
    handlers.text(message);
  };
  stream.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let frame = firstFrame(buffered); frame !== null; frame = firstFrame(buffered)) {
      buffered = buffered.subarray(frame.size);
      take(frame);
    }
  });
  stream.on('error', () => stream.destroy());
  stream.on('close', handlers.closed);
  return {
    send: (message) => send(opcodes.text, Buffer.from(message)),
    close: () => send(opcodes.close, Buffer.from([1000 >> 8, 1000 & 0xff])),
    destroy: () => void stream.destroy(),
  };
}

function framed(opcode: number, payload: Buffer): Buffer {
  const final = 0x80 | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([final, payload.length]), payload]);
  if (payload.length < 0x1_00_00) {
    const head = Buffer.from([final, 126, 0, 0]);
    head.writeUInt16BE(payload.length, 2);
    return Buffer.concat([head, payload]);
  }
  const head = Buffer.alloc(10);
  head.set([final, 127]);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

/** Null where the bytes are not yet a whole frame; frames of clients are masked. */
function firstFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const first = bytes.readUInt8(0);
  const short = bytes.readUInt8(1) & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + lengthBytes + 4;
  if (bytes.length < start) return null;
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return null;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(
    bytes.subarray(start, start + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
  );
  return { isFinal: (first & 0x80) !== 0, opcode: first & 0x0f, payload, size: start + length };
}
