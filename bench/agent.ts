// A Consul-compatible agent as its user starts it: lictor or the peer, with the same flags and the configuration file the row
// needs, on ports of its own, in a directory of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freePorts } from '../test/ports.js';
import { cleanUpLater } from './cleanup.js';
import { type ProcessMemory, readMemory } from './process-usage.js';

export type Engine = 'net' | 'uws';

/** A program that is measured: lictor with one of its HTTP engines, or the peer. */
export interface Subject {
  readonly name: string;
  readonly kind: 'lictor' | 'peer';
  readonly binary: string;
  /** Null for a peer: it has its own. */
  readonly engine: Engine | null;
  /** The binary is a profiler that runs the agent as a child of its own and works on when that has ended. */
  readonly profiler?: boolean;
}

export const NODE_NAME = 'bench';
const READY_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 15_000;
/** A profiler makes its report behind the agent's end. */
const PROFILER_STOP_DEADLINE_MS = 600_000;
const POLL_MS = 20;
const LOG_TAIL_BYTES = 4096;

/** What an agent has that isn't alone. */
export interface Place {
  readonly node: string;
  readonly ports: AgentPorts;
  /** `-retry-join`, each. */
  readonly join: readonly string[];
  /** Of a server: how many begin the cluster together. */
  readonly expect: number;
}

export interface AgentSpec {
  readonly mode: 'server' | 'client' | 'dev';
  readonly place?: Place;
  /** Contents of the configuration file, beside the HTTP engine. */
  readonly config?: { readonly [key: string]: unknown };
  /** `nothing`: the caller waits itself. A client agent has no leader to wait for. */
  readonly waitFor?: 'leader' | 'nothing';
  /** How long it may take to be ready, where that isn't a minute: beside hundreds of others it may. */
  readonly readyWithinMs?: number;
  readonly environment?: { readonly [name: string]: string };
}

export interface AgentPorts {
  readonly http: number;
  readonly dns: number;
  readonly server: number;
  readonly serfLan: number;
  readonly serfWan: number;
}

export async function choosePorts(): Promise<AgentPorts> {
  const [http = 0, dns = 0, server = 0, serfLan = 0, serfWan = 0] = await freePorts(5);
  return { http, dns, server, serfLan, serfWan };
}

export class Agent {
  readonly ports: AgentPorts;
  readonly url: string;
  /** On the clock of `performance.now`. */
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  readonly #logFile: string;
  readonly #stopDeadlineMs: number;
  #pid: number;
  readonly #kill: () => void;
  readonly #exited: Promise<void>;
  #isWanted = true;

  constructor(child: ChildProcess, ports: AgentPorts, logFile: string, stopDeadlineMs: number) {
    if (child.pid === undefined) throw new Error('the agent could not be started');
    this.#pid = child.pid;
    this.#stopDeadlineMs = stopDeadlineMs;
    this.ports = ports;
    this.url = `http://127.0.0.1:${ports.http}`;
    this.#child = child;
    this.#logFile = logFile;
    this.#kill = cleanUpLater(() => {
      if (!this.running) return;
      signal(this.#pid, 'SIGKILL');
      child.kill('SIGKILL');
    });
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** The agent's own, also where a profiler was started in its place. */
  get pid(): number {
    return this.#pid;
  }

