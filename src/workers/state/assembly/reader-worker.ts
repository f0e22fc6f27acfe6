// A reader put together: beside a server's state worker, the primary, it answers reads over HTTP and DNS from a replica of its own,
// on the same ports, by the same endpoints and methods. Everything else goes to the primary.

import type { Logger } from '../../../observe/logger.js';
import type { Telemetry } from '../../../observe/worker-telemetry.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import { AppliedProgress } from '../../../wire/raft/applied-progress.js';
import { Role } from '../../../wire/raft/leadership.js';
import type { FromReader, ReaderWord, SharedListeners, ToReader } from '../../../wire/readers/reader-port.js';
import type { MainToReader, ReaderToMain, ReaderWorkerData } from '../../../wire/readers/reader-worker.js';
import { RequestRates } from '../../../wire/readers/request-rates.js';
import type { Calls } from '../calls/calls.js';
import { LimitedCalls } from '../calls/limited-calls.js';
import { localReads } from '../calls/local-reads.js';
import { ReaderCalls } from '../calls/reader-calls.js';
import { RequestLimits } from '../calls/request-limits.js';
import { FreshResponder } from '../dns/fresh-responder.js';
import { HandedQuestions } from '../dns/handed-questions.js';
import { Responder } from '../dns/responder.js';
import { DnsServer } from '../dns/server.js';
import { HandingOver } from '../http/hand-over/handing-over.js';
import { TurnBatch } from '../http/hand-over/turn-batch.js';
import { HttpServer } from '../http/http-server.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import { KeepingUp } from '../replica/keeping-up.js';
import { openReplica, type Replica } from '../replica/replica.js';
import { SharedCounts } from '../sockets/shared-counts.js';
import { AgentTokens } from '../tokens/agent-tokens.js';
import { HandedSecrets } from '../tokens/handed-secrets.js';
import { primaryAcls } from './asked-acls.js';
import { configuredSecrets } from './own-tokens.js';
import { readerEndpoints } from './reader-endpoints.js';
import { mayServe } from './reader-serves.js';
import { serverAcls } from './server-acls.js';
import { httpsOptions } from './tls/https-options.js';

interface Listening {
  readonly http: HttpServer;
  readonly dns: DnsServer;
}

export class ReaderWorker {
  readonly #data: ReaderWorkerData;
  readonly #telemetry: Telemetry;
  readonly #logger: Logger;
  readonly #keepingUp: KeepingUp;
  readonly #replica: Replica;
  readonly #batch: TurnBatch<ReaderWord>;
  readonly #requests: HandingOver;
  readonly #questions: HandedQuestions;
  readonly #secrets: HandedSecrets;
  readonly #tokens: AgentTokens;
  readonly #acls: TokenResolver;
  #config: RuntimeConfig;
  /** What listens, or is about to. */
  #listening: Promise<Listening> | null = null;
  #closed: Promise<void> | null = null;

