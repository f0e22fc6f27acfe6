// One call of another server by gRPC: a connection with first byte 8 for each, since they are rare. Its answer is a message or
// a status with a text.

import type http2 from 'node:http2';
import type net from 'node:net';
import { messageOf } from '../../../../gotext/errno.js';
import { splitHostPort } from '../../../../gotext/host-port.js';
import type { ServerDialer } from '../../../../tls/server-dialer.js';
import { openClientStream } from './client-stream.js';
import { beginFrame, endFrame, SingleFrame } from './frame.js';
import { ProtoWriter } from './protobuf/writer.js';
import { decodeMessage, Status } from './status.js';

const GRPC = 8;
const CONNECT_WITHIN_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;

export interface UnaryCall {
  /** `host:port` of the server. */
  readonly address: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  /** Writes the request. */
  readonly write: (writer: ProtoWriter) => void;
  readonly withinMs: number;
  readonly dialer: ServerDialer;
}

export type UnaryOutcome =
  | { readonly ok: true; readonly message: Buffer }
  | { readonly ok: false; readonly status: number; readonly text: string };

/** Never rejects. */
export async function callUnary(call: UnaryCall): Promise<UnaryOutcome> {
  const module = await import('node:http2');
  const untilMs = performance.now() + call.withinMs;
  const socket = await dial(call);
  if (typeof socket === 'string') return { ok: false, status: Status.unavailable, text: socket };
  // The session tells it.
  socket.on('error', () => {});
  const session = module.connect(`http://${call.address}`, { createConnection: () => socket });
  try {
    return await ask(session, { ...call, withinMs: Math.max(0, untilMs - performance.now()) });
  } finally {
    session.destroy();
    socket.destroy();
  }
}

/** A text says why there is none. */
function dial({ address, dialer, withinMs }: UnaryCall): Promise<net.Socket | string> {
  return new Promise((resolve) => {
    dialer.dial(splitHostPort(address), {
      firstByte: GRPC,
      withinMs: Math.min(CONNECT_WITHIN_MS, withinMs),
      opened: resolve,
      failed: (error) => resolve(messageOf(error)),
    });
  });
}

function ask(session: http2.ClientHttp2Session, call: UnaryCall): Promise<UnaryOutcome> {
  return new Promise((resolve) => {
    const fail = (text: string): void => resolve({ ok: false, status: Status.unavailable, text });
    const timer = setTimeout(() => fail('context deadline exceeded'), call.withinMs);
    const failed = (error: unknown): void => fail(messageOf(error));
    session.on('error', failed);
    const asked = openClientStream(session, call.path, call.headers);
    const { stream } = asked;
    const frame = new SingleFrame(MAX_ANSWER_BYTES);
    let message: Buffer | null = null;
    stream.on('data', (chunk: Buffer) => {
      const read = frame.add(chunk);
      if (read.kind === 'message') ({ message } = read);
      else if (read.kind !== 'more') fail('malformed reply');
    });
    stream.on('error', failed);
    stream.on('close', () => {
      clearTimeout(timer);
      resolve(outcomeOf(asked.ended, message));
    });
    stream.end(requestOf(call));
  });
}

function requestOf({ write }: UnaryCall): Buffer {
  const writer = new ProtoWriter();
  const begun = beginFrame(writer);
  write(writer);
  endFrame(writer, begun);
  return writer.copy(0);
}

function outcomeOf(ended: http2.IncomingHttpHeaders, message: Buffer | null): UnaryOutcome {
  const status = ended['grpc-status'];
  if (status === '0' && message !== null) return { ok: true, message };
  if (typeof status !== 'string') return { ok: false, status: Status.unavailable, text: 'no answer' };
  const text = ended['grpc-message'];
  return { ok: false, status: Number(status), text: typeof text === 'string' ? decodeMessage(text) : '' };
}
