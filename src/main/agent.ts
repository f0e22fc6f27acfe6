// The agent process as a whole: starts what the mode needs, carries signals and API orders out, and ends with the documented
// exit codes (spec/agent.md, section 1). This thread parses no request and waits for no disk while it runs: it is the one the
// failure detector lives on.

import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Closing, endsWithin } from '../lifecycle/closing.js';
import { startCpuProfile } from '../observe/cpu-profile.js';
import type { Logger } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { unpackLines } from '../observe/packed-lines.js';
import { errorDetail, surviveSurprises } from '../observe/surprise.js';
import { reportEverySecond } from '../observe/worker-telemetry.js';
import type { RuntimeConfig } from '../wire/config.js';
import type { RaftToMain } from '../wire/raft/raft-worker.js';
import type { ReaderToMain } from '../wire/readers/reader-worker.js';
import type { LeaveStep, StateToMain } from '../wire/state-worker.js';
import type { WorkerToMain } from '../wire/thread-port.js';
import { renderBanner } from './banner.js';
import type { BegunThreads } from './begun-threads.js';
import { CheckPool } from './check-pool.js';
import { type ConfigPaths, watchFiles } from './config/file-watch.js';
import type { Reloaded } from './config/reload.js';
import { afterBanner, notServed } from './config/start-checks.js';
import { leave } from './leave.js';
import { LogFanOut } from './logging/fan-out.js';
import { Orders } from './orders.js';
import { ownEnvironment } from './own-environment.js';
import { holdPidFile } from './pid-file.js';
import { GossipPools } from './pools/gossip-pools.js';
import { Reloads } from './reloads.js';
import { recordPresence, rejoinProblem } from './server-metadata.js';
import { type StopSignal, takeSignals } from './signals.js';
import { notStarted, startThreads, type Threads } from './threads.js';

export interface AgentOptions {
  readonly config: RuntimeConfig;
  /** They load their programs since the configuration is known. */
  readonly threads: BegunThreads;
  readonly readersAnswerDns: boolean;
  readonly warnings: readonly string[];
  /** Where the configuration came from. */
  readonly files: ConfigPaths;
  /** Reads all files again with the original command line; given is what the agent runs with. */
  readonly reload: (running: RuntimeConfig) => Reloaded;
}

const STOP_DEADLINE_MS = 5_000;
/** How often, and how far apart, a server says that it was away for too long. */
const REJOIN_REFUSALS = 6;
const REJOIN_REFUSAL_MS = 10_000;
/** All of the stop: threads that don't keep to the deadline cost some time more, one after the other. */
const CLOSING_DEADLINE_MS = 16_000;
/** For the log, which may be written to a pipe that nobody reads. */
const LAST_WORDS_MS = 2_000;

/** Runs until the process is told to end; resolves with its exit code. */
export function runAgent(options: AgentOptions): Promise<number> {
  return new Promise((resolve) => {
    new Agent(options, resolve).start();
  });
}

class Agent {
  #config: RuntimeConfig;
  readonly #warnings: readonly string[];
  readonly #exit: (code: number) => void;
  readonly #logs: LogFanOut;
  readonly #log: Logger;
  readonly #metrics = new Metrics();
  readonly #checks: CheckPool;
  readonly #pools: GossipPools;
  readonly #reloads: Reloads;
  readonly #orders: Orders;
  readonly #closing: Closing;
  readonly #begun: BegunThreads;
  readonly #readersAnswerDns: boolean;
  readonly #files: ConfigPaths;
  #threads: Threads = notStarted;
  /** Threads that didn't end when they were told to. */
  #stuck: readonly string[] = [];
  #running = false;
  #ending = false;
  /** The one leave, however often it is asked for; false when it took too long. */
  #leaving: Promise<boolean> | null = null;
  readonly #leaveStepsDone = new Map<LeaveStep, () => void>();

