// What the core wants done and what it has to tell, in order. Whoever feeds the core takes it after every call.

import type { Address, NodeInfo } from './node.js';

export interface OutgoingPacket {
  readonly to: Address;
  /** A message or compound, without the layers around it. */
  readonly message: Uint8Array;
  /** Whether the receiver is known to understand checksums. */
  readonly withChecksum: boolean;
  /** Set for the direct ping of a probe: tell the core (`packetFailed`) when it can't be written. */
  readonly probe: number | null;
}

/** Streams to be opened. */
export type StreamRequest =
  /**
   * Exchange states; then merge what came back. `name`: "" when it isn't known. Both are called at most once, with the machine
   * at rest: `onConnected` when somebody listens there, `onEnd` when what came back was merged or something went wrong. An
   * exchange that is connected has its own time limits.
   */
  | {
      readonly kind: 'pushPull';
      readonly to: Address;
      readonly name: string;
      readonly isJoin: boolean;
      readonly onConnected?: () => void;
      readonly onEnd?: (isMerged: boolean, nowMs: number) => void;
    }
  /** Send this ping; call `streamPingAnswered` when the ack with its number came before the deadline. */
  | {
      readonly kind: 'ping';
      readonly to: Address;
      readonly name: string;
      readonly seqNo: number;
      readonly deadlineMs: number;
    };

export type GossipEvent =
  | { readonly kind: 'join' | 'update'; readonly node: NodeInfo }
  /** `isFailure`: others say so, it didn't leave by itself. */
  | { readonly kind: 'leave'; readonly node: NodeInfo; readonly isFailure: boolean }
  /** It got no answer, or others say so; it has some time to refute. */
  | { readonly kind: 'suspect'; readonly node: NodeInfo }
  /** Two members of one name; the message about `other` was ignored. */
  | { readonly kind: 'conflict'; readonly existing: NodeInfo; readonly other: NodeInfo }
  /** A Serf message; its bytes are views of the packet. */
  | { readonly kind: 'user'; readonly payload: Uint8Array }
  /** Serf's state from a push/pull, after its nodes were merged. */
  | { readonly kind: 'userState'; readonly state: Uint8Array; readonly isJoin: boolean }
  /** A probe was answered directly. */
  | {
      readonly kind: 'roundTrip';
      readonly node: NodeInfo;
      readonly roundTripMs: number;
      readonly payload: Uint8Array | null;
    }
  /** What `leave` or `updateMeta` wanted to spread has been sent often enough, or the time for it is over. */
  | { readonly kind: 'spread'; readonly what: 'leave' | 'meta'; readonly isTimedOut: boolean }
  /** Something is over that memberlist measures, when what is to be sent has been sent. `sinceMs`: when it began. */
  | { readonly kind: 'done'; readonly what: 'gossip' | 'probeNode'; readonly sinceMs: number }
  | { readonly kind: 'log'; readonly level: 'debug' | 'warn'; readonly text: string };

export interface Output {
  readonly packets: readonly OutgoingPacket[];
  readonly streams: readonly StreamRequest[];
  readonly events: readonly GossipEvent[];
}

export class Outbox {
  #packets: OutgoingPacket[] = [];
  #streams: StreamRequest[] = [];
  #events: GossipEvent[] = [];

  packet(packet: OutgoingPacket): void {
    this.#packets.push(packet);
  }

  stream(request: StreamRequest): void {
    this.#streams.push(request);
  }

  event(event: GossipEvent): void {
    this.#events.push(event);
  }

  log(level: 'debug' | 'warn', text: string): void {
    this.#events.push({ kind: 'log', level, text });
  }

  /** Everything since the last call. */
  take(): Output {
    const packets = this.#packets;
    const streams = this.#streams;
    const events = this.#events;
    this.#packets = [];
    this.#streams = [];
    this.#events = [];
    return { packets, streams, events };
  }
}
