// The `serf` program as Debian packages it: an agent as a child process, asked over its command line.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { KeyAnswers, KeyOperation, Member, NodeOptions, Peer, QueryAnswers, QueryOptions } from './protocol.js';

const run = promisify(execFile);
const COMMAND_DEADLINE_MS = 30_000;
const MOST_LOG_CHARACTERS = 1_000_000;
const TAB = '\t';

export interface AgentPlace {
  /** For what its event handlers write. */
  readonly folder: string;
  /** `ip:port` of its own interface for commands. */
  readonly rpcAddress: string;
  readonly namespace: string | null;
}

/** What the agent does with events and queries; the words are the shell's. */
function handlers(eventFile: string): string[] {
  return [
    `-event-handler=user=printf '%s${TAB}%s\\n' "$SERF_USER_EVENT" "$(cat)" >>'${eventFile}'`,
    `-event-handler=query=printf '%s: %s' "$SERF_SELF_NAME" "$(cat)"`,
  ];
}

function inNamespace(namespace: string | null, ...command: [string, ...string[]]): [string, string[]] {
  const [file, ...args] = command;
  return namespace === null ? [file, args] : ['ip', ['netns', 'exec', namespace, ...command]];
}

export class SerfAgent implements Peer {
  readonly name: string;
  readonly address: string;
  readonly #place: AgentPlace;
  readonly #eventFile: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #log = '';
  #isOver = false;

  private constructor(options: NodeOptions, place: AgentPlace) {
    this.name = options.name;
    this.address = `${options.address}:${options.port}`;
    this.#place = place;
    this.#eventFile = path.join(place.folder, `${options.name}.events`);
    const configuration = path.join(place.folder, `${options.name}.json`);
    fs.writeFileSync(configuration, JSON.stringify({ reconnect_interval: `${options.timing.reconnectIntervalMs}ms` }));
    const [file, args] = inNamespace(
      place.namespace,
      'serf',
      'agent',
      `-node=${options.name}`,
      `-bind=${this.address}`,
      `-rpc-addr=${place.rpcAddress}`,
      `-config-file=${configuration}`,
      '-log-level=debug',
      // The fastest of its sets of intervals, and of all it can be told of them.
      '-profile=local',
      ...Object.entries(options.tags).map(([name, value]) => `-tag=${name}=${value}`),
      ...options.keys.slice(0, 1).map((key) => `-encrypt=${key}`),
      ...(options.snapshot === '' ? [] : [`-snapshot=${options.snapshot}`]),
      ...(options.rejoinAfterLeave ? ['-rejoin'] : []),
      ...handlers(this.#eventFile),
    );
    this.#child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit').finally(() => {
      this.#isOver = true;
    });
    const collect = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString()).slice(-MOST_LOG_CHARACTERS);
    };
    this.#child.stdout?.on('data', collect);
    this.#child.stderr?.on('data', collect);
  }

  /** Resolves when it answers commands. */
  static async start(options: NodeOptions, place: AgentPlace): Promise<SerfAgent> {
    const agent = new SerfAgent(options, place);
    const until = Date.now() + COMMAND_DEADLINE_MS;
    for (;;) {
      try {
        await agent.members();
        return agent;
      } catch (error) {
        if (!agent.#isOver && Date.now() < until) continue;
        await agent.kill();
        throw new Error(`serf agent does not answer:\n${agent.#log}`, { cause: error });
      }
    }
  }

  /** What the command printed. */
  async #ask(command: string, ...args: string[]): Promise<string> {
    const [file, all] = inNamespace(
      this.#place.namespace,
      'serf',
      command,
      `-rpc-addr=${this.#place.rpcAddress}`,
      ...args,
    );
    return (await run(file, all, { timeout: COMMAND_DEADLINE_MS })).stdout;
  }

  async members(): Promise<readonly Member[]> {
    const { members } = JSON.parse(await this.#ask('members', '-format=json')) as { members: Member[] };
    return members;
  }

  async join(addresses: readonly string[]): Promise<number> {
    const printed = await this.#ask('join', ...addresses);
    return Number(/joined cluster by contacting (\d+) nodes/.exec(printed)?.[1] ?? 0);
  }

  async event(name: string, payload: string, coalesce: boolean): Promise<void> {
    await this.#ask('event', `-coalesce=${coalesce}`, name, payload);
  }

  async query(query: QueryOptions): Promise<QueryAnswers> {
    const printed = await this.#ask(
      'query',
      '-format=json',
      `-timeout=${query.timeoutMs}ms`,
      `-relay-factor=${query.relayFactor}`,
      ...(query.requestAck ? [] : ['-no-ack']),
      ...query.filterNodes.map((name) => `-node=${name}`),
      ...Object.entries(query.filterTags).map(([name, expression]) => `-tag=${name}=${expression}`),
      query.name,
      query.payload,
    );
    const { Acks, Responses } = JSON.parse(printed) as {
      Acks: string[] | null;
      Responses: Record<string, string> | null;
    };
    return { acks: (Acks ?? []).sort(), responses: Responses ?? {} };
  }

  async setTags(tags: Readonly<Record<string, string>>): Promise<void> {
    await this.#ask('tags', ...Object.entries(tags).map(([name, value]) => `-set=${name}=${value}`));
  }

  /** Throws with what it printed unless all nodes answered without an error. Only `list` tells more than that. */
  async key(operation: KeyOperation, key: string): Promise<KeyAnswers> {
    const printed = await this.#ask('keys', operation === 'list' ? '-list' : `-${operation}=${key}`);
    const keys: Record<string, number> = {};
    let nodes = 0;
    for (const [, text = '', count, all] of printed.matchAll(/^\s*(\S+)\s+\[(\d+)\/(\d+)\]/gm)) {
      keys[text] = Number(count);
      nodes = Number(all);
    }
    return { nodes, responses: nodes, errors: 0, messages: null, keys, primaryKeys: null };
  }

  async forceLeave(name: string, prune: boolean): Promise<void> {
    await this.#ask('force-leave', ...(prune ? ['-prune'] : []), name);
  }

  async leave(): Promise<void> {
    await this.#ask('leave');
    await this.#exited;
  }

  userEvents(): readonly string[] {
    if (!fs.existsSync(this.#eventFile)) return [];
    const lines = fs.readFileSync(this.#eventFile, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => line.replace(TAB, '='));
  }

  log(): string {
    return this.#log;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (!this.#isOver) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