  /** The profiler's child tells its process id in a file. */
  readPid(pidFile: string): void {
    this.#pid = Number(fs.readFileSync(pidFile, 'utf8'));
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** It ended, and nobody asked it to. */
  get isLost(): boolean {
    return this.#isWanted && !this.running;
  }

  memory(): ProcessMemory {
    return readMemory(this.#pid);
  }

  /** The end of what it wrote. */
  logTail(): string {
    return fs.readFileSync(this.#logFile, 'utf8').slice(-LOG_TAIL_BYTES);
  }

  /** The body of an answer that must be 200. */
  async get(target: string): Promise<string> {
    const response = await fetch(`${this.url}${target}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`GET ${target}: ${response.status} ${text.slice(0, 200)}`);
    return text;
  }

  async json(target: string): Promise<unknown> {
    return JSON.parse(await this.get(target));
  }

  async put(target: string, body: string): Promise<void> {
    const response = await fetch(`${this.url}${target}`, { method: 'PUT', body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`PUT ${target}: ${response.status} ${text.slice(0, 200)}`);
  }

  /** SIGKILL, as a machine dies. */
  async kill(): Promise<void> {
    this.#isWanted = false;
    signal(this.#pid, 'SIGKILL');
    await (this.running ? this.#exited : undefined);
  }

  /** SIGSTOP, until it is killed or stopped. */
  freeze(): void {
    signal(this.#pid, 'SIGSTOP');
  }

  /** SIGTERM, and SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    if (this.running) {
      signal(this.#pid, 'SIGTERM');
      // A frozen one hears of it then.
      signal(this.#pid, 'SIGCONT');
    }
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), this.#stopDeadlineMs);
    await (this.running ? this.#exited : undefined);
    clearTimeout(timer);
    this.#kill();
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** Starts `BINARY agent …`; `directory` is empty and belongs to this agent. `begun` is given its process, long before it is ready. */
export async function startAgent(
  subject: Subject,
  spec: AgentSpec,
  directory: string,
  begun: (agent: Agent) => void,
): Promise<Agent> {
  const ports = spec.place?.ports ?? (await choosePorts());
  const configFile = path.join(directory, 'bench.json');
  fs.writeFileSync(configFile, JSON.stringify(configuration(subject, spec)));
  const logFile = path.join(directory, 'agent.log');
  const pidFile = path.join(directory, 'agent.pid');
  const profiler = subject.profiler ?? false;
  const log = fs.openSync(logFile, 'w');
  const child = spawn(
    subject.binary,
    [
      'agent',
      ...modeFlags(spec, path.join(directory, 'data')),
      '-bind=127.0.0.1',
      `-node=${spec.place?.node ?? NODE_NAME}`,
      `-config-file=${configFile}`,
      `-http-port=${ports.http}`,
      `-dns-port=${ports.dns}`,
      `-server-port=${ports.server}`,
      `-serf-lan-port=${ports.serfLan}`,
      `-serf-wan-port=${ports.serfWan}`,
      '-grpc-port=-1',
      '-grpc-tls-port=-1',
      ...(profiler ? [`-pid-file=${pidFile}`] : []),
    ],
    { cwd: directory, stdio: ['ignore', log, log], env: { ...process.env, ...spec.environment } },
  );
  fs.closeSync(log);
  // Without a listener a missing binary would end this process; `pid` stays undefined then.
  child.on('error', () => {});
  if (child.pid === undefined) throw new Error(`${subject.binary} could not be started`);
  const deadlineMs = profiler ? PROFILER_STOP_DEADLINE_MS : STOP_DEADLINE_MS;
  const agent = new Agent(child, ports, logFile, deadlineMs);
  begun(agent);
  if (spec.waitFor === 'nothing') return agent;
  try {
    await waitUntilReady(agent, spec);
    if (profiler) agent.readPid(pidFile);
  } catch (error) {
    await agent.stop();
    throw new Error(`${subject.name}: ${String(error)}\n${agent.logTail()}`);
  }
  return agent;
}

function modeFlags({ mode, place }: AgentSpec, dataDir: string): string[] {
  if (mode === 'dev') return ['-dev'];
  const join = place?.join.map((address) => `-retry-join=${address}`) ?? [];
  const begin = place === undefined ? '-bootstrap' : `-bootstrap-expect=${place.expect}`;
  return [...(mode === 'server' ? ['-server', begin] : []), `-data-dir=${dataDir}`, ...join];
}

function configuration(subject: Subject, spec: AgentSpec): { [key: string]: unknown } {
  const config: { [key: string]: unknown } = { ...spec.config };
  if (subject.engine !== null) config['http_config'] = { engine: subject.engine };
  return config;
}

/** Ready is an agent that answers; as a server, one whose own node is in the catalog: a leader was elected and has worked. */
async function waitUntilReady(agent: Agent, { mode, place, readyWithinMs }: AgentSpec): Promise<void> {
  const target = mode === 'client' ? '/v1/agent/self' : `/v1/health/node/${place?.node ?? NODE_NAME}`;
  await waitFor(
    async () => {
      if (!agent.running) throw new Error('the agent ended while it was started');
      const text = await agent.get(target).catch(() => null);
      return text !== null && (mode === 'client' || text.includes('serfHealth'));
    },
    'the agent to be ready',
    readyWithinMs ?? READY_DEADLINE_MS,
  );
}

export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs: number,
  pollMs = POLL_MS,
): Promise<void> {
  const until = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`waited ${deadlineMs / 1000} s in vain for ${what}`);
    await delay(pollMs);
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
