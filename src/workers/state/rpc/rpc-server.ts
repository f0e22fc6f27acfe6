// What a server answers on the server port: each kind of connection, its limits, and the methods behind them (docs/spec/rpc.md).

import type { MessagePort } from 'node:worker_threads';
import { DescriptorReserve } from '../../../observe/descriptor-reserve.js';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import { errorDetail } from '../../../observe/surprise.js';
import { readAuthorities } from '../../../tls/issued-by.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import type { FollowedReads } from '../calls/followed-reads.js';
import type { RequestLimits } from '../calls/request-limits.js';
import type { Snapshots } from '../calls/snapshots.js';
import { ClientLimit } from '../sockets/client-limit.js';
import { TlsRefusals } from '../sockets/tls/refusals.js';
import { serveBootstrap } from './auto-encrypt/bootstrap-connection.js';
import { signRow } from './auto-encrypt/sign-row.js';
import { GrpcConnections, type Services } from './grpc/grpc-connections.js';
import type { BeyondParts } from './grpc/subscribe/passed-on.js';
import { SUBSCRIBE, subscribe } from './grpc/subscribe/subscribe.js';
import { TRANSFER_LEADER, type TransferParts, transferLeader } from './grpc/transfer-leader.js';
import { BOOTSTRAP } from './listener/port-tls.js';
import { RaftRelay } from './listener/raft-relay.js';
import { type Protocols, ServerPort } from './listener/server-port.js';
import { serveSingle } from './listener/single-connection.js';
import { serve } from './rows/serve.js';
import { rpcMethods } from './rpc-methods.js';
import { ByteBudget } from './server/byte-budget.js';
import { RequestStream, type RpcServerParts } from './server/request-stream.js';
import { SNAPSHOT } from './snapshot/messages.js';
import { serveSnapshot } from './snapshot/served-snapshot.js';
import { YamuxConnection } from './yamux/connection.js';
import type { YamuxStream } from './yamux/stream.js';

/** Of all requests that aren't whole yet. */
const UNFINISHED_BYTES = 256 * 1024 * 1024;

/** A client agent has one for each service that is asked for there, all on one connection. */
const MAX_SUBSCRIPTIONS = 4096;

/** First bytes; what isn't here is closed. */
const SINGLE = 0;
const RAFT = 1;
const MULTIPLEXED = 4;
const GRPC = 8;

export interface RpcServerOptions {
  /** As it is now; a reload changes it. */
  readonly config: () => RuntimeConfig;
  readonly calls: Calls;
  readonly reads: FollowedReads;
  readonly limits: RequestLimits;
  /** Whether there is a way to a datacenter that isn't this one. */
  readonly reaches: (datacenter: string) => boolean;
  readonly transfer: TransferParts;
  /** How subscriptions to another datacenter get there. */
  readonly beyond: BeyondParts;
  readonly snapshots: Snapshots;
  readonly raftStreams: MessagePort;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #clients: ClientLimit;
  readonly #port: ServerPort;

  constructor(options: RpcServerOptions) {
    this.#options = options;
    const { logger } = options;
    const { limits, tls, datacenter, dns, autoEncrypt } = options.config();
    this.#clients = new ClientLimit(limits.rpcMaxConnsPerClient);
    this.#port = new ServerPort({
      protocols: this.#protocols(),
      clients: this.#clients,
      descriptors: new DescriptorReserve('rpc', logger),
      handshakeTimeoutMs: limits.rpcHandshakeTimeoutMs,
      tls: {
        stanza: tls.internalRpc,
        serverName: `server.${datacenter}.${dns.domain}`,
        allowsBootstrap: autoEncrypt.allowTls,
        refusals: new TlsRefusals('rpc', logger, options.metrics),
      },
      logger,
    });
  }

  /** Rejects with what the operator is told. */
  async listen(): Promise<void> {
    const { bindAddress, ports } = this.#options.config();
    await this.#port.listen(bindAddress, ports.server);
  }

  reload({ limits, tls }: RuntimeConfig): void {
    this.#port.reloadTls(tls.internalRpc);
    this.#clients.setMax(limits.rpcMaxConnsPerClient);
  }

  /** Whose certificates clients may have beside those that the configuration trusts, as PEM. */
  trustClients(authorities: readonly string[]): void {
    this.#port.trustClients(authorities);
  }

  close(): Promise<void> {
    return this.#port.close();
  }

  #protocols(): Protocols {
    const { snapshots } = this.#options;
    const parts = this.#serverParts();
    const relay = new RaftRelay(this.#options.raftStreams);
    const session = {
      opened: (stream: YamuxStream, from: YamuxConnection) => new RequestStream(stream, from, parts),
      // None is opened here.
      accepted: () => {},
      closed: () => {},
    };
    const grpc = new GrpcConnections(this.#grpcServices(), MAX_SUBSCRIPTIONS);
    const bootstrap = this.#bootstrapParts(parts);
    return new Map([
      [SINGLE, (socket, first) => serveSingle(socket, first, parts)],
      [RAFT, (socket, first) => relay.serve(socket, first)],
      [SNAPSHOT, (socket, first) => serveSnapshot(socket, first, { snapshots, crashed: parts.crashed })],
      [MULTIPLEXED, (socket, first) => void new YamuxConnection(socket, false, session, first)],
      [GRPC, (socket, first) => grpc.serve(socket, first)],
      [BOOTSTRAP, (socket, first) => serveBootstrap(socket, first, bootstrap)],
    ]);
  }

  /** Nothing is answered but the one question of those who show no certificate, and that in nobody's datacenter but this one. */
  #bootstrapParts(parts: RpcServerParts): RpcServerParts {
    const internalRpc = () => this.#options.config().tls.internalRpc;
    const row = signRow({
      datacenter: parts.context.datacenter,
      authorities: () => readAuthorities(internalRpc().material.ca).map((one) => one.toString()),
      verifiesServerHostname: () => internalRpc().verifyServerHostname,
    });
    const methods = new Map([[row.method.name, serve(row)]]);
    return { ...parts, methods, context: { ...parts.context, reaches: () => true } };
  }

  #grpcServices(): Services {
    const { config, reads, limits, transfer, beyond } = this.#options;
    return new Map([
      [SUBSCRIBE, subscribe({ reads, limits, datacenter: config().datacenter, beyond })],
      [TRANSFER_LEADER, transferLeader(transfer)],
    ]);
  }

  #serverParts(): RpcServerParts {
    const { config, calls, limits, reaches, logger } = this.#options;
    return {
      methods: rpcMethods,
      limits,
      context: {
        calls,
        datacenter: config().datacenter,
        reaches,
        waits: config,
        allowsUnnamedConnections: () => config().defaultIntentionPolicy === 'allow',
      },
      budget: new ByteBudget(UNFINISHED_BYTES),
      crashed: (method, error) => logger.error('unexpected error', 'method', method, 'error', errorDetail(error)),
    };
  }
}
