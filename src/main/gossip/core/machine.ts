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

/** A merge that may go on: call `step` until it answers false. */
export type Merging =
  | { readonly ok: true; step(nowMs: number): boolean }
  | { readonly ok: false; readonly problem: string };

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
  localState(isJoin: boolean): PushPull;
  /** The other half, merged in steps of a few milliseconds. */
  startMerge(remote: PushPull): Merging;
  take(): MachineOutput<Event>;
}
