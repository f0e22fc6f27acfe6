// The listener of the server port (spec/rpc.md, section 1): a connection's first byte says what it speaks. What isn't spoken
// here is closed with nothing written, as are those that take too long to say, and those beyond their client's number.

import net from 'node:net';
import { joinHostPort } from '../../../../gotext/host-port.js';
import type { DescriptorReserve } from '../../../../observe/descriptor-reserve.js';
import type { Logger } from '../../../../observe/logger.js';
import type { TlsStanza } from '../../../../wire/config.js';
import { type ClientLimit, plainAddress, remoteAddress } from '../../sockets/client-limit.js';
import { Newcomer } from '../../sockets/newcomer.js';
import { PortTls, type PortTlsOptions } from './port-tls.js';

/** By first byte. Takes the socket over, with what was read behind that byte. */
export type Protocols = ReadonlyMap<number, (socket: net.Socket, first: Buffer) => void>;

export interface ServerPortOptions {
  readonly protocols: Protocols;
  /** Connections a client, all kinds together. */
  readonly clients: ClientLimit;
  readonly descriptors: DescriptorReserve;
  /** 0: a connection may take its time. */
  readonly handshakeTimeoutMs: number;
  readonly tls: Omit<PortTlsOptions, 'timeoutMs'>;
  readonly logger: Logger;
}

export class ServerPort {
  readonly #options: ServerPortOptions;
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;
  readonly #tls: PortTls;

  /** Throws when certificate or key can't be used. */
  constructor(options: ServerPortOptions) {
    this.#options = options;
    const { tls, handshakeTimeoutMs: timeoutMs } = options;
    this.#tls = new PortTls({ ...tls, timeoutMs }, (socket, kind, first) => this.#dispatch(socket, kind, first));
    this.#server = net.createServer({ noDelay: true, keepAlive: true }, (socket) => this.#accept(socket));
  }

  /** Rejects with what the operator is told. Answers the port. */
  listen(address: string, port: number): Promise<number> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'bind: address already in use' : error.message;
        const where = `listen tcp ${joinHostPort(address, port)}: ${why}`;
        reject(new Error(`Failed to start Consul server: Failed to start RPC layer: ${where}`));
      });
      server.listen(port, address, () => {
        server.removeAllListeners('error');
        // An accept that failed: the listener stays, the next one may succeed.
        server.on('error', () => {});
        const bound = server.address();
        resolve(bound !== null && typeof bound === 'object' ? bound.port : port);
      });
    });
  }

  /** For connections to come. Throws when certificate or key can't be used, and then nothing has changed. */
  reloadTls(stanza: TlsStanza): void {
    this.#tls.reload(stanza);
  }

  /** Whose certificates clients may have beside those that the stanza trusts, as PEM. */
  trustClients(authorities: readonly string[]): void {
    this.#tls.trustClients(authorities);
  }

  close(): Promise<void> {
    return new Promise((closed) => {
      this.#server.close(() => closed());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #accept(socket: net.Socket): void {
    const { clients, descriptors, handshakeTimeoutMs } = this.#options;
    if (descriptors.refuses(socket)) return;
    const client = plainAddress(socket.remoteAddress);
    if (!clients.enter(client)) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      clients.leave(client);
    });
    Newcomer.await(socket, handshakeTimeoutMs, {
      spoke: (chunk) => this.#tls.take(socket, chunk),
      late: () => socket.destroy(),
    });
  }

  #dispatch(socket: net.Socket, kind: number, first: Buffer): void {
    const { protocols, logger } = this.#options;
    const serve = protocols.get(kind);
    if (serve === undefined) {
      logger.debug('connection of a kind that is not served', 'byte', kind, 'from', remoteAddress(socket));
      socket.destroy();
      return;
    }
    serve(socket, first);
  }
}
