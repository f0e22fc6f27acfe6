// Calls of the leader, where it is another server: methods' own records out over the pool, and back (spec/rpc.md, section 4,
// "Forwarding").

import type { AskedFailure, AskedRead, AskedWrite, Elsewhere } from '../calls/elsewhere.js';
import type { ReadSettings } from '../calls/read-settings.js';
import type { ReadMethod, WriteMethod } from '../methods/method.js';
import type { CallOutcome } from './pool/call.js';
import type { RpcPool } from './pool/pool.js';
import { rpcMethods } from './rpc-methods.js';

export interface LeaderCallsOptions {
  readonly pool: RpcPool;
  readonly datacenter: string;
  /** `host:port` of the leader where that is another server; else "". */
  readonly leaderAddress: () => string;
  /** Milliseconds; 0: none. `limits.rpc_client_timeout`. */
  readonly clientTimeoutMs: () => number;
  /** Milliseconds; `rpc_hold_timeout`. */
  readonly holdMs: () => number;
}

/** No call waits longer, whatever is configured. */
const MOST_TIMEOUT_MS = 3_600_000;
const UNDECODABLE: AskedFailure = { ok: false, text: 'rpc error making call: malformed reply', mayRetry: false };
/** Texts after which another try is made; stock's callers look for the same. */
const RETRYABLE = [
  'No cluster leader',
  'please resubmit call for rechunking',
  'rate limit exceeded for operation that can only be performed by the leader',
] as const;

export class LeaderCalls implements Elsewhere {
  readonly #options: LeaderCallsOptions;
  /** Who waits for a leader. */
  readonly #waiting = new Set<() => void>();

  constructor(options: LeaderCallsOptions) {
    this.#options = options;
  }

  canAsk(method: string): boolean {
    return this.#options.leaderAddress() !== '' && rpcMethods.get(method)?.asking != null;
  }

  read<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    settings: ReadSettings,
    done: (answer: AskedRead<Value>) => void,
  ): { cancel(): void } {
    const asking = rpcMethods.get(method.name)?.asking;
    const body = asking?.readBody(request, settings, this.#options.datacenter) ?? null;
    if (asking == null || body === null) {
      done(UNDECODABLE);
      return { cancel: () => {} };
    }
    return this.#call(method.name, body, this.#patience(settings), (outcome) => {
      if (!outcome.ok) done(failureOf(outcome, true));
      else done((asking.readAnswer(outcome.body) as AskedRead<Value> | null) ?? UNDECODABLE);
    });
  }

  write<Request, Reply>(
    method: WriteMethod<Request, Reply>,
    request: Request,
    token: string,
  ): Promise<AskedWrite<Reply>> {
    const asking = rpcMethods.get(method.name)?.asking;
    const body = asking?.writeBody(request, this.#options.datacenter, token) ?? null;
    if (asking == null || body === null) return Promise.resolve(UNDECODABLE);
    return new Promise((resolve) => {
      this.#call(method.name, body, this.#patience(null), (outcome) => {
        if (!outcome.ok) resolve(failureOf(outcome, false));
        else resolve((asking.writeAnswer(outcome.body, request) as AskedWrite<Reply> | null) ?? UNDECODABLE);
      });
    });
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

  #call(method: string, body: Uint8Array, withinMs: number, done: (outcome: CallOutcome) => void): { cancel(): void } {
    const { pool, leaderAddress } = this.#options;
    return pool.call(leaderAddress(), method, body, withinMs, done);
  }

  /** How long an answer may take: a blocking read as long as it may wait there, and a little. */
  #patience(settings: ReadSettings | null): number {
    const { clientTimeoutMs, holdMs } = this.#options;
    if (settings !== null && settings.minIndex > 0) return (settings.waitMs * 17) / 16 + holdMs();
    const configured = clientTimeoutMs();
    return configured > 0 ? Math.min(configured, MOST_TIMEOUT_MS) : MOST_TIMEOUT_MS;
  }
}

/** What was never sent does no harm a second time, and neither does a read whose answer was lost. */
function failureOf({ text, kind }: Extract<CallOutcome, { ok: false }>, isRead: boolean): AskedFailure {
  const mayRetry = kind === 'unsent' || (kind === 'lost' && isRead) || RETRYABLE.some((part) => text.includes(part));
  return { ok: false, text, mayRetry };
}
