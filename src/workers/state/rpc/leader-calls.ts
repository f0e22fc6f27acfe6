// Calls of the leader, where it is another server (spec/rpc.md, section 4, "Forwarding").

import type { Asked, AskedRead, AskedWrite, Elsewhere, ServerAsking } from '../calls/elsewhere.js';
import type { ReadSettings } from '../calls/read-settings.js';
import type { ReadMethod, WriteMethod } from '../methods/contract/method.js';
import { isAskable } from './server-asker.js';

export interface LeaderCallsOptions {
  readonly asking: ServerAsking;
  readonly datacenter: string;
  /** `host:port` of the leader where that is another server; else "". */
  readonly leaderAddress: () => string;
}

export class LeaderCalls implements Elsewhere {
  readonly #options: LeaderCallsOptions;
  /** Who waits for a leader. */
  readonly #waiting = new Set<() => void>();

  constructor(options: LeaderCallsOptions) {
    this.#options = options;
  }

  get isKnown(): boolean {
    return this.#options.leaderAddress() !== '';
  }

  canAsk(method: string): boolean {
    return this.isKnown && isAskable(method);
  }

  read<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    settings: ReadSettings,
    token: string,
    done: (answer: AskedRead<Value>) => void,
  ): Asked {
    const { asking, leaderAddress, datacenter } = this.#options;
    return asking.read(leaderAddress(), method, request, ofLeader(settings), datacenter, token, done);
  }

  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    token: string,
  ): Promise<AskedWrite<Reply>> {
    const { asking, leaderAddress, datacenter } = this.#options;
    return asking.write(leaderAddress(), method, request, datacenter, token);
  }

  leaderKnown(withinMs: number): Promise<undefined> {
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(over);
        resolve(undefined);
      };
      const timer = setTimeout(over, withinMs);
      this.#waiting.add(over);
    });
  }

  onLeader(look: () => void): () => void {
    this.#waiting.add(look);
    return () => this.#waiting.delete(look);
  }

  /** A leader is known that wasn't the one before. */
  leaderAppeared(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** A read of any age that this server has nothing fresh enough for is the leader's to answer, and nobody else's. */
function ofLeader(settings: ReadSettings): ReadSettings {
  const { consistency, minIndex, waitMs } = settings;
  return consistency === 'stale' ? { consistency: 'default', minIndex, waitMs, maxStaleMs: 0 } : settings;
}
