// A real agent as a child process, on ports of its own: started, waited for, stopped or killed. What tests of every kind
// that need a whole agent build on.

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from './data.js';
import { freePorts } from './ports.js';
import { descriptorWarning } from './runner/descriptor-warning.js';

const READY_DEADLINE_MS = 60_000;
/** A start is most of a second of a processor, of which others may leave it little. */
const START_DEADLINE_MS = 180_000;
/** A leaving server hands over and drains first; on a busy machine that takes a while. */
const STOP_DEADLINE_MS = 30_000;

export interface AgentOptions {
  /** Arguments behind the port flags; `-dev` or a mode of your own. */
  readonly args: readonly string[];
  readonly node?: string;
  /** Ports to use again after a restart. */
  readonly ports?: AgentPorts;
  /** A program and its arguments that run the agent in their place, as `strace -D` does. */
  readonly under?: readonly string[];
  /** Wait until a leader is known and the agent's node is in the catalog; on by default. */
  readonly waitForLeader?: boolean;
  /** Of its requests, where it has ACLs. */
  readonly token?: string;
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
      // Which comes after the exit, when the last of the output is read.
      child.on('close', (code, signal) => {
        this.#exit = { code, signal };
        resolve();
      });
    });
  }

  /** Null until all of its output is here as well. */
  get exited(): { code: number | null; signal: NodeJS.Signals | null } | null {
    return this.#exit;
  }

  /** Memory that the process has at the moment, all threads together. */
  get residentBytes(): number {
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    if (kilobytes === undefined) throw new Error('the system does not say how much memory the agent has');
    return Number(kilobytes) * 1024;
  }

  /** Of requests. */
  token = '';

  async request(
    method: string,
    target: string,
    body?: string,
  ): Promise<{ status: number; text: string; headers: Headers }> {
    const headers = this.token === '' ? {} : { 'X-Consul-Token': this.token };
    const response = await fetch(`${this.http}${target}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  async json(target: string): Promise<unknown> {
    return JSON.parse((await this.request('GET', target)).text);
  }

  /**
   * SIGTERM; resolves with the exit code. An agent that doesn't end is killed, and that is an error, as is a warning of
   * node's about its file descriptors. One that is known to be stuck wants `kill`.
   */
  async stop(deadlineMs = STOP_DEADLINE_MS): Promise<number | null> {
    if (this.#exit === null) {
      this.child.kill('SIGTERM');
      let isStuck = false;
      const timer = setTimeout(() => {
        isStuck = true;
        this.child.kill('SIGKILL');
      }, deadlineMs);
      await this.#exited;
      clearTimeout(timer);
      if (isStuck) throw new Error(`the agent didn't end ${deadlineMs} ms after SIGTERM:\n${this.output}`);
    }
    const warning = descriptorWarning(this.output);
    if (warning !== null) throw new Error(`node warns of the agent's file descriptors: ${warning}`);
    return this.exited?.code ?? null;
  }

  /** SIGKILL, whatever the agent is doing. */
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

const DEFAULT_NODE = 'golden';

/** Begins `./lictor agent`, and waits for nothing. */
export function spawnAgent(options: AgentOptions, ports: AgentPorts): AgentProcess {
  const [program = '', ...before] = [...(options.under ?? []), path.join(repositoryRoot, 'lictor')];
  const child = spawn(
    program,
    [
      ...before,
      'agent',
      `-node=${options.node ?? DEFAULT_NODE}`,
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
  agent.token = options.token ?? '';
  return agent;
}

/** Starts `./lictor agent` and waits until it answers. */
export async function startAgent(options: AgentOptions): Promise<AgentProcess> {
  const node = options.node ?? DEFAULT_NODE;
  const agent = spawnAgent(options, options.ports ?? (await choosePorts()));
  const waitForLeader = options.waitForLeader ?? true;
  try {
    await waitFor(
      async () => {
        if (agent.exited) return true;
        try {
          if (waitForLeader) {
            const health = await agent.request('GET', `/v1/health/node/${node}`);
            if (health.status !== 200 || !health.text.includes('serfHealth')) return false;
          }
          // The main thread is asked for this, too: from then on it takes signals as one that runs.
          const { status } = await agent.request('GET', '/v1/agent/self');
          return waitForLeader || status === 200;
        } catch {
          return false;
        }
      },
      'the agent to answer',
      START_DEADLINE_MS,
    );
  } catch (error) {
    await agent.kill();
    throw new Error(`${String(error)}\n${agent.output}`, { cause: error });
  }
  if (agent.exited) throw new Error(`the agent exited with ${agent.exited.code}:\n${agent.output}`);
  return agent;
}
