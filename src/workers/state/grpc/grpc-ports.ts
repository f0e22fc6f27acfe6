// The ports of gRPC: one in clear, and one behind TLS, which is opened when there is a certificate for it, be it by a reload: until
// then no handshake could succeed there.

import type net from 'node:net';
import { DescriptorReserve } from '../../../observe/descriptor-reserve.js';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { Listener, RuntimeConfig, TlsStanza } from '../../../wire/config.js';
import { GrpcConnections, type Services } from '../rpc/grpc/grpc-connections.js';
import { ClientLimit, remoteAddress } from '../sockets/client-limit.js';
import { TLS_RECORD, TlsGate } from '../sockets/tls/gate.js';
import { TlsRefusals } from '../sockets/tls/refusals.js';
import { GrpcListener } from './grpc-listener.js';

/** Calls of a connection at the same time: what watches has a few. */
const MAX_STREAMS = 256;
const ALPN = 'h2';

export interface GrpcPortsOptions {
  /** At the start: addresses and time limits stay. */
  readonly config: RuntimeConfig;
  readonly services: Services;
  /** Named `agent`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type PortName = 'grpc' | 'grpc_tls';
type Spoke = (socket: net.Socket, first: Buffer) => void;

export class GrpcPorts {
  readonly #options: GrpcPortsOptions;
  readonly #clients: ClientLimit;
  readonly #descriptors: DescriptorReserve;
  readonly #refusals: TlsRefusals;
  readonly #connections: GrpcConnections;
  readonly #listeners: GrpcListener[] = [];
  #gate: TlsGate | null = null;
  #isClosed = false;

  constructor(options: GrpcPortsOptions) {
    this.#options = options;
    const { config, services, logger, metrics } = options;
    this.#clients = new ClientLimit(config.limits.httpMaxConnsPerClient);
    this.#descriptors = new DescriptorReserve('grpc', logger);
    this.#refusals = new TlsRefusals('grpc', logger.child('grpc'), metrics);
    this.#connections = new GrpcConnections(services, MAX_STREAMS);
  }

  /** Rejects with what the operator is told. */
  async listen(): Promise<void> {
    const { grpcListeners, tls } = this.#options.config;
    const serve: Spoke = (socket, first) => this.#connections.serve(socket, first);
    for (const listener of grpcListeners) await this.#open('grpc', listener, serve);
    if (tls.grpc.material.cert !== '') await this.#openSecure(tls.grpc);
  }

  /** For connections to come. Throws when certificate or key can't be used, and then nothing has changed. */
  reload({ limits, tls }: RuntimeConfig): void {
    if (this.#gate !== null) this.#gate.reload(tls.grpc);
    else if (tls.grpc.material.cert !== '') {
      this.#openSecure(tls.grpc).catch((error: Error) => {
        this.#options.logger.error('gRPC can not be served behind TLS', 'error', error.message);
      });
    }
    this.#clients.setMax(limits.httpMaxConnsPerClient);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }

  async #openSecure(stanza: TlsStanza): Promise<void> {
    const { limits, grpcTlsListeners } = this.#options.config;
    const gate = new TlsGate({
      stanza,
      clientCertificates: ({ verifyIncoming }) => (verifyIncoming ? 'required' : 'none'),
      protocols: [ALPN],
      timeoutMs: limits.rpcHandshakeTimeoutMs,
      secured: (socket) => {
        socket.on('error', () => socket.destroy());
        this.#connections.serve(socket, Buffer.alloc(0));
      },
      refusals: this.#refusals,
    });
    this.#gate = gate;
    const admit: Spoke = (socket, first) => {
      if (first[0] === TLS_RECORD) gate.admit(socket, first);
      else {
        this.#refusals.refused('not TLS', remoteAddress(socket));
        socket.destroy();
      }
    };
    const before = this.#listeners.length;
    try {
      for (const listener of grpcTlsListeners) await this.#open('grpc_tls', listener, admit);
    } catch (error) {
      // The next reload tries all of it once more.
      this.#gate = null;
      await Promise.all(this.#listeners.splice(before).map((listener) => listener.close()));
      throw error;
    }
  }

  async #open(name: PortName, listener: Listener, spoke: Spoke): Promise<void> {
    const { config, logger } = this.#options;
    const opened = new GrpcListener({
      listener,
      unixSocket: config.http.unixSocket,
      clients: this.#clients,
      descriptors: this.#descriptors,
      firstBytesMs: config.limits.rpcHandshakeTimeoutMs,
      spoke,
    });
    const address = await opened.listen();
    this.#listeners.push(opened);
    if (this.#isClosed) await this.close();
    else logger.info('Started gRPC listeners', 'port_name', name, 'address', address, 'network', listener.kind);
  }
}
