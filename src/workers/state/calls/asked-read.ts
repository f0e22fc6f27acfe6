// A read whose asker waits for a promise: for what isn't on a hot path.

import type { ReadMethod } from '../methods/contract/method.js';
import { type Refusal, refusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import { BlockingRead, type ReadOrigin } from './blocking-read.js';
import type { Calls } from './calls.js';
import type { ReadSettings } from './read-settings.js';

export interface Answered<Value> {
  readonly value: Value;
  readonly index: number;
  /** A leader is known, be it this server or another. */
  readonly hasLeader: boolean;
  /** Milliseconds since that server heard of its leader; 0 on the leader. */
  readonly lastContactMs: number;
  /** Something was kept from the asker. */
  readonly isFiltered: boolean;
}

export type Answer<Value> = Answered<Value> | Refusal;

class AskedRead<Value> extends BlockingRead<Value> {
  readonly #settle: (answer: Answer<Value>) => void;
  readonly #fail: (error: unknown) => void;

  constructor(settings: ReadSettings, settle: (answer: Answer<Value>) => void, fail: (error: unknown) => void) {
    super(settings);
    this.#settle = settle;
    this.#fail = fail;
  }

  protected override answered(value: Value, index: number, { hasLeader, lastContactMs, isFiltered }: ReadOrigin): void {
    this.#settle({ value, index, hasLeader, lastContactMs, isFiltered: isFiltered === true });
  }

  override refused(refusal: Refusal): void {
    this.#settle(refusal);
  }

  override crashed(error: unknown): void {
    this.#fail(error);
  }

  protected override parked(): void {}
}

/** Rejects only when the read threw: a bug. What `signal` gives up is answered too, with a refusal that nobody reads. */
export function ask<Request, Value>(
  calls: Pick<Calls, 'read'>,
  method: ReadMethod<Request, Value>,
  request: Request,
  settings: ReadSettings,
  datacenter: string,
  caller: Caller,
  signal?: AbortSignal,
): Promise<Answer<Value>> {
  return new Promise((resolve, reject) => {
    const gaveUp = (): void => {
      run.abort();
      resolve(refusal('stopping'));
    };
    const over = (): void => signal?.removeEventListener('abort', gaveUp);
    const run = new AskedRead<Value>(
      settings,
      (answer) => {
        over();
        resolve(answer);
      },
      (error) => {
        over();
        reject(error);
      },
    );
    signal?.addEventListener('abort', gaveUp, { once: true });
    calls.read(run, { method, request, settings, datacenter, caller, cached: 'none' });
  });
}
