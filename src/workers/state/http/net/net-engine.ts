// The default engine: node's sockets (TCP, TLS, unix) with llhttp and thin connections of our own. node:http's object
// layers cost half of the throughput and twice the memory (docs/spec/http.md, "Engines").

import net from 'node:net';
import { DescriptorReserve } from '../../../../observe/descriptor-reserve.js';
import type { Logger } from '../../../../observe/logger.js';
import { surprise } from '../../../../observe/surprise.js';
import type { Listener, TlsStanza } from '../../../../wire/config.js';
import { BusyTurns } from '../../sockets/busy-turns.js';
import { ClientLimit, plainAddress } from '../../sockets/client-limit.js';
import { freeTcpPort, type PortSharing, type SharedPort } from '../../sockets/port-sharing.js';
import { claimSocketPath, type SocketOwner, settleSocketFile } from '../../sockets/unix-socket.js';
import type { BoundListener, Engine, EngineLimits, ListenerKind, RequestListener } from '../engine/engine.js';
import { CROWDED_HEADERS, CROWDED_TEXT } from '../engine/refusals.js';
import { dateLine, statusLine } from '../engine/status-line.js';
import type { AnswerBuffer } from './answer-buffer.js';
import { Connection, type ConnectionHost } from './connection.js';
import { SecureAccept, type SecureOptions } from './secure-accept.js';
import { readShared, sharedBytes } from './shared-read.js';

const PATIENCE_CHECK_MS = 1000;
const TCP_KEEPALIVE_MS = 15_000;
/** A refused client has this long to read why. */
const REFUSED_LINGER_MS = 1000;
const BACKLOG = 4096;

const kConnection = Symbol('connection');
interface ServedSocket extends net.Socket {
  [kConnection]?: Connection;
}

export interface NetEngineOptions {
  readonly listener: RequestListener;
  readonly limits: EngineLimits;
  readonly unixSocket: SocketOwner;
  readonly logger: Logger;
  /** null: no other thread listens there. */
  readonly shared?: SharedPort | null;
  /** Of those listeners that speak TLS. */
  readonly secure?: SecureOptions | null;
}

/** Node's types know this option from Node 22.12 on, as its sockets do. */
type ListenOptions = net.ListenOptions & { readonly reusePort: boolean };

export class NetEngine implements Engine, ConnectionHost {
  readonly listener: RequestListener;
  readonly impatient = new Set<Connection>();
  readonly turns = new BusyTurns<AnswerBuffer>((answers) => answers.flush());
  limits: EngineLimits;
  stopping = false;

  readonly #unixSocket: SocketOwner;
  readonly #sharing: PortSharing;
  readonly #servers: net.Server[] = [];
  /** With whom it counts; null: what it came by counts. */
  readonly #open = new Map<Connection, string | null>();
  readonly #secure: SecureAccept | null;
  readonly #clients: ClientLimit;
  readonly #descriptors: DescriptorReserve;
  #patience: NodeJS.Timeout | null = null;
  #emptied: (() => void) | null = null;

