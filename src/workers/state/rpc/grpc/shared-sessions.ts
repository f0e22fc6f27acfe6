// Connections of gRPC to other servers (first byte 8), one to a server for all calls there at the same time. It is closed with
// the last of them.

import type http2 from 'node:http2';
import type net from 'node:net';
import { messageOf } from '../../../../gotext/errno.js';
import { splitHostPort } from '../../../../gotext/host-port.js';
import type { ServerDialer } from '../../../../tls/server-dialer.js';
import { PeerWatch } from './peer-watch.js';

const GRPC = 8;
const CONNECT_WITHIN_MS = 10_000;

/** A connection in use; `release` is called once, by whoever took it. */
export interface UsedSession {
  readonly session: http2.ClientHttp2Session;
  release(): void;
}

class SharedSession {
  readonly opened: Promise<http2.ClientHttp2Session | string>;
  users = 0;
  #session: http2.ClientHttp2Session | null = null;

  constructor(opened: Promise<http2.ClientHttp2Session | string>) {
    this.opened = opened.then((session) => {
      if (typeof session !== 'string') this.#session = session;
      return session;
    });
  }

  /** It takes no further call. It says that it is closed in a later turn. */
  get isOver(): boolean {
    return this.#session !== null && (this.#session.closed || this.#session.destroyed);
  }
}

export class SharedSessions {
  readonly #dialer: ServerDialer;
  /** By `host:port`. */
  readonly #sessions = new Map<string, SharedSession>();

  constructor(dialer: ServerDialer) {
    this.#dialer = dialer;
  }

  /** A text says why there is none. Never rejects. */
  async use(address: string): Promise<UsedSession | string> {
    const shared = this.#at(address);
    shared.users += 1;
    const session = await shared.opened;
    const release = (): void => {
      shared.users -= 1;
      if (shared.users > 0) return;
      this.#forget(address, shared);
      if (typeof session !== 'string') session.destroy();
    };
    if (typeof session !== 'string') {
      session.once('close', () => this.#forget(address, shared));
      return { session, release };
    }
    release();
    return session;
  }

  #at(address: string): SharedSession {
    const known = this.#sessions.get(address);
    if (known !== undefined && !known.isOver) return known;
    const shared = new SharedSession(this.#open(address));
    this.#sessions.set(address, shared);
    return shared;
  }

  #forget(address: string, shared: SharedSession): void {
    if (this.#sessions.get(address) === shared) this.#sessions.delete(address);
  }

  async #open(address: string): Promise<http2.ClientHttp2Session | string> {
    const module = await import('node:http2');
    const socket = await this.#dial(address);
    if (typeof socket === 'string') return socket;
    // The session tells it.
    socket.on('error', () => {});
    const session = module.connect(`http://${address}`, { createConnection: () => socket });
    session.on('error', () => {});
    const watch = new PeerWatch(session);
    session.on('close', () => {
      watch.stop();
      socket.destroy();
    });
    return session;
  }

  #dial(address: string): Promise<net.Socket | string> {
    return new Promise((resolve) => {
      this.#dialer.dial(splitHostPort(address), {
        firstByte: GRPC,
        withinMs: CONNECT_WITHIN_MS,
        opened: resolve,
        failed: (error) => resolve(messageOf(error)),
      });
    });
  }
}