  constructor(options: AgentOptions, exit: (code: number) => void) {
    const { config, threads, readersAnswerDns, warnings, files, reload } = options;
    this.#files = files;
    this.#config = config;
    this.#begun = threads;
    this.#readersAnswerDns = readersAnswerDns;
    this.#warnings = warnings;
    this.#exit = exit;
    this.#logs = new LogFanOut({
      config: config.log,
      toMonitors: (records) => this.#threads.toState({ kind: 'log', records }),
      setThreadLevel: (level) => this.#threads.setLogLevel(level),
    });
    this.#log = this.#logs.logger;
    this.#closing = new Closing(this.#log);
    this.#profile();
    this.#checks = this.#makeCheckPool();
    this.#pools = new GossipPools({
      config,
      logger: this.#log,
      metrics: this.#metrics,
      tell: (message) => this.#threads.toState(message),
      onJoinExhausted: (text) => this.#fatal(text, 'Retry join failed'),
    });
    this.#reloads = new Reloads({
      logger: this.#log,
      read: () => reload(this.#config),
      propose: (proposed) => this.#threads.toState({ kind: 'reload', config: proposed }),
      takeOver: (accepted) => this.#takeOver(accepted),
    });
    this.#orders = new Orders({
      logger: this.#log,
      pools: this.#pools,
      reload: () => this.#reloads.reload(),
      leave: async () => {
        await this.#leave();
        // The answer goes out first.
        setImmediate(() => void this.#shutdown(0));
      },
    });
  }

  #profile(): void {
    const endProfile = startCpuProfile('main');
    this.#closing.add('CPU profile', () =>
      endProfile?.().catch((error: unknown) => this.#log.warn('no CPU profile', 'error', String(error))),
    );
  }

  #makeCheckPool(): CheckPool {
    const checks = new CheckPool({
      maxThreads: Math.max(1, availableParallelism()),
      logLevel: () => this.#config.log.level,
      environment: ownEnvironment(),
      onMessage: (message) => this.#fromWorker(message),
      onLost: (shard, reason) => this.#checkShardLost(shard, reason),
    });
    this.#closing.add('check workers', () => checks.stop());
    return checks;
  }

  start(): void {
    takeSignals(this.#log, {
      reload: () => this.#reloadSignal(),
      stop: (signal) => this.#stopSignal(signal),
      dumpMetrics: () => this.#threads.toState({ kind: 'dump-metrics' }),
    });
    if (!this.#config.log.json) process.stdout.write(renderBanner(this.#config));
    this.#logs.open();
    for (const warning of [...this.#warnings, ...notServed(this.#config)]) this.#log.warn(warning);
    const problem = afterBanner(this.#config);
    if (problem) {
      this.#fatal(problem);
      return;
    }
    this.#open().catch((error: unknown) => this.#fatal(errorDetail(error)));
  }

  /** The pools first: whoever asks the other threads is told of members, and a port in use ends the start early. */
  async #open(): Promise<void> {
    const problem = (await this.#lockDataDir()) ?? (await this.#mayRejoin()) ?? (await this.#openPools());
    if (this.#ending) return;
    if (problem !== null) {
      this.#fatal(problem);
      return;
    }
    this.#threads = startThreads(this.#config, this.#begun, this.#readersAnswerDns, {
      fromState: (message) => this.#fromState(message),
      fromOthers: (message) => this.#fromOthers(message),
      lost: (name, reason) => this.#threadLost(name, reason),
    });
    this.#closing.add('threads', async () => {
      this.#stuck = await this.#threads.stop(STOP_DEADLINE_MS);
    });
    this.#pools.publish();
    const endReports = reportEverySecond('main', this.#metrics, (report) =>
      this.#threads.toState({ kind: 'metrics', report }),
    );
    this.#closing.add('metrics', endReports);
  }

  async #lockDataDir(): Promise<string | null> {
    const { dataDir } = this.#config;
    if (dataDir === null) return null;
    const { lockDataDir } = await import('./data-dir-lock.js');
    const lock = await lockDataDir(dataDir);
    if (!lock.ok) return lock.error;
    this.#closing.add('lock of the data directory', () => lock.release());
    return null;
  }

  /** A server that was away for too long says so for a while, for whoever looks on, before it ends. */
  async #mayRejoin(): Promise<string | null> {
    const { server, devMode, dataDir, serverRejoinAgeMaxMs } = this.#config;
    if (!server || devMode || dataDir === null) return null;
    const problem = rejoinProblem(dataDir, serverRejoinAgeMaxMs, this.#log);
    if (problem === null) {
      this.#closing.add('server metadata', recordPresence(dataDir, this.#log));
      return null;
    }
    for (let said = 0; said < REJOIN_REFUSALS && !this.#ending; said++) {
      this.#log.error('startup error', 'error', problem);
      await delay(REJOIN_REFUSAL_MS);
    }
    return problem;
  }

  #openPools(): Promise<string | null> {
    this.#closing.add('gossip pools', () => this.#pools.close());
    return this.#pools.open();
  }

  #fromWorker(message: WorkerToMain): void {
    if (message.kind === 'log') this.#logs.deliver(unpackLines(message.lines));
    else this.#threads.toState({ kind: 'metrics', report: message.report });
  }

  #fromOthers(message: RaftToMain | ReaderToMain): void {
    if (message.kind === 'fatal') this.#fatal(message.text);
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
        this.#fatal(message.text);
        return;
      case 'check-shard':
        void this.#checks.run(message.shard, message.concurrency, message.port);
        return;
      case 'monitor':
        this.#logs.setMonitored(message.level);
        return;
      case 'control':
        void this.#orders
          .answer(message.control)
          .then((answer) => this.#threads.toState({ kind: 'control-answer', request: message.request, answer }));
        return;
      case 'new-leader':
        this.#pools.newLeader();
        return;
      case 'leave-step-done':
        this.#leaveStepsDone.get(message.step)?.();
        return;
      case 'reloaded':
        this.#reloads.judged(message.error);
        return;
      case 'stopped':
        return;
    }
  }

  #started(): void {
    const problem = holdPidFile(this.#config.pidFile, this.#closing, this.#log);
    if (problem !== null) {
      this.#fatal(problem);
      return;
    }
    this.#running = true;
    surviveSurprises(this.#log);
    this.#watchFiles();
    this.#log.info('Consul agent running!');
  }

  /** Both for errors at the start and for resources that died later: this process can't go on. */
  #fatal(text: string, what = this.#running ? 'Fatal error' : 'Error starting agent'): void {
    if (this.#ending) return;
    this.#log.error(what, 'error', text);
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
    this.#threads.toState({ kind: 'check-shard-lost', shard });
  }

  #watchFiles(): void {
    if (!this.#config.autoReloadConfig) return;
    const end = watchFiles({
      config: this.#files,
      others: () => {
        const { internalRpc, https, grpc } = this.#config.tls;
        return [internalRpc, https, grpc].flatMap((tls) => [tls.caFile, tls.caPath, tls.certFile, tls.keyFile]);
      },
      changed: () => this.#reloadSignal(),
    });
    this.#closing.add('file watch', end);
  }

  #reloadSignal(): void {
    if (!this.#running) {
      this.#log.error('cannot reload before agent started');
      return;
    }
    void this.#reloads.reload().then((answer) => {
      if (!answer.ok) this.#log.error('Reload config failed', 'error', answer.error);
    });
  }

  #stopSignal(signal: StopSignal): void {
    if (this.#leaving !== null) {
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

  #leave(): Promise<boolean> {
    const step = (step: LeaveStep): Promise<void> =>
      new Promise((resolve) => {
        this.#leaveStepsDone.set(step, resolve);
        this.#threads.toState({ kind: 'leave-step', step });
      });
    this.#leaving ??= leave(this.#config, this.#pools, step, this.#log);
    return this.#leaving;
  }

  #takeOver(config: RuntimeConfig): void {
    this.#config = config;
    this.#logs.setConfigured(config.log.level);
    this.#threads.reload(config);
    this.#pools.reload(config);
  }

  async #shutdown(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const mode = this.#config.server ? 'server' : 'client';
    this.#log.info('Requesting shutdown');
    this.#log.child(mode).info(`shutting down ${mode}`);
    const late = await this.#closing.run(CLOSING_DEADLINE_MS);
    this.#log.info(`consul ${mode} down`);
    this.#log.info('shutdown complete');
    const stuck = [...this.#stuck, ...late];
    if (stuck.length > 0) this.#log.error('does not end, killing this process', 'thread', stuck.join(', '));
    else this.#log.info('Exit code', 'code', code);
    await endsWithin(LAST_WORDS_MS, this.#logs.close());
    // An exit waits for each thread, and its one order to end may be lost on a thread that doesn't come to rest.
    if (stuck.length > 0) process.kill(process.pid, 'SIGKILL');
    else this.#exit(code);
  }
}
