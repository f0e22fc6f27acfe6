// An agent's local part on the real state store, with a leader that is one function call away, a clock that tests move, and
// its log lines as text.

import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import type { CheckResult } from '../../../../../src/wire/checks/check-port.js';
import type { CheckTask } from '../../../../../src/wire/checks/check-task.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import type { RuntimeConfig } from '../../../../../src/wire/config.js';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import type { LogLevel, LogValue } from '../../../../../src/wire/thread-port.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import type { CheckOwner, CheckRunner } from '../../../../../src/workers/state/local/checks/check-task.js';
import { LocalAgent } from '../../../../../src/workers/state/local/local-agent.js';
import type { SyncTokens } from '../../../../../src/workers/state/local/sync/sync-requests.js';
import { noAcls, type TokenResolver } from '../../../../../src/workers/state/methods/contract/token-resolver.js';
import type { Consensus, ProposeFailure, ProposeOutcome } from '../../../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeClock } from './fake-clock.js';

export const NODE_ID = '11111111-2222-4333-8444-555555555555';

/** The keys of the configuration that the local part looks at. */
export type LocalConfig = Pick<
  RuntimeConfig,
  | 'version'
  | 'datacenter'
  | 'primaryDatacenter'
  | 'nodeName'
  | 'nodeId'
  | 'nodeMeta'
  | 'dataDir'
  | 'advertiseAddress'
  | 'advertiseAddressWan'
  | 'taggedAddresses'
  | 'checkUpdateIntervalMs'
  | 'checkOutputMaxSize'
  | 'discardCheckOutput'
  | 'enableScriptChecks'
  | 'enableLocalScriptChecks'
  | 'centralServiceConfig'
  | 'sidecarPorts'
  | 'definitions'
>;

const DEFAULTS: LocalConfig = {
  version: '1.21.4',
  datacenter: 'dc1',
  primaryDatacenter: 'dc1',
  nodeName: 'node1',
  nodeId: NODE_ID,
  nodeMeta: {},
  dataDir: null,
  advertiseAddress: '127.0.0.1',
  advertiseAddressWan: '127.0.0.1',
  taggedAddresses: {},
  checkUpdateIntervalMs: 300_000,
  checkOutputMaxSize: 4096,
  discardCheckOutput: false,
  enableScriptChecks: false,
  enableLocalScriptChecks: false,
  centralServiceConfig: true,
  sidecarPorts: { first: 21_000, last: 21_255 },
  definitions: { services: [], checks: [], nodeMeta: {} },
};

export function localConfig(changes: Partial<LocalConfig> = {}): RuntimeConfig {
  return { ...DEFAULTS, ...changes } as RuntimeConfig;
}

/** Applies every command at once, or refuses all while `failure` is set. */
export class FakeLeader implements Consensus {
  readonly leadership = new Leadership();
  readonly store = new StateStore();
  readonly proposed: Command[] = [];
  failure: ProposeFailure | null = null;
  /** What it says of itself: a leader that is gone without knowing has none. */
  obstacle: ProposeFailure | null = null;
  /** What applying answers instead, by the ID of the service or check. */
  readonly errors = new Map<string, string>();
  /** Commands that came, also those that were refused. */
  attempts = 0;
  outstanding = 0;
  mostOutstanding = 0;
  #index = 0;

  constructor() {
    this.leadership.setRole(Role.leader, 1, true);
    this.leadership.setUnboundedLease(true);
  }

  awaitLeader(): Promise<ProposeFailure | null> {
    return Promise.resolve(this.obstacle);
  }

