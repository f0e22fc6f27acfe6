// Connections of gRPC (behind first byte 8 of the server port, spec/rpc.md, section 7, and on the ports of gRPC): HTTP/2 on an
// accepted socket, each stream a call. How much one peer may have open, send and be sent is bounded here; floods of frames are
// HTTP/2's own to refuse.

import type http2 from 'node:http2';
import type net from 'node:net';
import { type Deadline, deadlines } from '../../../../deadlines/deadline-queue.js';
import { Keepalive } from '../../sockets/keepalive.js';
import { type Converse, GrpcCall, type Serve } from './grpc-call.js';
import { Status } from './status.js';

const MAX_HEADER_BYTES = 16 * 1024;
/** Megabytes: of frames that wait to be sent, and headers. */
const MAX_SESSION_MEGABYTES = 16;
const PING_BYTES = 8;

/** By path. */
export type Services = ReadonlyMap<string, Serve | Converse>;

/**
 * Hangs up when the peer isn't there any more. A session that HTTP/2 has ended itself, for what the peer sent, says so to the
 * peer only, and reads nothing any more, not even the end of the connection: that, too, is seen by a ping without an answer.
 * So it is asked at once, since what isn't HTTP/2 shows at the beginning.
 */
class PeerWatch implements Deadline {
  dueMs: number;
  slot = -1;
  order = 0;
  readonly #session: http2.ServerHttp2Session;
  readonly #keepalive: Keepalive;

  constructor(session: http2.ServerHttp2Session) {
    const nowMs = deadlines.now();
    this.#session = session;
    this.#keepalive = new Keepalive(nowMs, nowMs);
    this.dueMs = nowMs;
    deadlines.add(this);
  }

  expire(): void {
    const session = this.#session;
    if (session.destroyed) return;
    const nowMs = deadlines.now();
    const id = this.#keepalive.tick(nowMs);
    if (id === 'lost' || (id !== null && !this.#ask(id))) {
      session.destroy();
      return;
    }
    this.dueMs = Math.ceil(Math.max(this.#keepalive.dueMs, nowMs + 1));
    deadlines.add(this);
  }

  stop(): void {
    deadlines.remove(this);
  }

  /** False: it couldn't be asked. */
  #ask(id: number): boolean {
    const question = Buffer.alloc(PING_BYTES);
    question.writeUInt32BE(id);
    return this.#session.ping(question, (error, _durationMs, answer) => {
      if (error === null && question.equals(answer)) this.#keepalive.answered(id);
    });
  }
}

export class GrpcConnections {
  readonly #services: Services;
  readonly #maxStreams: number;

  /** `maxStreams`: of one connection. */
  constructor(services: Services, maxStreams: number) {
    this.#services = services;
    this.#maxStreams = maxStreams;
  }

  /** `first`: what was read of it already and is for HTTP/2, which is loaded by the first connection. */
  serve(socket: net.Socket, first: Buffer): void {
    socket.pause();
    if (first.length > 0) socket.unshift(first);
    void import('node:http2').then(
      (module) => this.#open(module, socket),
      () => socket.destroy(),
    );
  }

  #open(module: typeof http2, socket: net.Socket): void {
    if (socket.destroyed) return;
    const session = module.performServerHandshake(socket, {
      maxSessionMemory: MAX_SESSION_MEGABYTES,
      maxHeaderListPairs: 64,
      settings: { maxConcurrentStreams: this.#maxStreams, maxHeaderListSize: MAX_HEADER_BYTES, maxFrameSize: 16_384 },
    });
    const watch = new PeerWatch(session);
    session.on('error', () => {});
    session.on('close', () => watch.stop());
    session.on('stream', (stream, headers) => this.#called(stream, headers));
  }

  #called(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void {
    const path = headers[':path'] ?? '';
    const isGrpc = headers[':method'] === 'POST' && headers['content-type']?.startsWith('application/grpc') === true;
    if (!isGrpc) {
      stream.on('error', () => {});
      // Told of with what else came in its turn, which may have ended it.
      if (stream.destroyed || stream.closed) return;
      stream.resume();
      stream.respond({ ':status': headers[':method'] === 'POST' ? 415 : 405 }, { endStream: true });
      return;
    }
    const serve = this.#services.get(path);
    if (serve !== undefined) new GrpcCall(stream, headers, serve);
    else new GrpcCall(stream, headers, () => null).end(Status.unimplemented, this.#unknown(path));
  }

  /** In the words of gRPC's own servers. */
  #unknown(path: string): string {
    const [, service = '', method, ...more] = path.split('/');
    if (!path.startsWith('/') || method === undefined || more.length > 0) return `malformed method name: "${path}"`;
    for (const known of this.#services.keys()) {
      if (known.startsWith(`/${service}/`)) return `unknown method ${method} for service ${service}`;
    }
    return `unknown service ${service}`;
  }
}
