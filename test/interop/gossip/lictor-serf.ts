// A test node of lictor's Serf: the machine and its shell, with a snapshot file when one is wanted.

import { type PoolOptions, SERF } from '../../../src/main/gossip/serf/pool/options.js';
import type { SerfEvent } from '../../../src/main/gossip/serf/pool/output.js';
import type { RestoredSnapshot } from '../../../src/main/gossip/serf/pool/snapshot.js';
import type { Filter } from '../../../src/main/gossip/serf/protocol/filters.js';
import type { KeyAnswer } from '../../../src/main/gossip/serf/query/key-operations.js';
import { SerfCore } from '../../../src/main/gossip/serf/serf-core.js';
import type { GossipShell } from '../../../src/main/gossip/shell/gossip-shell.js';
import { SnapshotFile } from '../../../src/main/gossip/shell/snapshot-file.js';
import { readTags } from '../../../src/msgpack/tags.js';
import type { Logger } from '../../../src/observe/logger.js';
import {
  identityOf,
  joinAll,
  keyringOf,
  type LictorNode,
  loggerOf,
  openShell,
  overheadOf,
  protectionOf,
  settingsOf,
  type Tell,
} from './lictor-shell.js';
import type {
  KeyAnswers,
  KeyOperation,
  Member,
  NodeOptions,
  QueryAnswers,
  QueryOptions,
  SentCommand,
} from './protocol.js';

/** memberlist's protocol 2 of 1 to 5, Serf's 4 of 2 to 5. */
const VERSIONS = [1, 5, 2, 2, 5, 4];

const NOTHING_RESTORED: RestoredSnapshot = { members: [], clock: 0, eventClock: 0, queryClock: 0 };

function text(payload: Uint8Array | null): string {
  return Buffer.from(payload ?? new Uint8Array(0)).toString();
}

function bytes(payload: string): Uint8Array | null {
  return payload === '' ? null : Buffer.from(payload);
}

function serfOptions(options: NodeOptions): PoolOptions {
  const { userCoalesceMs, timing, keys } = options;
  const keyring = keyringOf(options);
  const protection = protectionOf(options, keyring);
  return {
    self: identityOf(options, VERSIONS),
    gossip: settingsOf(options),
    serf: {
      ...SERF,
      reconnectIntervalMs: timing.reconnectIntervalMs,
      leavePropagateDelayMs: timing.propagateDelayMs,
      userCoalesce: userCoalesceMs === 0 ? null : { quietMs: userCoalesceMs, mostMs: userCoalesceMs },
    },
    tags: new Map(Object.entries(options.tags)),
    rules: null,
    random: Math.random,
    layerOverhead: () => overheadOf(protection),
    keyring: keys.length === 0 ? null : keyring,
  };
}

function filtersOf({ filterNodes, filterTags }: QueryOptions): Filter[] {
  const byTag = Object.entries(filterTags).map(([Tag, Expr]): Filter => ({ kind: 'tag', filter: { Tag, Expr } }));
  return filterNodes.length === 0 ? byTag : [{ kind: 'nodes', names: filterNodes }, ...byTag];
}

export class SerfNode implements LictorNode {
  readonly #name: string;
  readonly #core: SerfCore;
  readonly #snapshot: SnapshotFile | null;
  readonly #logger: Logger;
  readonly #tell: Tell;
  #shell: GossipShell<SerfEvent> | null = null;
  #whenLeft: (() => void) | null = null;
  readonly #whenForced = new Map<string, () => void>();

  private constructor(options: NodeOptions, made: PoolOptions, tell: Tell) {
    this.#name = options.name;
    this.#logger = loggerOf(options);
    this.#tell = tell;
    if (options.snapshot === '') {
      this.#snapshot = null;
      this.#core = new SerfCore({ ...made, restored: null });
      return;
    }
    const opened = SnapshotFile.open(options.snapshot, options.rejoinAfterLeave, {
      aliveCount: () => this.#core.snapshotSize,
      state: () => this.#core.snapshot() ?? NOTHING_RESTORED,
      warn: (problem) => this.#logger.warn(problem),
    });
    if (!opened.ok) throw new Error(opened.error);
    this.#snapshot = opened.file;
    this.#core = new SerfCore({ ...made, restored: opened.restored });
  }

  static async start(options: NodeOptions, tell: Tell): Promise<SerfNode> {
    const made = serfOptions(options);
    const node = new SerfNode(options, made, tell);
    const { keyring } = made;
    const protection = protectionOf(options, keyring ?? keyringOf(options));
    const shell = await openShell(options, node.#core, protection, (events) => {
      for (const event of events) node.#handle(event);
    });
    node.#shell = shell;
    const problem = shell.run((nowMs) => node.#core.start(nowMs));
    if (problem !== null) throw new Error(problem);
    return node;
  }

  get #running(): GossipShell<SerfEvent> {
    if (this.#shell === null) throw new Error('not started');
    return this.#shell;
  }

