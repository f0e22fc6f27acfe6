// A real agent as a child process, on ports of its own: started, waited for, stopped or killed. What tests of every kind
// that need a whole agent build on.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { repositoryRoot } from './data.js';

const READY_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export interface AgentOptions {
  /** Arguments behind the port flags; `-dev` or a mode of your own. */
  readonly args: readonly string[];
  readonly node?: string;
  /** Ports to use again after a restart. */
  readonly ports?: AgentPorts;
  /** Wait until a leader is known and the agent's node is in the catalog; on by default. */
  readonly waitForLeader?: boolean;
}

export interface AgentPorts {
  readonly http: number;
  readonly dns: number;
  readonly server: number;
  readonly serfLan: number;
  readonly serfWan: number;
  readonly grpc: number;
  readonly grpcTls: number;
}

export class AgentProcess {
  readonly ports: AgentPorts;
  readonly http: string;
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output = '';
  #exit: { code: number | null; signal: NodeJS.Signals | null } | null = null;
  readonly #exited: Promise<void>;

  constructor(child: ChildProcess, ports: AgentPorts) {
    this.child = child;
    this.ports = ports;
    this.http = `http://127.0.0.1:${ports.http}`;
    const collect = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-2_000_000);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.#exited = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        this.#exit = { code, signal };
        resolve();
      });
    });
  }

  get exited(): { code: number | null; signal: NodeJS.Signals | null } | null {
    return this.#exit;
  }

  async request(
    method: string,
    target: string,
    body?: string,
  ): Promise<{ status: number; text: string; headers: Headers }> {
    const response = await fetch(`${this.http}${target}`, { method, ...(body === undefined ? {} : { body }) });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  async json(target: string): Promise<unknown> {
    return JSON.parse((await this.request('GET', target)).text);
  }

  /** SIGTERM, and SIGKILL when that takes too long; resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.#exit === null) {
      this.child.kill('SIGTERM');
      const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_DEADLINE_MS);
      await this.#exited;
      clearTimeout(timer);
    }
    return this.exited?.code ?? null;
  }

  async kill(): Promise<void> {
    if (this.#exit === null) this.child.kill('SIGKILL');
    await this.#exited;
  }

  async waitForExit(deadlineMs = STOP_DEADLINE_MS): Promise<number | null> {
    await waitFor(() => this.#exit !== null, 'the agent to exit', deadlineMs);
    return this.exited?.code ?? null;
  }
}

/** Asks again and again until `condition` holds; fails naming `what` at the deadline. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = READY_DEADLINE_MS,
): Promise<void> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > until) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function choosePorts(): Promise<AgentPorts> {
  const [http = 0, dns = 0, server = 0, serfLan = 0, serfWan = 0, grpc = 0, grpcTls = 0] = await freePorts(7);
  return { http, dns, server, serfLan, serfWan, grpc, grpcTls };
}

/** Starts `./lictor agent` and waits until it answers. */
export async function startAgent(options: AgentOptions): Promise<AgentProcess> {
  const ports = options.ports ?? (await choosePorts());
  const node = options.node ?? 'golden';
  const child = spawn(
    path.join(repositoryRoot, 'lictor'),
    [
      'agent',
      `-node=${node}`,
      '-bind=127.0.0.1',
      `-http-port=${ports.http}`,
      `-dns-port=${ports.dns}`,
      `-server-port=${ports.server}`,
      `-serf-lan-port=${ports.serfLan}`,
      `-serf-wan-port=${ports.serfWan}`,
      `-grpc-port=${ports.grpc}`,
      `-grpc-tls-port=${ports.grpcTls}`,
      ...options.args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const agent = new AgentProcess(child, ports);
  const waitForLeader = options.waitForLeader ?? true;
  try {
    await waitFor(async () => {
      if (agent.exited) throw new Error(`the agent exited with ${agent.exited.code}:\n${agent.output}`);
      try {
        if (!waitForLeader) return (await agent.request('GET', '/v1/agent/self')).status === 200;
        const health = await agent.request('GET', `/v1/health/node/${node}`);
        return health.status === 200 && health.text.includes('serfHealth');
      } catch {
        return false;
      }
    }, `the agent to answer:\n${agent.output}`);
  } catch (error) {
    await agent.kill();
    throw error;
  }
  return agent;
}
