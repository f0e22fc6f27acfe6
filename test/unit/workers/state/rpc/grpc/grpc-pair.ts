// A server of gRPC over a store, on a socket of its own, and what it sends taken apart into messages by stream.

import net, { type AddressInfo } from 'node:net';
import { ServerDialer } from '../../../../../../src/tls/server-dialer.js';
import { Leadership } from '../../../../../../src/wire/raft/leadership.js';
import { followedReads } from '../../../../../../src/workers/state/calls/followed-reads.js';
import type { RequestLimits } from '../../../../../../src/workers/state/calls/request-limits.js';
import { noAcls, type TokenResolver } from '../../../../../../src/workers/state/methods/contract/token-resolver.js';
import type { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { GrpcConnections } from '../../../../../../src/workers/state/rpc/grpc/grpc-connections.js';
import type { BeyondParts } from '../../../../../../src/workers/state/rpc/grpc/subscribe/passed-on.js';
import { SUBSCRIBE, subscribe } from '../../../../../../src/workers/state/rpc/grpc/subscribe/subscribe.js';

const FRAME_HEADER = 9;
const MESSAGE_HEADER = 5;

/** Which datacenter the server is of, and how it reaches others. */
interface Where {
  readonly datacenter: string;
  readonly beyond: BeyondParts;
  /** ACLs are off without it. */
  readonly tokens?: TokenResolver;
}

const HERE: Where = {
  datacenter: 'dc1',
  beyond: { dialer: new ServerDialer(), serversOf: () => [], isLocalToken: () => false },
};

export class GrpcPair {
  readonly client: net.Socket;
  readonly #server: net.Server;
  received: Buffer = Buffer.alloc(0);

  private constructor(server: net.Server, client: net.Socket) {
    this.#server = server;
    this.client = client;
    client.on('error', () => {});
    client.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
  }

  static async open(
    store: StateStore,
    refuse: RequestLimits['refuse'] = () => null,
    { datacenter, beyond, tokens }: Where = HERE,
  ): Promise<GrpcPair> {
    const reads = { ...followedReads(store, { leadership: new Leadership() }, tokens ?? noAcls), isReady: true };
    const serve = subscribe({ reads, limits: { refuse }, datacenter, beyond });
    const connections = new GrpcConnections(new Map([[SUBSCRIBE, serve]]), 4096);
    const server = net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (chunk: Buffer) => connections.serve(socket, chunk.subarray(1)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new GrpcPair(server, net.connect((server.address() as AddressInfo).port, '127.0.0.1'));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Frames of HTTP/2 that came on a stream. */
  frames(stream: number): readonly { readonly type: number; readonly flags: number; readonly payload: Buffer }[] {
    const frames = [];
    for (let at = 0; at + FRAME_HEADER <= this.received.length; ) {
      const length = this.received.readUIntBE(at, 3);
      const end = at + FRAME_HEADER + length;
      if (end > this.received.length) break;
      if (this.received.readUInt32BE(at + 5) === stream) {
        const payload = this.received.subarray(at + FRAME_HEADER, end);
        frames.push({ type: this.received[at + 3] ?? 0, flags: this.received[at + 4] ?? 0, payload });
      }
      at = end;
    }
    return frames;
  }

  /** Whole messages that came on a stream, in hex. */
  messages(stream: number): readonly string[] {
    const data = Buffer.concat(this.frames(stream).flatMap(({ type, payload }) => (type === 0 ? [payload] : [])));
    const messages: string[] = [];
    for (let at = 0; at + MESSAGE_HEADER <= data.length; ) {
      const end = at + MESSAGE_HEADER + data.readUInt32BE(at + 1);
      if (end > data.length) break;
      messages.push(data.toString('hex', at + MESSAGE_HEADER, end));
      at = end;
    }
    return messages;
  }

  close(): void {
    this.client.destroy();
    this.#server.close();
  }
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const PING = 6;

/** What a client said, without its pings: they answer those that a stock server sent. */
export function withoutPings(bytes: Buffer): Buffer {
  const kept: Buffer[] = [];
  const preface = bytes.indexOf(PREFACE);
  let at = preface === -1 ? 0 : preface + PREFACE.length;
  kept.push(bytes.subarray(0, at));
  while (at < bytes.length) {
    const end = at + FRAME_HEADER + bytes.readUIntBE(at, 3);
    if (bytes[at + 3] !== PING) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}