  #handle(event: SerfEvent): void {
    switch (event.kind) {
      case 'members':
        this.#tell({ event: `member-${event.type}`, members: event.members.map(({ name }) => name) });
        break;
      case 'userEvent': {
        const { name, payload, canCoalesce } = event;
        this.#tell({ event: 'user', name, payload: text(payload), coalesce: canCoalesce });
        break;
      }
      case 'query': {
        const { name, payload, sourceNode } = event.query;
        this.#tell({ event: 'query', name, payload: text(payload), from: sourceNode });
        const answer = Buffer.from(`${this.#name}: ${text(payload)}`);
        const problem = this.#running.run((nowMs) => this.#core.respond(event.query, answer, nowMs));
        if (problem !== null) this.#tell({ event: 'problem', text: problem });
        break;
      }
      case 'left':
        this.#whenLeft?.();
        break;
      case 'forceLeft':
        this.#whenForced.get(event.name)?.();
        break;
      case 'snapshot':
        this.#snapshot?.append(event.lines, event.isSynced);
        break;
      case 'keyring':
        this.#running.run((nowMs) => this.#core.keyringSaved(event.query, null, nowMs));
        break;
      case 'quit':
        this.#tell({ event: 'problem', text: event.text });
        break;
      case 'log':
        this.#logger.log(event.level, event.text);
        break;
    }
  }

  run(command: SentCommand): unknown {
    switch (command.do) {
      case 'members':
        return this.#members();
      case 'join':
        return this.#join(command.addresses);
      case 'event': {
        const { name, payload, coalesce } = command;
        return this.#must((nowMs) => this.#core.userEvent(name, bytes(payload), coalesce, nowMs));
      }
      case 'query':
        return this.#query(command.query);
      case 'tags':
        return this.#must((nowMs) => this.#core.setTags(new Map(Object.entries(command.tags)), nowMs));
      case 'key':
        return this.#key(command.operation, command.key);
      case 'forceLeave':
        return this.#forceLeave(command.name, command.prune);
      default:
        throw new Error(`can't ${command.do}`);
    }
  }

  #must(action: (nowMs: number) => string | null): void {
    const problem = this.#running.run(action);
    if (problem !== null) throw new Error(problem);
  }

  #members(): Member[] {
    return [...this.#core.members()].map(({ name, status, meta }) => ({
      name,
      status,
      tags: Object.fromEntries(readTags(meta)),
    }));
  }

  async #join(addresses: readonly string[]): Promise<number> {
    const running = this.#running;
    const core = this.#core;
    const problem = core.canJoin();
    if (problem !== null) throw new Error(problem);
    running.run(() => core.beginJoin(false));
    let joined = 0;
    try {
      joined = await joinAll(running, addresses);
    } finally {
      running.run((nowMs) => core.endJoin(joined, nowMs));
    }
    return joined;
  }

  #query(query: QueryOptions): Promise<QueryAnswers> {
    const { name, payload, relayFactor, timeoutMs, requestAck } = query;
    const acks: string[] = [];
    const responses: Record<string, string> = {};
    const request = { name, payload: bytes(payload), filters: filtersOf(query), wantsAck: requestAck };
    return new Promise((resolve) => {
      const listener = {
        onAck: (from: string) => void acks.push(from),
        onResponse: (from: string, answer: Uint8Array | null) => {
          responses[from] = text(answer);
        },
        onEnd: () => resolve({ acks: acks.sort(), responses }),
      };
      this.#must((nowMs) => this.#core.query({ ...request, relayFactor, timeoutMs }, listener, nowMs));
    });
  }

  async #key(operation: KeyOperation, key: string): Promise<KeyAnswers> {
    const answer = await new Promise<KeyAnswer>((resolve) => {
      this.#running.run((nowMs) => this.#core.keyQuery(operation, Buffer.from(key, 'base64'), 0, resolve, nowMs));
    });
    const { numNodes, numResponses, messages, keys, primaryKeys, error } = answer;
    return {
      nodes: numNodes,
      responses: numResponses,
      errors: error === '' ? 0 : 1,
      messages: Object.fromEntries(error === '' ? messages : [...messages, ['', error]]),
      keys: Object.fromEntries(keys),
      primaryKeys: Object.fromEntries(primaryKeys),
    };
  }

  async #forceLeave(name: string, prune: boolean): Promise<void> {
    const forced = new Promise<void>((resolve) => this.#whenForced.set(name, resolve));
    if (!this.#running.run((nowMs) => this.#core.forceLeave(name, prune, nowMs)))
      throw new Error(`no member '${name}'`);
    await forced;
    this.#whenForced.delete(name);
  }

  async leave(): Promise<void> {
    const left = new Promise<void>((resolve) => {
      this.#whenLeft = resolve;
    });
    this.#must((nowMs) => this.#core.leave(nowMs));
    await left;
  }

  async close(): Promise<void> {
    await this.#running.close();
    await this.#snapshot?.close();
  }
}
