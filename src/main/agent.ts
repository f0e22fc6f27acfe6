// The agent process as a whole: starts the threads the mode needs, carries signals and API orders out, and ends with the
// documented exit codes (spec/agent.md, section 1). This thread parses no request and waits for no disk while it runs: it
// is the one the failure detector lives on.

import { availableParallelism } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import { joinHostPort } from '../gotext/host-port.js';
import { startCpuProfile } from '../observe/cpu-profile.js';
import { Logger, LogSink, reaches } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { errorDetail, surviveSurprises } from '../observe/surprise.js';
import { reportEverySecond } from '../observe/worker-telemetry.js';
import type { RuntimeConfig } from '../wire/config.js';
import { Leadership } from '../wire/leadership.js';
import type { MainToRaft, RaftToMain, RaftWorkerData } from '../wire/raft-worker.js';
import type { ControlAnswer, ControlRequest, MainToState, StateToMain, StateWorkerData } from '../wire/state-worker.js';
import type { LogLevel, LogRecord, WorkerToMain } from '../wire/thread-port.js';
import { renderBanner } from './banner.js';
import { CheckPool } from './check-pool.js';
import type { Reloaded } from './config/reload.js';
import { afterBanner, notServed } from './config/start-checks.js';
import { lockDataDir } from './data-dir-lock.js';
import { LogWriter } from './logging/writer.js';
import { removePidFile, writePidFile } from './pid-file.js';
import { GossipPools } from './pools/gossip-pools.js';
import { SupervisedWorker } from './supervised-worker.js';

export interface AgentOptions {
  readonly config: RuntimeConfig;
  readonly warnings: readonly string[];
  /** Reads all files again with the original command line; given is what the agent runs with. */
  readonly reload: (running: RuntimeConfig) => Reloaded;
}

const STOP_DEADLINE_MS = 5_000;
/** A leave that takes longer ends with code 1. */
const LEAVE_DEADLINE_MS = 15_000;
const SIGNAL_NAMES = { SIGINT: 'interrupt', SIGTERM: 'terminated', SIGHUP: 'hangup' } as const;
type StopSignal = 'SIGINT' | 'SIGTERM';

/** Runs until the process is told to end; resolves with its exit code. */
export function runAgent(options: AgentOptions): Promise<number> {
  return new Promise((resolve) => {
    new Agent(options, resolve).start();
  });
}

class Agent {
  #config: RuntimeConfig;
  readonly #reloadFiles: AgentOptions['reload'];
  readonly #warnings: readonly string[];
  readonly #exit: (code: number) => void;
  readonly #writer: LogWriter;
  readonly #sink: LogSink;
  readonly #log: Logger;
  readonly #metrics = new Metrics();
  readonly #checks: CheckPool;
  readonly #pools: GossipPools;
  #state: SupervisedWorker<MainToState, StateToMain> | null = null;
  #raft: SupervisedWorker<MainToRaft, RaftToMain> | null = null;
  #endReports: () => void = () => {};
  #releaseDataDir: () => Promise<void> = () => Promise.resolve();
  readonly #endProfile = startCpuProfile('main');
  #monitorLevel: LogLevel | null = null;
  #running = false;
  #ending = false;
  #leaving = false;
  /** Reloads come one after the other. */
  #reloading: Promise<unknown> = Promise.resolve();
  /** Of the state worker, to the reload that runs. */
  #onReloaded: (error: string | null) => void = () => {};