  constructor(options: NetEngineOptions) {
    this.listener = options.listener;
    this.limits = options.limits;
    this.#unixSocket = options.unixSocket;
    this.#sharing = options.shared?.place ?? 'alone';
    this.#clients = new ClientLimit(options.limits.maxConnectionsPerClient, options.shared?.clients);
    this.#descriptors = new DescriptorReserve('http', options.logger);
    this.#secure =
      options.secure == null ? null : new SecureAccept(options.secure, (socket) => this.#serve(socket, null));
  }

  get connections(): number {
    return this.#open.size;
  }

  async listen(listener: Listener, kind: ListenerKind = 'plain'): Promise<BoundListener> {
    const options = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEPALIVE_MS,
    };
    const accept = kind === 'plain' ? this.#accept : this.#acceptSecure;
    const server = net.createServer(options, accept.bind(this));
    if (listener.kind === 'unix') await claimSocketPath(listener.path);
    const where = listener.kind === 'unix' ? { path: listener.path } : await this.#sharedPlace(listener);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...where, backlog: BACKLOG }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    // An accept that failed: the listener stays, the next one may succeed.
    server.on('error', () => {});
    this.#servers.push(server);
    if (listener.kind === 'unix') settleSocketFile(listener.path, this.#unixSocket);
    if (this.#patience === null) {
      this.#patience = setInterval(() => this.#judgePatience(), PATIENCE_CHECK_MS);
      this.#patience.unref();
    }
    const address = server.address();
    return { listener, kind, port: typeof address === 'object' && address !== null ? address.port : 0 };
  }

  async #sharedPlace({ address: host, port }: Extract<Listener, { kind: 'tcp' }>): Promise<ListenOptions> {
    const isFirst = this.#sharing === 'first';
    return { host, port: isFirst ? await freeTcpPort(host, port) : port, reusePort: this.#sharing !== 'alone' };
  }

  /** Throws when certificate or key can't be used, and then nothing has changed. */
  reloadTls(stanza: TlsStanza): void {
    this.#secure?.reload(stanza);
  }

  setLimits(limits: EngineLimits): void {
    this.limits = limits;
    this.#clients.setMax(limits.maxConnectionsPerClient);
  }

  stopAccepting(): void {
    this.stopping = true;
    for (const server of this.#servers) server.close();
    for (const connection of this.#open.keys()) connection.stop();
  }

  async close(deadlineMs: number): Promise<void> {
    this.stopAccepting();
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        const cut = setTimeout(resolve, deadlineMs);
        this.#emptied = () => {
          clearTimeout(cut);
          resolve();
        };
      });
    }
    for (const connection of this.#open.keys()) connection.destroy();
    this.#secure?.close();
    if (this.#patience) clearInterval(this.#patience);
    this.#patience = null;
  }

  left(connection: Connection): void {
    const client = this.#open.get(connection);
    if (client === undefined) return;
    this.#open.delete(connection);
    if (client !== null) this.#clients.leave(client);
    if (this.#open.size === 0) this.#emptied?.();
  }

  #accept(socket: net.Socket): void {
    if (this.#descriptors.refuses(socket)) return;
    const client = plainAddress(socket.remoteAddress);
    if (!this.#clients.enter(client)) {
      refuseCrowd(socket);
      return;
    }
    this.#serve(socket, client);
  }

  /** It counts from now on, before a handshake is begun: what that costs is to be bounded first of all. */
  #acceptSecure(socket: net.Socket): void {
    if (this.#descriptors.refuses(socket)) return;
    const client = plainAddress(socket.remoteAddress);
    if (this.stopping || !this.#clients.enter(client)) {
      socket.destroy();
      return;
    }
    socket.on('close', () => this.#clients.leave(client));
    this.#secure?.accept(socket);
  }

  #serve(socket: ServedSocket, counted: string | null): void {
    const connection = new Connection(socket, counted ?? plainAddress(socket.remoteAddress), this);
    this.#open.set(connection, counted);
    socket[kConnection] = connection;
    // Events all the same: they come where the shared buffer can't be used.
    readShared(socket, onRead);
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('drain', onDrain);
    socket.on('close', onClose);
    socket.on('error', onError);
    if (this.stopping) connection.destroy();
  }

  #judgePatience(): void {
    if (this.impatient.size === 0) return;
    const now = performance.now();
    for (const connection of this.impatient) connection.judgePatience(now);
  }
}

// The same few functions on every socket, so that a waiting connection holds no closures.
function onData(this: ServedSocket, chunk: Buffer): void {
  try {
    this[kConnection]?.read(chunk);
  } catch (error) {
    // Where this connection stands is anybody's guess now.
    this.destroy();
    surprise(error);
  }
}
function onRead(this: ServedSocket, length: number): boolean {
  onData.call(this, sharedBytes(length));
  return true;
}
function onEnd(this: ServedSocket): void {
  this[kConnection]?.readEnd();
}
function onDrain(this: ServedSocket): void {
  this[kConnection]?.drained();
}
function onClose(this: ServedSocket): void {
  this[kConnection]?.closed();
}
function onError(): void {
  // A reset or a broken pipe; 'close' follows.
}

/** Answered without waiting for a request, as stock does. */
function refuseCrowd(socket: net.Socket): void {
  socket.on('error', onError);
  socket.resume();
  const length = CROWDED_TEXT.length;
  socket.end(
    `${statusLine(429)}${CROWDED_HEADERS}Connection: close\r\n${dateLine()}Content-Length: ${length}\r\n\r\n${CROWDED_TEXT}`,
  );
  setTimeout(() => socket.destroy(), REFUSED_LINGER_MS).unref();
}
