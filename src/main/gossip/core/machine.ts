// A gossip state machine as its shell drives it: the core of memberlist alone, or Serf on top of it. It is pure; the shell
// has the sockets and the clock. After each call, `take` gives what is to be done.

import type { Ping } from '../wire/messages.js';
import type { PushPull } from '../wire/stream-messages.js';
import type { Address } from './node.js';
import type { OutgoingPacket, StreamRequest } from './output.js';

/** What is to be done and told since the last call, in order. */
export interface MachineOutput<Event> {
  readonly packets: readonly OutgoingPacket[];
  readonly streams: readonly StreamRequest[];
  readonly events: readonly Event[];
}

/** Our half of a push/pull, put together in steps of a millisecond or two. */
export interface OwnState {
  /** How many nodes it will have. */
  readonly nodeCount: number;
  readonly steps: Generator<void, PushPull>;
}

/**
 * A merge in steps of a millisecond or two, each at the time that is given to it: call `step` until it answers false. Then
 * `problem` says why the exchange failed; null: all that the other side said was merged.
 */
export interface Merging {
  readonly problem: string | null;
  step(nowMs: number): boolean;
}

/** The steps of a merge; the first `yield` is where the first step begins. */
export type MergeSteps = Generator<void, string | null, number>;

export function mergingOf(steps: MergeSteps): Merging {
  let problem: string | null = null;
  steps.next(0);
  return {
    get problem() {
      return problem;
    },
    step(nowMs) {
      const { done, value } = steps.next(nowMs);
      if (done === true) problem = value ?? problem;
      return done !== true;
    },
  };
}

export interface Machine<Event> {
  /** When {@link tick} is due; null before the start. */
  readonly nextMs: number | null;
  tick(nowMs: number): void;
  /** A packet whose label, encryption and checksum are off. Nothing in it is kept. */
  receive(packet: Uint8Array, from: Address, nowMs: number): void;
  /** A message of the layer above that came on a stream. Nothing in it is kept. */
  receiveUser(payload: Uint8Array, nowMs: number): void;
  /** The direct ping of this probe could not be written. */
  packetFailed(probe: number): void;
  streamPingAnswered(seqNo: number): void;
  /** Whether a ping on a stream is to be answered. */
  isForUs(ping: Ping): boolean;
  /** Our half of a push/pull. */
  ownState(isJoin: boolean): OwnState;
  /** Grows whenever {@link ownState} would give another state than before. */
  readonly revision: number;
  /** The other half. */
  startMerge(remote: PushPull): Merging;
  take(): MachineOutput<Event>;
}
