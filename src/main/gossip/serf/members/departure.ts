// Leaving, and making others leave (spec/gossip.md, section 11). The intent goes first, so that everybody takes what
// follows for a leave and not for a failure.

import { encode } from '../../../../msgpack/codec.js';
import type { SerfPool } from '../pool/serf-pool.js';
import { LEAVE, type LeaveIntent, leaveIntent } from '../protocol/messages.js';
import type { Intents } from './intents.js';

export class Departure {
  readonly #pool: SerfPool;
  readonly #intents: Intents;

  constructor(pool: SerfPool, intents: Intents) {
    this.#pool = pool;
    this.#intents = intents;
  }

  /** Begins our own leave; its end is the event `left`. The problem, or null. */
  leave(nowMs: number): string | null {
    const pool = this.#pool;
    const { options, out } = pool;
    if (pool.state === 'leaving') return 'Leave already in progress';
    if (pool.state === 'shutdown') return 'Leave called after Shutdown';
    if (pool.state === 'left') {
      out.tell({ kind: 'left' });
      return null;
    }
    pool.state = 'leaving';
    out.leaving();
    this.#announce(options.self.name, false, nowMs, (isTimedOut, now) => {
      if (isTimedOut) out.log('warn', 'timeout while waiting for graceful leave');
      pool.core.leave(options.serf.broadcastTimeoutMs, now);
    });
    return null;
  }

  /** Memberlist has told the others. They go on asking us for a while: we stay until all may have heard. */
  told(isTimedOut: boolean, nowMs: number): void {
    const pool = this.#pool;
    if (isTimedOut) pool.out.log('warn', 'timeout waiting for leave broadcast');
    pool.timers.set(nowMs + pool.options.serf.leavePropagateDelayMs, () => {
      if (pool.state === 'leaving') pool.state = 'left';
      pool.out.tell({ kind: 'left' });
    });
  }

  /** False: there is no such member. */
  force(name: string, prune: boolean, nowMs: number): boolean {
    const { members, out } = this.#pool;
    if (members.get(name) === undefined) return false;
    this.#announce(name, prune, nowMs, (isTimedOut) => {
      if (isTimedOut) out.log('warn', 'timed out broadcasting node removal');
      out.tell({ kind: 'forceLeft', name, isTimedOut });
    });
    return true;
  }

  /** Makes and spreads the intent; `onEnd` when that is done, at once when there is nobody to tell. */
  #announce(name: string, Prune: boolean, nowMs: number, onEnd: (isTimedOut: boolean, nowMs: number) => void): void {
    const pool = this.#pool;
    const { clocks, members, broadcasts, timers, options } = pool;
    const intent: LeaveIntent = { LTime: clocks.member.advance(), Node: name, Prune };
    this.#intents.leave(intent, nowMs);
    if (!members.hasOthersAlive(options.self.name)) {
      onEnd(false, nowMs);
      return;
    }
    const timeout = timers.set(nowMs + options.serf.broadcastTimeoutMs, (now) => onEnd(true, now));
    broadcasts.spread('intents', encode(leaveIntent, intent, LEAVE), () => {
      if (timeout.isOver) return;
      timers.cancel(timeout);
      // The core is in the middle of writing a packet.
      timers.set(pool.latestMs, (now) => onEnd(false, now));
    });
  }
}