  constructor(data: ReaderWorkerData, telemetry: Telemetry) {
    this.#data = data;
    this.#telemetry = telemetry;
    this.#logger = telemetry.logger;
    this.#config = data.config;
    this.#tokens = new AgentTokens(configuredSecrets(data.config));
    this.#keepingUp = new KeepingUp(new AppliedProgress(data.progress));
    // The log and its roles are the primary's to follow.
    const events = { started: () => {}, role: () => {}, fatal: (text: string) => this.#fatal(text) };
    const { rpcHoldTimeoutMs } = data.config;
    this.#replica = openReplica(
      data.raft,
      events,
      rpcHoldTimeoutMs,
      this.#logger.child('reader'),
      null,
      this.#keepingUp,
    );
    this.#batch = new TurnBatch<ReaderWord>(data.primary);
    const post = (message: FromReader): void => this.#batch.add(message);
    this.#secrets = new HandedSecrets(post);
    const elsewhere = primaryAcls(data.config, (secret) => this.#secrets.ask(secret));
    this.#acls = serverAcls(data.config, this.#tokens, this.#replica, elsewhere);
    this.#requests = new HandingOver({ add: post });
    this.#questions = new HandedQuestions(post);
    data.primary.on('message', (messages: readonly ToReader[]) => {
      for (const message of messages) this.#hear(message);
    });
  }

  receive(message: MainToReader): void {
    switch (message.kind) {
      case 'stop':
        void this.#stop(message.deadlineMs);
        return;
      case 'log-level':
        this.#telemetry.setLevel(message.level);
        return;
      case 'reload':
        this.#reload(message.config);
        return;
    }
  }

  #hear(message: ToReader): void {
    if (this.#requests.receive(message)) return;
    switch (message.kind) {
      case 'dns':
        this.#questions.answered(message.id, message.reply);
        return;
      case 'judged':
        this.#secrets.answered(message);
        return;
      case 'listen':
        this.#listen(message.listeners).catch((error: unknown) => {
          this.#fatal(error instanceof Error ? error.message : String(error));
        });
        return;
      case 'tokens':
        this.#tokens.configure(message.secrets);
        return;
      case 'close':
        void this.#close(message.deadlineMs).finally(() => this.#batch.add({ kind: 'closed' }));
        return;
    }
  }

  /** Not before everything is here that the primary has: until then each read would wait for it. */
  async #listen(listeners: SharedListeners): Promise<void> {
    await this.#keepingUp.wait();
    if (this.#closed !== null) return;
    this.#listening = this.#open(listeners);
    await this.#listening;
    this.#logger.info('reader answers', 'thread', this.#data.context.name);
  }

  async #open(listeners: SharedListeners): Promise<Listening> {
    const http = this.#openHttp(listeners);
    const dns = this.#openDns(listeners);
    await http.listen();
    await dns.listen();
    return { http, dns };
  }

  #openHttp({ http: listeners, https, clients }: SharedListeners): HttpServer {
    const { consensus } = this.#replica;
    const calls = this.#askedCalls();
    return new HttpServer({
      table: readerEndpoints(calls, () => this.#config),
      settings: { ...this.#config, http: { ...this.#config.http, listeners } },
      tokens: this.#tokens,
      acls: this.#acls,
      calls,
      knowsServers: () => true,
      logger: this.#logger,
      metrics: this.#telemetry.metrics,
      shared: { place: 'beside', clients: new SharedCounts(clients) },
      https: httpsOptions(this.#config, https, this.#logger, this.#telemetry.metrics),
      handOver: {
        serves: (query) => mayServe(query, this.#config, consensus.leadership),
        take: (exchange) => this.#requests.take(exchange),
      },
    });
  }

  /** Counted with what comes to the primary. */
  #askedCalls(): Calls {
    const { store, consensus } = this.#replica;
    const { metrics } = this.#telemetry;
    const limits = new RequestLimits({
      rates: new RequestRates(this.#data.requestRates),
      settings: () => this.#config.limits.requestLimits,
      isLeader: () => consensus.leadership.role === Role.leader,
      metrics,
      logger: this.#logger.child('server.rpc-rate-limit'),
    });
    return new LimitedCalls(new ReaderCalls(store, consensus, this.#keepingUp, this.#acls, metrics), limits);
  }

  #openDns({ dns: listeners }: SharedListeners): DnsServer {
    const { store, consensus } = this.#replica;
    const { datacenter, nodeName } = this.#config;
    const local = localReads({
      store,
      consensus,
      keepingUp: this.#keepingUp,
      tokens: this.#acls,
      secret: () => this.#tokens.dns,
    });
    return new DnsServer({
      config: { ...this.#config.dns, listeners },
      answers: (given, staleQuery) =>
        new FreshResponder({
          config: given.config,
          local,
          near: new Responder({ ...given, local }),
          far: { respond: (packet, _transport, asker) => this.#questions.ask(packet, asker), reload: () => {} },
          staleQuery,
        }),
      datacenter,
      nodeName,
      metrics: this.#telemetry.metrics,
      logger: this.#logger,
      sharing: 'beside',
    });
  }

  #reload(config: RuntimeConfig): void {
    this.#config = config;
    void this.#listening?.then(
      ({ http, dns }) => {
        http.reload(config);
        http.reloadTls(config.tls.https);
        dns.reload(config.dns);
      },
      () => {},
    );
  }

  /** Once, whoever asks for it first. */
  #close(deadlineMs: number): Promise<void> {
    this.#closed ??= this.#closeListeners(deadlineMs);
    return this.#closed;
  }

  async #closeListeners(deadlineMs: number): Promise<void> {
    const listening = await this.#listening?.catch(() => null);
    await listening?.dns.close();
    await listening?.http.close(deadlineMs);
  }

  async #stop(deadlineMs: number): Promise<void> {
    await this.#close(deadlineMs);
    this.#replica.consensus.stop();
    await this.#telemetry.finish();
    this.#tell({ kind: 'stopped' });
  }

  #fatal(text: string): void {
    this.#tell({ kind: 'fatal', text });
  }

  #tell(message: ReaderToMain): void {
    this.#data.context.port.postMessage(message);
  }
}
