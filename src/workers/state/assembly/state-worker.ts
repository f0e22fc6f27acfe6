// The state worker put together: the parts that every agent has, what its mode adds, the agent's own services and checks, HTTP,
// DNS and gRPC over all of it. Everything a request needs is in this thread, so a read crosses none.

import fs from 'node:fs';
import { Closing } from '../../../lifecycle/closing.js';
import { MetricNames } from '../../../observe/metric-names.js';
import { MetricSinks } from '../../../observe/sinks/sinks.js';
import type { Telemetry } from '../../../observe/worker-telemetry.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { MainToState, StateWorkerData } from '../../../wire/state-worker.js';
import { binText } from '../endpoints/agent/metrics-dump.js';
import { runtimeGauges } from '../endpoints/agent/process-families.js';
import { LocalAgent } from '../local/local-agent.js';
import type { Mode } from './mode.js';
import { openDns } from './open-dns.js';
import { type GrpcInterface, openGrpc } from './open-grpc.js';
import { type Interface, openHttp } from './open-http.js';
import { openReaders } from './open-readers.js';
import { configuredSecrets } from './own-tokens.js';
import { checkTls, makeParts, type Parts } from './parts.js';
import { CertificateExpiry } from './tls/certificate-expiry.js';

const CHECKS_STOP_MS = 1_000;
const RUNTIME_GAUGES_MS = 1_000;
const STDERR = 2;

/** What is there once the start is over. */
interface Running {
  readonly local: LocalAgent;
  readonly http: Interface;
  readonly dns: Interface;
  readonly grpc: GrpcInterface;
}

export class StateWorker {
  readonly #parts: Parts;
  readonly #mode: Mode;
  readonly #closing: Closing;
  readonly #running: Promise<Running>;
  readonly #expiry: CertificateExpiry;
  readonly #sinks: MetricSinks;
  #isDumping = false;
  /** As the files have it. */
  #files: RuntimeConfig;

  /** `open`: what the agent's mode adds. */
  constructor(data: StateWorkerData, telemetry: Telemetry, open: (parts: Parts) => Mode) {
    this.#parts = makeParts(data, telemetry);
    this.#files = data.config;
    this.#expiry = new CertificateExpiry(telemetry.logger.child('tls'), telemetry.metrics);
    this.#sinks = new MetricSinks(data.config.telemetry, telemetry.logger);
    this.#mode = open(this.#parts);
    this.#mode.onReconfigured(() => this.#reconfigure());
    this.#expiry.watch(this.#files);
    this.#closing = new Closing(telemetry.logger);
    this.#running = this.#open();
  }

  /** Rejects with what the operator is told when the agent can't start. */
  async start(): Promise<void> {
    const { local, http, dns } = await this.#running;
    local.start();
    this.#parts.tell({ kind: 'started', http: http.addresses, dns: dns.addresses });
  }

  async #open(): Promise<Running> {
    const parts = this.#parts;
    const mode = this.#mode;
    const closing = this.#closing;
    closing.add('mode', () => mode.stop());
    closing.add('metric sinks', this.#feedSinks());
    closing.add('certificate expiry', () => this.#expiry.stop());
    closing.add('checks', (deadlineMs) => parts.shards.stop(Math.min(CHECKS_STOP_MS, deadlineMs / 2)));
    await mode.recovered;
    await mode.listen(closing);
    const local = await this.#openLocal();
    const dns = await openDns(parts, mode, closing);
    const grpc = await openGrpc(parts, mode, dns, closing);
    // Last: whoever waits until an agent answers over HTTP finds its other ports open.
    const http = await openHttp(parts, mode, local, closing);
    if (mode.readers !== null) openReaders(mode.readers, http, dns, parts.tokens);
    return { local, http, dns, grpc };
  }

  async #openLocal(): Promise<LocalAgent> {
    const { settings, telemetry, logger, gossip, shards, tokens } = this.#parts;
    const local = await LocalAgent.open({
      config: settings.current,
      logger,
      metrics: telemetry.metrics,
      calls: this.#mode.calls,
      runner: shards,
      tokens,
      acls: this.#mode.acls,
      clusterSize: () => gossip.lan.size,
    });
    this.#closing.add('local services', () => local.stop());
    this.#mode.onServerUp(() => local.serverUp());
    gossip.setServices(() => local.state.serviceDefinitions());
    return local;
  }

