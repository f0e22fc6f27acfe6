// A primary datacenter and two that stand under it, one that copies tokens and one that doesn't, all on loopback with ACLs that
// deny by default. The first has two servers, the other one a client agent.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AgentPorts, type AgentProcess, startAgent } from '../../agent-process.js';

export const MANAGEMENT = 'aaaaaaaa-0000-4000-8000-00000000000a';
/** As the public guide has it. */
export const REPLICATION = 'bbbbbbbb-0000-4000-8000-00000000000b';
const REPLICATION_RULES = 'acl = "write" operator = "write" service_prefix "" { policy = "read" intentions = "read" }';
const AGENTS = 'cccccccc-0000-4000-8000-00000000000c';
const AGENT_RULES =
  'node_prefix "" { policy = "write" } service_prefix "" { policy = "read" } agent_prefix "" { policy = "read" }';
/** For so long a client agent and a server keep what another server said of a token. */
export const TTL_MS = 1_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export async function ask(
  agent: AgentProcess,
  token: string,
  method: string,
  target: string,
  body?: object | string,
): Promise<Answer> {
  const response = await fetch(`${agent.http}${target}`, {
    method,
    headers: token === '' ? {} : { 'X-Consul-Token': token },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Fails with what the agent says. */
export async function manage(agent: AgentProcess, method: string, target: string, body?: object): Promise<unknown> {
  const { status, text } = await ask(agent, MANAGEMENT, method, target, body);
  if (status !== 200) throw new Error(`${method} ${target}: ${status} ${text}`);
  return JSON.parse(text);
}

export class Datacenters {
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-secondary-'));
  readonly #agents = new Map<string, AgentProcess>();
  readonly #ports = new Map<string, AgentPorts>();

  agent(name: string): AgentProcess {
    const found = this.#agents.get(name);
    if (found === undefined) throw new Error(`there is no agent ${name}`);
    return found;
  }

  get all(): readonly AgentProcess[] {
    return [...this.#agents.values()];
  }

  /** Or once more, in the same place. `flags`: beside those that all have. */
  async start(node: string, datacenter: string, flags: readonly string[], acl = ''): Promise<AgentProcess> {
    const settings = `primary_datacenter = "dc1" acl {
      enabled = true default_policy = "deny" down_policy = "extend-cache"
      token_ttl = "${TTL_MS}ms" policy_ttl = "${TTL_MS}ms" role_ttl = "${TTL_MS}ms"
      tokens { initial_management = "${MANAGEMENT}" replication = "${REPLICATION}" agent = "${AGENTS}" }
      ${acl}
    }`;
    const place = [`-datacenter=${datacenter}`, `-data-dir=${this.#folder}/${node}`, `-hcl=${settings}`];
    const known = this.#ports.get(node);
    const args = [...place, '-hcl=connect { test_ca_leaf_root_change_spread = "100ms" }', ...flags];
    const agent = await startAgent({
      node,
      token: MANAGEMENT,
      args,
      ...(known === undefined ? {} : { ports: known }),
    });
    this.#agents.set(node, agent);
    this.#ports.set(node, agent.ports);
    return agent;
  }

  async startPrimary(): Promise<AgentProcess> {
    return await this.start('dc1-a', 'dc1', ['-server', '-bootstrap']);
  }

  /** `dc1-a`, `dc2-a` and `dc2-b`, `dc3-a` and `dc3-client`. */
  async startAll(dc3Flags: readonly string[] = []): Promise<void> {
    const primary = await this.startPrimary();
    for (const [SecretID, Name, Rules] of [
      [REPLICATION, 'replication', REPLICATION_RULES],
      [AGENTS, 'agents', AGENT_RULES],
    ] as const) {
      await manage(primary, 'PUT', '/v1/acl/policy', { Name, Rules });
      await manage(primary, 'PUT', '/v1/acl/token', { SecretID, Policies: [{ Name }] });
    }
    const wan = `-retry-join-wan=127.0.0.1:${primary.ports.serfWan}`;
    const server = ['-server', '-bootstrap', wan];
    const [second, third] = await Promise.all([
      this.start('dc2-a', 'dc2', server, 'enable_token_replication = true'),
      this.start('dc3-a', 'dc3', [...server, ...dc3Flags]),
    ]);
    const join = ({ ports }: AgentProcess): string => `-retry-join=127.0.0.1:${ports.serfLan}`;
    await this.start('dc2-b', 'dc2', ['-server', join(second)], 'enable_token_replication = true');
    await this.start('dc3-client', 'dc3', [join(third)]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((agent) => agent.kill()));
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
