// A worker thread as main sees it: given a port of its own, its log lines and metrics taken, its orderly stop
// awaited with a deadline. A worker that ends without having been told to is reported once.

import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type TransferListItem,
  type Worker,
} from 'node:worker_threads';
import { endsWithin } from '../lifecycle/closing.js';
import type { ThreadContext } from '../wire/thread-port.js';

/** For the end of a thread that gave its word: a busy machine takes seconds for what its modules have open. */
const TERMINATE_MS = 4_000;

export interface SupervisedWorkerOptions<Outgoing> {
  readonly name: string;
  /** It was begun before and waits for the data as its first message. */
  readonly thread: Worker;
  /** Builds that message around the thread's context; `transfer` are ports that go along. */
  readonly data: (context: ThreadContext) => unknown;
  readonly transfer: readonly TransferListItem[];
  readonly logLevel: ThreadContext['logLevel'];
  readonly onMessage: (message: Outgoing) => void;
  /** The thread ended by itself: `reason` is for the log. */
  readonly onLost: (reason: string) => void;
}

export class SupervisedWorker<Incoming, Outgoing extends { readonly kind: string }> {
  readonly name: string;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  #stopping = false;
  #ended = false;
  #onStopped: (() => void) | null = null;
  #termination: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisedWorkerOptions<Outgoing>) {
    this.name = options.name;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const context: ThreadContext = { name: options.name, port: port2, logLevel: options.logLevel };
    const data = options.data(context);
    this.#worker = options.thread;
    this.#worker.postMessage(data, [port2, ...options.transfer]);
    const take = (message: Outgoing): void => {
      if (message.kind === 'stopped') this.#onStopped?.();
      else options.onMessage(message);
    };
    port1.on('message', take);
    let failure = '';
    this.#worker.on('error', (error: Error) => {
      failure = error.stack ?? String(error);
    });
    this.#worker.on('exit', (code) => {
      this.#ended = true;
      // Its last words may still wait in the port.
      for (let last = receiveMessageOnPort(port1); last; last = receiveMessageOnPort(port1)) take(last.message);
      this.#onStopped?.();
      if (!this.#stopping) options.onLost(failure || `it exited with code ${code}`);
    });
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  send(message: Incoming, transfer: readonly TransferListItem[] = []): void {
    if (!this.#ended) this.#port.postMessage(message, transfer);
  }

  /**
   * Asks the worker to stop, waits for its word, at most `deadlineMs`, and begins to end the thread: see {@link settled}. One that
   * gives none is left running.
   */
  async stop(order: Incoming, deadlineMs: number): Promise<void> {
    this.#stopping = true;
    let orderly = true;
    if (!this.#ended) {
      orderly = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), deadlineMs);
        this.#onStopped = () => {
          clearTimeout(timer);
          resolve(true);
        };
        this.send(order);
      });
    }
    // A thread that gave its word holds nothing open; the open sockets of one that didn't would abort the process.
    if (orderly && !this.#ended) this.#termination = endsWithin(TERMINATE_MS, this.#worker.terminate());
    this.#port.close();
  }

  /**
   * Resolves when the thread that {@link stop} ends has gone, or after seconds. To take a thread's memory apart needs tenths of a second
   * of a busy machine, and nobody else's stop has to wait for it.
   */
  async settled(): Promise<void> {
    await this.#termination;
  }
}
