// Connections of gRPC (behind first byte 8 of the server port, spec/rpc.md, section 7, and on the ports of gRPC): HTTP/2 on an
// accepted socket, each stream a call. How much one peer may have open, send and be sent is bounded here; floods of frames are
// HTTP/2's own to refuse.

import type http2 from 'node:http2';
import type net from 'node:net';
import { type Converse, GrpcCall, type Serve } from './grpc-call.js';
import { PeerWatch } from './peer-watch.js';
import { Status } from './status.js';

const MAX_HEADER_BYTES = 16 * 1024;
/** Megabytes: of frames that wait to be sent, and headers. */
const MAX_SESSION_MEGABYTES = 16;

/** By path. */
export type Services = ReadonlyMap<string, Serve | Converse>;

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
