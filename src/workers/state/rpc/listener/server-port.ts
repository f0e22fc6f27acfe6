// The listener of the server port (spec/rpc.md, section 1): a connection's first byte says what it speaks. What isn't spoken
// here is closed with nothing written, as are those that take too long to say, and those beyond their client's number.

import net from 'node:net';
import { joinHostPort } from '../../../../gotext/host-port.js';
import type { DescriptorReserve } from '../../../../observe/descriptor-reserve.js';
import type { Logger } from '../../../../observe/logger.js';
import type { TlsStanza } from '../../../../wire/config.js';
import { type ClientLimit, remoteAddress } from '../../sockets/client-limit.js';
import { Newcomers } from '../../sockets/newcomers.js';
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
  readonly #newcomers: Newcomers;
  readonly #server: net.Server;
  readonly #tls: PortTls;

  /** Throws when certificate or key can't be used. */
  constructor(options: ServerPortOptions) {
    this.#options = options;
    const { clients, descriptors, tls, handshakeTimeoutMs: timeoutMs } = options;
    this.#tls = new PortTls({ ...tls, timeoutMs }, (socket, kind, first) => this.#dispatch(socket, kind, first));
    this.#newcomers = new Newcomers({
      clients,
      descriptors,
      firstBytesMs: timeoutMs,
      spoke: (socket, first) => this.#tls.take(socket, first),
    });
    this.#server = net.createServer({ noDelay: true, keepAlive: true }, (socket) => this.#newcomers.accept(socket));
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
      this.#newcomers.destroyAll();
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
