// Drives a node program: starts it, in a network namespace or here, sends it commands and keeps what it tells.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type {
  Command,
  KeyAnswers,
  KeyOperation,
  Member,
  NodeEvent,
  NodeOptions,
  Peer,
  QueryAnswers,
  QueryOptions,
  SentCommand,
  Told,
} from './protocol.js';

const COMMAND_DEADLINE_MS = 30_000;
const MOST_LOG_CHARACTERS = 1_000_000;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class NodeProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events = new Map<string, NodeEvent[]>();
  #lastId = 0;
  #log = '';
  #isOver = false;

  /** `namespace`: null is the network the test runs in. */
  constructor(program: readonly [string, ...string[]], namespace: string | null = null) {
    const [file, ...args] =
      namespace === null ? program : (['ip', 'netns', 'exec', namespace, ...program] as [string, ...string[]]);
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'close').finally(() => this.#end());
    // A process that was killed leaves its pipe broken; the commands that wait are told below.
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-MOST_LOG_CHARACTERS);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Told));
  }

  get log(): string {
    return this.#log;
  }

  events(node: string): readonly NodeEvent[] {
    return this.#events.get(node) ?? [];
  }

  #hear(told: Told): void {
    if ('event' in told) {
      const { node, ...event } = told;
      const events = this.#events.get(node) ?? [];
      events.push(event);
      this.#events.set(node, events);
      return;
    }
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if (told.error === undefined) waiting?.resolve(told.result);
    else waiting?.reject(new Error(told.error));
  }

  #end(): void {
    this.#isOver = true;
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(`the process ended:\n${this.#log}`));
    this.#waiting.clear();
  }

  async send(node: string, command: Command): Promise<unknown> {
    if (this.#isOver) throw new Error(`the process has ended:\n${this.#log}`);
    this.#lastId += 1;
    const id = this.#lastId;
    const sent: SentCommand = { ...command, id, node };
    const result = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.stdin.write(`${JSON.stringify(sent)}\n`);
    const timer = setTimeout(() => {
      this.#waiting.get(id)?.reject(new Error(`no result of '${command.do}' for ${node}:\n${this.#log}`));
      this.#waiting.delete(id);
    }, COMMAND_DEADLINE_MS);
    try {
      return await result;
    } finally {
      clearTimeout(timer);
    }
  }

  async start(options: NodeOptions): Promise<ProcessPeer> {
    await this.send(options.name, { do: 'start', options });
    return new ProcessPeer(this, options);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (!this.#isOver) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

/** One node of a process. */
export class ProcessPeer implements Peer {
  readonly name: string;
  readonly address: string;
  readonly process: NodeProcess;

  constructor(process: NodeProcess, options: NodeOptions) {
    this.process = process;
    this.name = options.name;
    this.address = `${options.address}:${options.port}`;
  }

  async members(): Promise<readonly Member[]> {
    return (await this.process.send(this.name, { do: 'members' })) as Member[];
  }

  async join(addresses: readonly string[]): Promise<number> {
    return (await this.process.send(this.name, { do: 'join', addresses })) as number;
  }

  async event(name: string, payload: string, coalesce: boolean): Promise<void> {
    await this.process.send(this.name, { do: 'event', name, payload, coalesce });
  }

  async query(query: QueryOptions): Promise<QueryAnswers> {
    return (await this.process.send(this.name, { do: 'query', query })) as QueryAnswers;
  }

  async setTags(tags: Readonly<Record<string, string>>): Promise<void> {
    await this.process.send(this.name, { do: 'tags', tags });
  }

  async key(operation: KeyOperation, key: string): Promise<KeyAnswers> {
    return (await this.process.send(this.name, { do: 'key', operation, key })) as KeyAnswers;
  }

  async forceLeave(name: string, prune: boolean): Promise<void> {
    await this.process.send(this.name, { do: 'forceLeave', name, prune });
  }

  async leave(): Promise<void> {
    await this.process.send(this.name, { do: 'leave' });
  }

  userEvents(): readonly string[] {
    return this.process
      .events(this.name)
      .flatMap((event) => (event.event === 'user' ? [`${event.name}=${event.payload}`] : []));
  }

  log(): string {
    return this.process.log;
  }
}
