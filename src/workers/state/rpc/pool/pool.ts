// The servers that this agent asks, by address: one connection each, which stays as long as both sides live and it is used.

import { type DeadlineQueue, deadlines } from '../../../../deadlines/deadline-queue.js';
import { IN_CLEAR, type ServerDialer } from '../../../../tls/server-dialer.js';
import { ByteBudget } from '../server/byte-budget.js';
import { Call, type CallOutcome } from './call.js';
import { Peer } from './peer.js';

/** Of all answers that aren't whole yet. */
const UNFINISHED_BYTES = 512 * 1024 * 1024;

export interface RpcPoolOptions {
  /** Milliseconds; a connection without a call for so long is closed. */
  readonly idleMs: number;
  /** Where connections wait for that; the thread's. */
  readonly queue?: DeadlineQueue;
  readonly dialer?: ServerDialer;
}

export class RpcPool {
  readonly #options: Required<RpcPoolOptions>;
  readonly #peers = new Map<string, Peer>();
  readonly #budget = new ByteBudget(UNFINISHED_BYTES);
  #isClosed = false;

  constructor({ idleMs, queue = deadlines, dialer = IN_CLEAR }: RpcPoolOptions) {
    this.#options = { idleMs, queue, dialer };
  }

  /** By which its connections are opened, for what is asked of the same servers in other ways. */
  get dialer(): ServerDialer {
    return this.#options.dialer;
  }

  /** `done` is called once, unless what this answers is cancelled before. `blocks`: not before something changes. */
  call(
    address: string,
    method: string,
    body: Uint8Array,
    withinMs: number,
    done: (outcome: CallOutcome) => void,
    blocks = false,
  ): { cancel(): void } {
    const call = new Call(method, body, withinMs, done, blocks);
    if (this.#isClosed) call.settle({ ok: false, kind: 'unsent', text: 'No cluster leader' });
    else this.#peer(address).call(call);
    return call;
  }

  /** The server at this address may be gone without a word; see {@link Peer.doubt}. */
  doubt(address: string, withinMs: number): void {
    this.#peers.get(address)?.doubt(withinMs);
  }

  close(): void {
    this.#isClosed = true;
    for (const peer of [...this.#peers.values()]) peer.close();
    this.#peers.clear();
  }

  #peer(address: string): Peer {
    const known = this.#peers.get(address);
    if (known !== undefined) return known;
    const peer = new Peer(address, this.#budget, this.#options, (gone) => {
      if (this.#peers.get(address) === gone) this.#peers.delete(address);
    });
    this.#peers.set(address, peer);
    return peer;
  }
}
