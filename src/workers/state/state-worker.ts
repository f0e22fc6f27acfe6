// The state worker put together: the replicated store and its log on a server, the agent's own services and checks, HTTP
// and DNS over both. Everything a request needs is in this thread, so a read crosses none.

import type { MessagePort } from 'node:worker_threads';
import { joinHostPort } from '../../gotext/host-port.js';
import { renderJson, renderText } from '../../observe/log-render.js';
import type { Logger } from '../../observe/logger.js';
import type { Telemetry } from '../../observe/worker-telemetry.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { RaftRole } from '../../wire/raft-port.js';
import type { MainToState, StateToMain, StateWorkerData } from '../../wire/state-worker.js';
import { agentStats } from './agent-stats.js';
import { type Calls, noServers } from './calls/calls.js';
import { localReads } from './calls/local-reads.js';
import { ServerCalls } from './calls/server-calls.js';
import { CheckShards } from './check-shards.js';
import { ControlClient } from './control/control-client.js';
import { DnsServer } from './dns/server.js';
import { agentEndpoints } from './endpoints/agent/agent-endpoints.js';
import { MetricsBins } from './endpoints/agent/metrics-bins.js';
import { runtimeGauges } from './endpoints/agent/process-families.js';
import { TokenTable } from './endpoints/agent/tokens.js';
import { eventEndpoints } from './endpoints/event.js';
import { pageEndpoints } from './endpoints/pages.js';
import { type GossipMessage, GossipView } from './gossip/gossip-view.js';
import type { EndpointTable } from './http/endpoint.js';
import { HttpServer } from './http/http-server.js';
import { LeaderDuties } from './leader/leader-duties.js';
import { noServersCatalog, storeCatalog } from './local/catalog-access.js';
import { systemClock } from './local/clock.js';
import { LocalAgent } from './local/local-agent.js';
import { noServersNodeChecks, storeNodeChecks } from './local/node-checks.js';
import { LogStream } from './log-stream.js';
import { CoordinateUpdates } from './methods/coordinate-updates.js';
import { noConsensus } from './replica/no-consensus.js';
import { openReplica, type Replica } from './replica/replica.js';
import { serverEndpoints } from './server-endpoints.js';

const CHECKS_STOP_MS = 1_000;
const COORDINATE_PERIOD_MS = 5_000;
const DEV_COORDINATE_PERIOD_MS = 100;

export class StateWorker {
  readonly #telemetry: Telemetry;
  readonly #logger: Logger;
  readonly #tell: (message: StateToMain, transfer?: readonly MessagePort[]) => void;
  readonly #control: ControlClient;
  readonly #logStream: LogStream;
  readonly #shards: CheckShards;
  readonly #bins = new MetricsBins(systemClock, runtimeGauges);
  readonly #tokens: TokenTable;
  readonly #gossip: GossipView;
  #config: RuntimeConfig;
  #server: Replica | null = null;
  #calls: Calls = noServers;
  #duties: LeaderDuties | null = null;
  #local: LocalAgent | null = null;
  #http: HttpServer | null = null;
  #dns: DnsServer | null = null;
  #coordinateUpdates: CoordinateUpdates | null = null;
  #leaderAddress = '';
  #isLeading = false;
  #recovered: () => void = () => {};