  /** What the process itself says is in no thread's report. */
  #feedSinks(): () => void {
    const sinks = this.#sinks;
    if (sinks.isEmpty) return () => {};
    const timer = setInterval(
      () => sinks.send({ gauges: runtimeGauges(), counters: [], samples: [] }),
      RUNTIME_GAUGES_MS,
    );
    timer.unref();
    return () => {
      clearInterval(timer);
      sinks.close();
    };
  }

  receive(message: MainToState): void {
    const { telemetry, shards, metrics, logStream, gossip, control, leaveSteps, tell } = this.#parts;
    switch (message.kind) {
      case 'stop':
        void this.#stop(message.deadlineMs);
        return;
      case 'reload':
        void this.#reload(message.config);
        return;
      case 'log-level':
        telemetry.setLevel(message.level);
        shards.setLevel(message.level);
        return;
      case 'metrics':
        metrics.add(message.report);
        this.#sinks.send(message.report);
        return;
      case 'dump-metrics':
        this.#dumpMetrics();
        return;
      case 'log':
        logStream.deliver(message.records);
        return;
      case 'members':
      case 'server-suspected':
      case 'user-event':
      case 'coordinate':
        gossip.receive(message);
        return;
      case 'check-shard-lost':
        shards.lost(message.shard);
        return;
      case 'leave-step':
        void leaveSteps.carryOut(message.step).finally(() => tell({ kind: 'leave-step-done', step: message.step }));
        return;
      case 'control-answer':
        control.answered(message);
        return;
    }
  }

  /** Not by Node's stream, which would hold up main where nobody reads; and one at a time, since each may keep a thread of the pool. */
  #dumpMetrics(): void {
    if (this.#isDumping) return;
    this.#isDumping = true;
    const text = binText(this.#parts.metrics.shown, new MetricNames(this.#files.telemetry));
    fs.write(STDERR, text, () => {
      this.#isDumping = false;
    });
  }

  /** The agent's own definitions first: they are judged, and when one can't be nothing has changed anywhere. */
  async #reload(config: RuntimeConfig): Promise<void> {
    const { local, http, dns, grpc } = await this.#running;
    const error = await local.reload(config);
    if (error === null) {
      this.#files = config;
      this.#sinks.reload(config.telemetry);
      this.#parts.tokens.configure(configuredSecrets(config));
      const configured = this.#configure();
      http.reload(configured);
      dns.reload(configured);
      grpc.reload(configured);
      this.#mode.reload(config);
    }
    this.#parts.tell({ kind: 'reloaded', error });
  }

  /** Since the agent was given something; what isn't open yet will be opened so. */
  #reconfigure(): void {
    this.#configure();
    // Who can't be opened has told so.
    this.#running
      .then(({ http, grpc }) => {
        http.reload(this.#parts.settings.current);
        grpc.reload(this.#parts.settings.current);
      })
      .catch(() => {});
  }

  #configure(): RuntimeConfig {
    const configured = this.#mode.configured(this.#files);
    this.#parts.settings.current = configured;
    this.#parts.shards.setTls(checkTls(configured));
    this.#expiry.watch(configured);
    return configured;
  }

  /** Listeners first, so that nothing new comes in; then what was acknowledged is brought to rest. */
  async #stop(deadlineMs: number): Promise<void> {
    this.#mode.rest();
    await this.#closing.run(deadlineMs);
    await this.#parts.telemetry.finish();
    this.#parts.tell({ kind: 'stopped' });
  }
}