  constructor(options: AgentOptions, exit: (code: number) => void) {
    this.#config = options.config;
    this.#warnings = options.warnings;
    this.#reloadFiles = options.reload;
    this.#exit = exit;
    this.#writer = new LogWriter(options.config.log);
    this.#sink = new LogSink(options.config.log.level, (record) => this.#write(record));
    this.#log = new Logger('agent', this.#sink);
    this.#checks = new CheckPool({
      maxThreads: Math.max(1, availableParallelism()),
      logLevel: () => this.#config.log.level,
      environment: ownEnvironment(),
      onMessage: (message) => this.#fromWorker(message),
      onLost: (shard, reason) => this.#checkShardLost(shard, reason),
    });
    this.#pools = new GossipPools({
      config: options.config,
      logger: this.#log,
      metrics: this.#metrics,
      tell: (message) => this.#state?.send(message),
      onFatal: (text) => this.#startFailed(text),
    });
  }

  start(): void {
    this.#handleSignals();
    if (!this.#config.log.json) process.stdout.write(renderBanner(this.#config));
    this.#writer.open();
    for (const warning of [...this.#warnings, ...notServed(this.#config)]) this.#log.warn(warning);
    const problem = afterBanner(this.#config);
    if (problem) {
      this.#startFailed(problem);
      return;
    }
    void this.#open();
  }

  /** The pools first: whoever asks the other threads is told of members, and a port in use ends the start early. */
  async #open(): Promise<void> {
    const problem = (await this.#lockDataDir()) ?? (await this.#pools.open());
    if (this.#ending) return;
    if (problem !== null) {
      this.#startFailed(problem);
      return;
    }
    this.#startThreads();
    this.#endReports = reportEverySecond('main', this.#metrics, (report) =>
      this.#state?.send({ kind: 'metrics', report }),
    );
  }

  async #lockDataDir(): Promise<string | null> {
    const { dataDir } = this.#config;
    if (dataDir === null) return null;
    const lock = await lockDataDir(dataDir);
    if (!lock.ok) return lock.error;
    this.#releaseDataDir = lock.release;
    return null;
  }

  #startThreads(): void {
    const config = this.#config;
    let raft: StateWorkerData['raft'] = null;
    if (config.server) {
      const leadership = new Leadership().buffer;
      const { port1, port2 } = new MessageChannel();
      raft = { port: port1, leadership };
      this.#raft = new SupervisedWorker<MainToRaft, RaftToMain>({
        name: 'raft',
        url: new URL('../workers/raft/worker.js', import.meta.url),
        data: (context): RaftWorkerData => ({
          context,
          statePort: port2,
          leadership,
          raft: config.raft,
          dataDir: config.devMode ? null : config.dataDir,
          serverId: config.nodeId,
          serverAddress: joinHostPort(config.advertiseAddress, config.ports.server),
          bootstrap: config.bootstrap || config.devMode || config.bootstrapExpect === 1,
          bootstrapExpect: config.bootstrapExpect,
        }),
        transfer: [port2],
        logLevel: config.log.level,
        onMessage: (message) => this.#fromRaft(message),
        onLost: (reason) => this.#threadLost('raft', reason),
      });
    }
    this.#state = new SupervisedWorker<MainToState, StateToMain>({
      name: 'state',
      url: new URL('../workers/state/worker.js', import.meta.url),
      data: (context): StateWorkerData => ({ context, config, raft }),
      transfer: raft ? [raft.port] : [],
      logLevel: config.log.level,
      onMessage: (message) => this.#fromState(message),
      onLost: (reason) => this.#threadLost('state', reason),
    });
    this.#pools.publish();
  }

  #write(record: LogRecord): void {
    this.#deliver([record]);
  }

  /** While a monitor listens below the configured level, threads make more lines than are written here. */
  #deliver(records: readonly LogRecord[]): void {
    const { level } = this.#config.log;
    for (const record of records) if (reaches(record.level, level)) this.#writer.write(record);
    if (this.#monitorLevel !== null) this.#state?.send({ kind: 'log', records });
  }

  #applyLogLevel(): void {
    const configured = this.#config.log.level;
    const monitored = this.#monitorLevel ?? configured;
    const level = reaches(monitored, configured) ? configured : monitored;
    this.#sink.setLevel(level);
    this.#raft?.send({ kind: 'log-level', level });
    this.#state?.send({ kind: 'log-level', level });
  }

  #fromWorker(message: WorkerToMain): void {
    if (message.kind === 'log') {
      this.#deliver(message.records);
    } else {
      this.#state?.send({ kind: 'metrics', report: message.report });
    }
  }

  #fromRaft(message: RaftToMain): void {
    if (message.kind === 'fatal') this.#startFailed(message.text);
    else if (message.kind === 'log' || message.kind === 'metrics') this.#fromWorker(message);
  }

  #fromState(message: StateToMain): void {
    switch (message.kind) {
      case 'log':
      case 'metrics':
        this.#fromWorker(message);
        return;
      case 'started':
        this.#started();
        return;
      case 'fatal':
        this.#startFailed(message.text);
        return;
      case 'check-shard':
        void this.#checks.run(message.shard, message.concurrency, message.port);
        return;
      case 'monitor':
        this.#monitorLevel = message.level;
        this.#applyLogLevel();
        return;
      case 'control':
        this.#control(message.control)
          .catch((error: unknown): ControlAnswer => {
            this.#log.error('unexpected error', 'operation', message.control.op, 'error', errorDetail(error));
            return { ok: false, error: String(error) };
          })
          .then((answer) => this.#state?.send({ kind: 'control-answer', request: message.request, answer }));
        return;
      case 'new-leader':
        this.#pools.newLeader();
        return;
      case 'reloaded':
        this.#onReloaded(message.error);
        return;
      case 'stopped':
        return;
    }
  }

  #started(): void {
    if (this.#config.pidFile) {
      const problem = writePidFile(this.#config.pidFile);
      if (problem) {
        this.#startFailed(problem);
        return;
      }
    }
    this.#running = true;
    surviveSurprises(this.#log);
    this.#log.info('Consul agent running!');
  }

  /** Both for errors at the start and for resources that died later: this process can't go on. */
  #startFailed(text: string): void {
    if (this.#ending) return;
    this.#log.error(this.#running ? 'Fatal error' : 'Error starting agent', 'error', text);
    void this.#shutdown(1);
  }

  #threadLost(name: string, reason: string): void {
    if (this.#ending) return;
    this.#log.error('thread ended unexpectedly', 'thread', name, 'error', reason);
    void this.#shutdown(1);
  }

  #checkShardLost(shard: number, reason: string): void {
    if (this.#ending) return;
    this.#log.warn('check worker ended, starting it again', 'shard', shard, 'error', reason);
    this.#state?.send({ kind: 'check-shard-lost', shard });
  }

  #handleSignals(): void {
    process.on('SIGPIPE', () => {});
    process.on('SIGHUP', () => {
      this.#log.info('Caught', 'signal', SIGNAL_NAMES.SIGHUP);
      if (!this.#running) return this.#log.error('cannot reload before agent started');
      void this.#reload().then((answer) => {
        if (!answer.ok) this.#log.error('Reload config failed', 'error', answer.error);
      });
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#stopSignal(signal));
  }

  #stopSignal(signal: StopSignal): void {
    this.#log.info('Caught', 'signal', SIGNAL_NAMES[signal]);
    if (this.#leaving) {
      this.#log.info('Caught second signal, Exiting');
      void this.#shutdown(1);
      return;
    }
    if (this.#ending) return;
    const graceful = signal === 'SIGINT' ? !this.#config.skipLeaveOnInterrupt : this.#config.leaveOnTerminate;
    if (!this.#running || !graceful) {
      this.#log.info('Graceful shutdown disabled. Exiting');
      void this.#shutdown(1);
      return;
    }
    this.#log.info('Gracefully shutting down agent...');
    void this.#leave().then((left) => {
      if (this.#ending) return;
      if (left) this.#log.info('Graceful exit completed');
      else this.#log.info('Timeout on graceful leave. Exiting');
      return this.#shutdown(left ? 0 : 1);
    });
  }

  async #control(control: ControlRequest): Promise<ControlAnswer> {
    switch (control.op) {
      case 'reload':
        return this.#reload();
      case 'leave':
        void this.#leave().then(() => this.#shutdown(0));
        return { ok: true, result: null };
      case 'join':
        return this.#pools.join(control);
      case 'force-leave':
        return this.#pools.forceLeave(control);
      case 'fire-event':
        return this.#pools.fireEvent(control);
      case 'keyring':
        return this.#pools.keyring(control);
      case 'pool-figures':
        return this.#pools.figures();
      case 'wan-coordinates':
        return this.#pools.wanCoordinates();
    }
  }

  /** Tells the peers that this agent goes, on purpose; false when that took too long. */
  async #leave(): Promise<boolean> {
    this.#leaving = true;
    const name = this.#config.server ? 'server' : 'client';
    const log = this.#log.child(name);
    log.info(`${name} starting leave`);
    const left = (async () => {
      await this.#pools.leave();
      if (!this.#config.server) return;
      log.info('Waiting to drain RPC traffic', 'drain_time', `${this.#config.leaveDrainTimeMs / 1000}s`);
      await delay(this.#config.leaveDrainTimeMs);
    })();
    return Promise.race([left.then(() => true), delay(LEAVE_DEADLINE_MS).then(() => false)]);
  }

  #reload(): Promise<ControlAnswer<'reload'>> {
    const reloaded = this.#reloading.then(() => this.#reloadNow());
    this.#reloading = reloaded;
    return reloaded;
  }

  /** The state worker first: it refuses definitions that can't be, and then nothing has changed anywhere. */
  async #reloadNow(): Promise<ControlAnswer<'reload'>> {
    this.#log.info('Reloading configuration...');
    const loaded = this.#readAgain();
    if (!loaded.ok) return { ok: false, error: loaded.error };
    const { config, warnings } = loaded;
    for (const warning of warnings) this.#log.warn(warning);
    const error = await new Promise<string | null>((resolve) => {
      this.#onReloaded = resolve;
      this.#state?.send({ kind: 'reload', config });
    });
    if (error !== null) return { ok: false, error };
    this.#config = config;
    this.#applyLogLevel();
    this.#raft?.send({ kind: 'reload', raft: config.raft });
    this.#pools.reload(config);
    return { ok: true, result: null };
  }

  #readAgain(): Reloaded {
    try {
      return this.#reloadFiles(this.#config);
    } catch (error) {
      return { ok: false, error: String(error) };
    }
  }

  async #shutdown(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const mode = this.#config.server ? 'server' : 'client';
    this.#log.info('Requesting shutdown');
    this.#log.child(mode).info(`shutting down ${mode}`);
    if (this.#running && this.#config.pidFile) {
      const problem = removePidFile(this.#config.pidFile);
      if (problem) this.#log.warn(problem);
    }
    this.#endReports();
    // The state worker first: it answers what is under way, which still needs the log.
    await this.#state?.stop({ kind: 'stop', deadlineMs: STOP_DEADLINE_MS - 1_000 }, STOP_DEADLINE_MS);
    await this.#raft?.stop({ kind: 'stop' }, STOP_DEADLINE_MS);
    await this.#pools.close();
    await this.#releaseDataDir();
    await this.#checks.stop();
    await this.#endProfile?.().catch((error: unknown) => this.#log.warn('no CPU profile', 'error', String(error)));
    this.#log.info(`consul ${mode} down`);
    this.#log.info('shutdown complete');
    this.#log.info('Exit code', 'code', code);
    await this.#writer.close();
    this.#exit(code);
  }
}

/** What scripts of checks inherit, and where proxies and the Docker engine are named. */
function ownEnvironment(): { [name: string]: string } {
  const environment: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  return environment;
}

/** Nothing waits for it when all else is done. */
function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
