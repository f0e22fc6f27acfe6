// A real raft worker thread with a fake state worker and a fake main around it, for tests.

import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { unpackLines } from '../../../src/observe/packed-lines.js';
import { Leadership } from '../../../src/wire/raft/leadership.js';
import type { RaftToState, StateToRaft } from '../../../src/wire/raft/raft-port.js';
import type { MainToRaft, RaftSettings, RaftToMain, RaftWorkerData } from '../../../src/wire/raft/raft-worker.js';
import { FakeState } from '../../simulation/raft/fake-state.js';
import { Relay } from './relay.js';

export const SETTINGS: RaftSettings = {
  snapshotThreshold: 16_384,
  snapshotIntervalMs: 30_000,
  trailingLogs: 10_240,
  heartbeatTimeoutMs: 1000,
  electionTimeoutMs: 1000,
  leaderLeaseMs: 500,
};

export const SERVER_ID = '11111111-2222-4333-8444-555555555555';

export interface Options {
  readonly dataDir: string | null;
  readonly raft?: Partial<RaftSettings>;
  readonly bootstrap?: boolean;
  readonly bootstrapExpect?: number;
  readonly serverId?: string;
  /** Where it listens for other servers; without it nobody reaches it. */
  readonly serverPort?: number;
  readonly acknowledged?: (index: number, text: string) => void;
}

const running = new Set<Worker>();

/** To be called after each test: a thread that a failed test left behind would keep the process alive. */
export async function endWorkers(): Promise<void> {
  await Promise.all([...running].map((worker) => worker.terminate()));
}

export class RunningWorker {
  readonly state: FakeState;
  readonly leadership = new Leadership();
  readonly lines: string[] = [];
  fatal: string | null = null;
  exitCode: number | null = null;
  readonly #main: MessagePort;
  readonly #port: MessagePort;
  readonly #relay: Relay;
  readonly #listening: Promise<number> | null;
  readonly #waiting = new Set<() => void>();
  #nextRequest = 1;

  constructor(options: Options) {
    const control = new MessageChannel();
    const link = new MessageChannel();
    const streams = new MessageChannel();
    this.#main = control.port2;
    this.#port = link.port2;
    this.#relay = new Relay(streams.port2);
    this.#listening = options.serverPort === undefined ? null : this.#relay.listen(options.serverPort);
    this.state = new FakeState(
      (message, transfer) => this.#port.postMessage(message, transfer),
      options.acknowledged ?? (() => {}),
    );
    const orders: RaftWorkerData = {
      dialing: null,
      context: { name: 'raft', port: control.port1, logLevel: 'debug' },
      readerPorts: [],
      statePort: link.port1,
      raftStreams: streams.port1,
      leadership: this.leadership.buffer,
      raft: { ...SETTINGS, ...options.raft },
      dataDir: options.dataDir,
      serverId: options.serverId ?? SERVER_ID,
      serverAddress: `127.0.0.1:${options.serverPort ?? 8300}`,
      bootstrap: options.bootstrap ?? true,
      bootstrapExpect: options.bootstrapExpect ?? 0,
    };
    this.#port.on('message', (message: RaftToState) => this.#after(() => this.state.receive(message)));
    this.#main.on('message', (message: RaftToMain) => this.#after(() => this.#fromWorker(message)));
    const worker = new Worker(new URL('../../../src/workers/raft/worker.js', import.meta.url));
    worker.postMessage(orders, [control.port1, link.port1, streams.port1]);
    running.add(worker);
    worker.on('exit', (code) =>
      this.#after(() => {
        running.delete(worker);
        this.exitCode = code;
        // What it posted last may still be waiting.
        for (let last = receiveMessageOnPort(this.#main); last; last = receiveMessageOnPort(this.#main)) {
          this.#fromWorker(last.message as RaftToMain);
        }
        this.#port.close();
        this.#relay.close();
        this.#main.close();
      }),
    );
  }

  /** Resolves when `holds` does, looked at after each message; rejects after `deadlineMs`. */
  until(what: string, holds: () => boolean, deadlineMs = 60_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`${what}: not within ${deadlineMs} ms; fatal: ${this.fatal}; log:\n${this.lines.join('\n')}`));
      }, deadlineMs);
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Calls `look` after each message. */
  watch(look: () => void): void {
    this.#waiting.add(look);
  }

  async listening(): Promise<void> {
    await this.#listening;
  }

  leading(): Promise<void> {
    return this.until('leading', () => this.state.isLeader);
  }

  async ask(kind: 'verify' | 'barrier' | 'force-snapshot' | 'stats'): Promise<RaftToState> {
    const request = this.#nextRequest++;
    this.send({ kind, request });
    const answerOf = {
      verify: 'verified',
      barrier: 'barrier-reached',
      'force-snapshot': 'snapshot-taken',
      stats: 'stats',
    };
    const key = `${answerOf[kind]} ${request}`;
    await this.until(key, () => this.state.answers.has(key));
    const answer = this.state.answers.get(key);
    if (!answer) throw new Error('no answer');
    return answer;
  }

  async propose(...texts: string[]): Promise<void> {
    this.state.propose(texts);
    await this.until('committed', () => this.state.outstanding === 0);
  }

  send(message: StateToRaft, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  tell(message: MainToRaft): void {
    this.#main.postMessage(message);
  }

  async stop(): Promise<void> {
    this.tell({ kind: 'stop' });
    await this.ended();
  }

  ended(): Promise<void> {
    return this.until('the end of the thread', () => this.exitCode !== null);
  }

  #fromWorker(message: RaftToMain): void {
    if (message.kind === 'fatal') this.fatal = message.text;
    if (message.kind === 'log') {
      for (const { level, name, message: text, fields } of unpackLines(message.lines)) {
        const pairs = fields.flatMap((field, i) => (i % 2 === 0 ? [`${field}=${fields[i + 1]}`] : []));
        this.lines.push(`[${level}] ${name}: ${[text, ...pairs].join(' ')}`);
      }
    }
  }

  #after(work: () => void): void {
    work();
    for (const look of [...this.#waiting]) look();
  }
}