  verifyLeader(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async propose(command: Command): Promise<ProposeOutcome> {
    this.attempts += 1;
    const services = servicesIn(command);
    this.outstanding += services;
    this.mostOutstanding = Math.max(this.mostOutstanding, this.outstanding);
    await new Promise((resolve) => setImmediate(resolve));
    this.outstanding -= services;
    if (this.failure !== null) return { ok: false, code: this.failure };
    this.proposed.push(command);
    const refusal = this.#refusal(command);
    if (refusal !== undefined) return { ok: true, index: this.#index, result: { kind: 'error', text: refusal } };
    return this.applyNow(command);
  }

  flush(): void {}

  applyNow(command: Command): Extract<ProposeOutcome, { ok: true }> {
    this.#index += 1;
    const result = this.store.apply(this.#index, command);
    this.store.advance(this.#index);
    this.store.flush();
    return { ok: true, index: this.#index, result };
  }

  #refusal(command: Command): string | undefined {
    if (command.type === 0) {
      const { Service, Check, Checks } = command.body;
      return this.errors.get(Service?.ID ?? Check?.CheckID ?? Checks?.[0]?.CheckID ?? '');
    }
    return command.type === 1 ? this.errors.get(command.body.ServiceID || command.body.CheckID) : undefined;
  }
}

/** A transaction is as many writes as it has services. */
function servicesIn(command: Command): number {
  return command.type === CommandType.txn
    ? (command.body.Ops ?? []).filter(({ Service }) => Service !== null).length
    : 1;
}

export class FakeRunner implements CheckRunner {
  readonly tasks = new Map<number, CheckTask>();
  added = 0;
  #owner: CheckOwner | null = null;

  serve(owner: CheckOwner): void {
    this.#owner = owner;
  }

  run(key: number): void {
    const task = this.#owner?.task(key);
    if (!task) return;
    this.added += 1;
    this.tasks.set(key, task);
  }

  end(key: number): void {
    this.tasks.delete(key);
  }

  /** Tells what a probe found. */
  report(results: readonly CheckResult[]): void {
    this.#owner?.hear(results);
  }

  /** The task of a check. */
  of(checkId: string): CheckTask | undefined {
    return [...this.tasks.values()].find((task) => task.checkId === checkId);
  }
}

const LEVELS: { readonly [level in LogLevel]: string } = {
  trace: '[TRACE]',
  debug: '[DEBUG]',
  info: '[INFO] ',
  warn: '[WARN] ',
  error: '[ERROR]',
};

function fieldText(value: string | LogValue | undefined): string {
  const text = String(value);
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}

export interface Fixture {
  readonly local: LocalAgent;
  readonly leader: FakeLeader;
  readonly runner: FakeRunner;
  readonly clock: FakeClock;
  /** Lines so far, as the log shows them; emptied by taking them. */
  readonly takeLog: () => string[];
  readonly metrics: Metrics;
}

export interface FixtureOptions {
  readonly config?: Partial<LocalConfig>;
  readonly leader?: FakeLeader;
  /** In place of calls answered by `leader`. */
  readonly calls?: Calls;
  readonly runner?: FakeRunner;
  readonly clock?: FakeClock;
  readonly level?: LogLevel;
  readonly members?: number;
  readonly tokens?: SyncTokens;
  readonly acls?: TokenResolver;
}

export async function openLocal(options: FixtureOptions = {}): Promise<Fixture> {
  const leader = options.leader ?? new FakeLeader();
  const clock = options.clock ?? new FakeClock();
  const runner = options.runner ?? new FakeRunner();
  const metrics = new Metrics();
  let lines: string[] = [];
  const sink = new LogSink(options.level ?? 'debug', ({ level, name, message, fields }) => {
    const pairs: string[] = [];
    for (let at = 0; at < fields.length; at += 2) pairs.push(`${String(fields[at])}=${fieldText(fields[at + 1])}`);
    lines.push(`${LEVELS[level]} ${name}: ${message}${pairs.length > 0 ? `: ${pairs.join(' ')}` : ''}`);
  });
  const local = await LocalAgent.open({
    config: localConfig(options.config),
    logger: new Logger('agent', sink),
    metrics,
    calls: options.calls ?? testCalls({ store: leader.store, consensus: leader }),
    runner,
    tokens: options.tokens ?? { agent: '', default: '', configFileRegistration: '' },
    acls: options.acls ?? noAcls,
    clusterSize: () => options.members ?? 1,
    clock,
    random: () => 0.5,
    partialIntervalMs: 0,
  });
  const takeLog = (): string[] => {
    const taken = lines;
    lines = [];
    return taken;
  };
  return { local, leader, runner, clock, takeLog, metrics };
}
