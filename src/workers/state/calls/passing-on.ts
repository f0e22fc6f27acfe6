// What a server of a secondary datacenter passes on to the primary one: writes of what is one for all datacenters, once the leader
// here has said that they are, and reads of what there may be no copy of here.

import type { LeaderView, ReadMethod, WriteMethod } from '../methods/contract/method.js';
import { type Refusal, refusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import type { BlockingRead } from './blocking-read.js';
import type { ReadCall } from './calls.js';
import type { CallsBeyond } from './calls-beyond.js';

/** Of writes that wait for an answer: two datacenters that each take the other for the primary must not pass them on for ever. */
const MOST_WAITING = 1_024;

export class PassingOn {
  readonly #leader: Pick<LeaderView, 'store' | 'datacenter' | 'primaryDatacenter'>;
  readonly #beyond: CallsBeyond;
  #waiting = 0;

  constructor(leader: Pick<LeaderView, 'store' | 'datacenter' | 'primaryDatacenter'>, beyond: CallsBeyond) {
    this.#leader = leader;
    this.#beyond = beyond;
  }

  async write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    datacenter: string,
    caller: Caller,
  ): Promise<Reply | Refusal> {
    if (this.#waiting >= MOST_WAITING) return refusal('over-limit');
    this.#waiting += 1;
    try {
      return await this.#beyond.write(method, request, datacenter, caller);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Whether the answer is looked for in the primary datacenter. */
  takes<Request, Value>({ isInPrimary }: ReadMethod<Request, Value>, request: Request): boolean {
    if (isInPrimary === undefined) return false;
    const { store, datacenter, primaryDatacenter } = this.#leader;
    return datacenter !== primaryDatacenter && isInPrimary(store, request);
  }

  read<Request, Value>(run: BlockingRead<Value>, call: ReadCall<Request, Value>): void {
    this.#beyond.read(run, { ...call, datacenter: this.#leader.primaryDatacenter });
  }
}