  constructor(data: StateWorkerData, telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.#logger = telemetry.logger;
    this.#config = data.config;
    this.#tokens = new TokenTable(data.config.tokens);
    const { port } = data.context;
    this.#tell = (message, transfer = []) => port.postMessage(message, transfer);
    this.#control = new ControlClient(port);
    this.#gossip = new GossipView({
      config: data.config,
      logger: this.#logger,
      services: () => this.#local?.state.serviceDefinitions() ?? [],
      coordinateUpdates: () => (this.#isLeading ? this.#coordinateUpdates : null),
    });
    this.#logStream = new LogStream((level) => this.#tell({ kind: 'monitor', level }));
    this.#shards = new CheckShards({
      open: (shard, concurrency, shardPort) =>
        this.#tell({ kind: 'check-shard', shard, concurrency, port: shardPort }, [shardPort]),
      onResults: (results) => this.#local?.onCheckResults(results),
    });
  }

  async start(raft: StateWorkerData['raft']): Promise<void> {
    if (raft) await this.#openServer(raft);
    const local = await this.#openLocal();
    const http = await this.#openHttp(local);
    const dns = await this.#openDns();
    local.start();
    this.#tell({ kind: 'started', http, dns });
  }

  /** Recovery is over when the newest snapshot is in the store; what the log holds beyond it follows with a leader. */
  async #openServer(raft: NonNullable<StateWorkerData['raft']>): Promise<void> {
    const recovered = new Promise<void>((resolve) => {
      this.#recovered = resolve;
    });
    const config = this.#config;
    const logger = this.#logger.child('server');
    const server = openReplica(
      raft,
      {
        started: () => this.#recovered(),
        role: (role, leaderAddress) => this.#roleChanged(role, leaderAddress),
        fatal: (text) => this.#tell({ kind: 'fatal', text }),
      },
      config.rpcHoldTimeoutMs,
      logger,
      this.#telemetry.metrics,
    );
    this.#server = server;
    this.#duties = new LeaderDuties({
      ...server,
      config,
      logger,
      metrics: this.#telemetry.metrics,
      members: () => this.#gossip.lan.list,
    });
    this.#coordinateUpdates = new CoordinateUpdates({
      propose: (command) => server.consensus.propose(command),
      periodMs: config.devMode ? DEV_COORDINATE_PERIOD_MS : COORDINATE_PERIOD_MS,
      logger,
    });
    this.#calls = new ServerCalls({
      server: {
        datacenter: config.datacenter,
        leaderAddress: () => this.#leaderAddress,
        peers: () => (this.#leaderAddress === '' ? [] : [this.#leaderAddress]),
        wanMembers: () => this.#gossip.wan.list,
        control: this.#control,
      },
      leader: {
        store: server.store,
        datacenter: config.datacenter,
        sessionTtlMinMs: () => this.#config.sessionTtlMinMs,
        renewSession: (id) => this.#duties?.renewSession(id),
        updateCoordinate: (record) => this.#coordinateUpdates?.add(record),
      },
      consensus: server.consensus,
      holdMs: () => this.#config.rpcHoldTimeoutMs,
    });
    await recovered;
  }

  #roleChanged(role: RaftRole, leaderAddress: string): void {
    const hadLeader = this.#leaderAddress !== '';
    this.#leaderAddress = leaderAddress;
    const wasLeading = this.#isLeading;
    this.#isLeading = role === 'leader';
    if (this.#isLeading) {
      if (!wasLeading) this.#tell({ kind: 'new-leader' });
      this.#duties?.gainLeadership().catch((error: unknown) => {
        this.#logger.error('failed to establish leadership', 'error', String(error));
      });
    } else this.#duties?.loseLeadership();
    if (!hadLeader && leaderAddress !== '') this.#local?.serverUp();
  }

  async #openLocal(): Promise<LocalAgent> {
    const config = this.#config;
    const server = this.#server;
    const clock = systemClock;
    const local = await LocalAgent.open({
      config,
      logger: this.#logger,
      metrics: this.#telemetry.metrics,
      consensus: server?.consensus ?? noConsensus,
      catalog: server
        ? storeCatalog(server.store, () => server.consensus.leadership.hadLeader, clock, config.rpcHoldTimeoutMs)
        : noServersCatalog,
      nodeChecks: server ? storeNodeChecks(server.store, clock) : noServersNodeChecks,
      runner: this.#shards,
      tokens: () => this.#tokens.registration,
      clusterSize: () => this.#gossip.lan.size,
    });
    this.#local = local;
    return local;
  }

  async #openHttp(local: LocalAgent): Promise<string[]> {
    this.#http = new HttpServer({
      table: this.#table(local),
      settings: this.#config,
      calls: this.#calls,
      knowsServers: this.#server !== null,
      logger: this.#logger,
      metrics: this.#telemetry.metrics,
    });
    const bound = await this.#http.listen();
    return bound.map(({ listener, port }) => {
      const address = listener.kind === 'tcp' ? joinHostPort(listener.address, port) : listener.path;
      const network = listener.kind === 'tcp' ? 'tcp' : 'unix';
      this.#logger.info('Starting server', 'address', address, 'network', network, 'protocol', 'http');
      return address;
    });
  }

  #table(local: LocalAgent): EndpointTable {
    const config = this.#config;
    return [
      ...this.#agentTable(local),
      ...eventEndpoints({ events: this.#gossip.events, calls: this.#calls }),
      ...serverEndpoints({
        calls: this.#calls,
        config: () => this.#config,
        hasWan: () => this.#gossip.wan.list.length > 0,
      }),
      ...pageEndpoints({
        uiEnabled: config.ui.enabled,
        version: config.version,
        nodeName: config.nodeName,
        datacenter: config.datacenter,
        commandLine: process.argv,
        debugEnabled: () => this.#config.enableDebug,
      }),
    ];
  }

  #agentTable(local: LocalAgent): EndpointTable {
    return agentEndpoints({
      config: () => this.#config,
      local,
      members: () => ({ lan: this.#gossip.lan.list, wan: this.#gossip.wan.list }),
      self: () => this.#gossip.self,
      control: this.#control,
      coordinate: () => this.#gossip.coordinate,
      stats: () =>
        agentStats({
          config: () => this.#config,
          control: this.#control,
          gossip: this.#gossip,
          server: () => this.#server,
          leaderAddress: () => this.#leaderAddress,
        }),
      metrics: this.#bins,
      logs: this.#logStream,
      renderLog: (record, format) => (format === 'json' ? renderJson(record) : renderText(record)),
      tokens: this.#tokens,
      clock: systemClock,
    });
  }

  async #openDns(): Promise<string[]> {
    const { dns, datacenter, nodeName } = this.#config;
    if (dns.listeners.length === 0) return [];
    const server = this.#server;
    this.#dns = new DnsServer({
      config: dns,
      local: server && localReads(server.store, server.consensus),
      datacenter,
      nodeName,
      metrics: this.#telemetry.metrics,
      logger: this.#logger,
    });
    await this.#dns.listen();
    return this.#dns.bound.map(({ address, port }) => {
      const shown = joinHostPort(address, port);
      for (const network of ['udp', 'tcp']) {
        this.#logger.info('Started DNS server', 'address', shown, 'network', network);
      }
      return shown;
    });
  }

  receive(message: MainToState): void {
    switch (message.kind) {
      case 'stop':
        void this.#stop(message.deadlineMs);
        return;
      case 'reload':
        void this.#reload(message.config);
        return;
      case 'log-level':
        this.#telemetry.setLevel(message.level);
        this.#shards.setLevel(message.level);
        return;
      case 'metrics':
        this.#bins.add(message.report);
        return;
      case 'log':
        this.#logStream.deliver(message.records);
        return;
      case 'members':
      case 'user-event':
      case 'coordinates':
        this.#receiveGossip(message);
        return;
      case 'check-shard-lost':
        this.#shards.lost(message.shard);
        return;
      case 'control-answer':
        this.#control.answered(message);
        return;
    }
  }

  #receiveGossip(message: GossipMessage): void {
    this.#gossip.receive(message);
    if (message.kind === 'members' && message.changes.pool === 'lan') this.#duties?.membersChanged(message.changes);
  }

  async #reload(config: RuntimeConfig): Promise<void> {
    const error = (await this.#local?.reload(config)) ?? null;
    if (error === null) {
      this.#config = config;
      this.#http?.reload(config);
      this.#dns?.reload(config.dns);
    }
    this.#tell({ kind: 'reloaded', error });
  }

  /** Listeners first, so that nothing new comes in; then what was acknowledged is brought to rest. */
  async #stop(deadlineMs: number): Promise<void> {
    const { logger } = this.#telemetry;
    for (const listener of this.#config.http.listeners) {
      const address = listener.kind === 'tcp' ? joinHostPort(listener.address, listener.port) : listener.path;
      const network = listener.kind === 'tcp' ? 'tcp' : 'unix';
      logger.info('Stopping server', 'address', address, 'network', network, 'protocol', 'http');
    }
    logger.info('Waiting for endpoints to shut down');
    this.#duties?.stop();
    this.#coordinateUpdates?.stop();
    // Each step is done whatever became of the one before.
    const steps = [
      () => Promise.all([this.#http?.close(deadlineMs / 2), this.#dns?.close()]),
      () => this.#local?.stop(),
      () => this.#shards.stop(Math.min(CHECKS_STOP_MS, deadlineMs / 2)),
      () => this.#server?.consensus.stop(),
    ];
    for (const [done, step] of steps.entries()) {
      try {
        await step();
        if (done === 0) logger.info('Endpoints down');
      } catch (error) {
        logger.error('error during shutdown', 'error', String(error));
      }
    }
    await this.#telemetry.finish();
    this.#tell({ kind: 'stopped' });
  }
}
