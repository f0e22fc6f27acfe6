// Subscriptions to what another datacenter has: the same call of one of its servers. What that sends is handed on as it comes, and
// taken no faster than the subscriber takes it.

import type http2 from 'node:http2';
import { surprise } from '../../../../../observe/surprise.js';
import type { ServerDialer } from '../../../../../tls/server-dialer.js';
import type { Server } from '../../../calls/elsewhere.js';
import { openClientStream } from '../client-stream.js';
import { beginFrame, endFrame } from '../frame.js';
import type { Answering, GrpcCall } from '../grpc-call.js';
import { ProtoWriter } from '../protobuf/writer.js';
import { SharedSessions, type UsedSession } from '../shared-sessions.js';
import { decodeMessage, Status, type StatusCode } from '../status.js';
import { type SubscribeRequest, writeSubscribeRequest } from './request.js';

export interface BeyondParts {
  readonly dialer: ServerDialer;
  /** In the order they are to be asked; none when the datacenter isn't known. */
  readonly serversOf: (datacenter: string) => readonly Server[];
  /** A token of this datacenter alone says nothing there: its holder is anonymous. */
  readonly isLocalToken: (secret: string) => boolean;
}

/** Of the servers of a datacenter: each that can't be reached costs its time. */
const MOST_TRIES = 3;
const LOST = 'the connection to the other datacenter was lost';

export class SubscriptionsBeyond {
  readonly #parts: BeyondParts;
  readonly #sessions: SharedSessions;

  constructor(parts: BeyondParts) {
    this.#parts = parts;
    this.#sessions = new SharedSessions(parts.dialer);
  }

  /** null: no server of the datacenter is known. */
  pass(call: GrpcCall, path: string, request: SubscribeRequest): Answering | null {
    const servers = this.#parts.serversOf(request.datacenter).slice(0, MOST_TRIES);
    if (servers.length === 0) return null;
    const { token } = request;
    const asked = { ...request, token: token !== '' && this.#parts.isLocalToken(token) ? '' : token };
    return new PassedSubscription(call, this.#sessions, servers, path, framed(asked));
  }
}

function framed(request: SubscribeRequest): Buffer {
  const writer = new ProtoWriter();
  const begun = beginFrame(writer);
  writeSubscribeRequest(writer, request);
  endFrame(writer, begun);
  return writer.copy(0);
}

class PassedSubscription implements Answering {
  readonly #call: GrpcCall;
  #stream: http2.ClientHttp2Stream | null = null;
  #isOver = false;

  constructor(call: GrpcCall, sessions: SharedSessions, servers: readonly Server[], path: string, message: Buffer) {
    this.#call = call;
    this.#open(sessions, servers, path, message).catch((error: unknown) => {
      surprise(error);
      this.#end(Status.internal, 'unexpected error');
    });
  }

  drained(): void {
    this.#stream?.resume();
  }

  closed(): void {
    this.#isOver = true;
    this.#stream?.close();
  }

  async #open(sessions: SharedSessions, servers: readonly Server[], path: string, message: Buffer): Promise<void> {
    let problem = LOST;
    for (const { address } of servers) {
      const used = await sessions.use(address);
      if (typeof used === 'string') problem = used;
      else if (this.#isOver || used.session.closed || used.session.destroyed) used.release();
      else {
        this.#ask(used, path, message);
        return;
      }
      if (this.#isOver) return;
    }
    this.#end(Status.unavailable, problem);
  }

  #ask({ session, release }: UsedSession, path: string, message: Buffer): void {
    const asked = openClientStream(session, path);
    const { stream } = asked;
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#call.send(chunk);
      if (!this.#call.hasRoom) stream.pause();
    });
    // What went wrong shows by how it closes.
    stream.on('error', () => {});
    stream.on('close', () => {
      release();
      const { 'grpc-status': status, 'grpc-message': text } = asked.ended;
      if (typeof status !== 'string') this.#end(Status.unavailable, LOST);
      else this.#end(Number(status) as StatusCode, typeof text === 'string' ? decodeMessage(text) : '');
    });
    stream.end(message);
  }

  #end(status: StatusCode, text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call.end(status, text);
  }
}
