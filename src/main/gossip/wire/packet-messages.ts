// The messages in a packet whose outer layers are off: compound and compressed parts are opened, each body is read.
// A part that can't be read doesn't touch the others (spec/gossip.md, section 3).

import { decode } from '../../../msgpack/codec.js';
import type { Kind } from '../../../msgpack/kinds.js';
import { splitCompound } from './compound.js';
import { decompress } from './compression.js';
import * as types from './message-types.js';
import * as bodies from './messages.js';

export type PacketMessage =
  | { readonly type: 'ping'; readonly body: bodies.Ping }
  | { readonly type: 'indirectPing'; readonly body: bodies.IndirectPing }
  | { readonly type: 'ack'; readonly body: bodies.Ack }
  | { readonly type: 'nack'; readonly body: bodies.Nack }
  | { readonly type: 'suspect'; readonly body: bodies.Accusation }
  | { readonly type: 'dead'; readonly body: bodies.Accusation }
  | { readonly type: 'alive'; readonly body: bodies.Alive }
  /** A Serf message. */
  | { readonly type: 'user'; readonly payload: Uint8Array };

export interface PacketContent {
  readonly messages: readonly PacketMessage[];
  /** What could not be read, for the log; at most {@link MOST_PROBLEMS}. */
  readonly problems: readonly string[];
}

const MOST_PROBLEMS = 8;

/** What one packet may still cost. */
interface Budget {
  parts: number;
  unpackedBytes: number;
}

class PacketReading {
  readonly messages: PacketMessage[] = [];
  readonly problems: string[] = [];
  readonly #budget: Budget = { parts: types.MOST_PACKET_PARTS, unpackedBytes: types.MOST_UNPACKED_PACKET_BYTES };

  #refuse(problem: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
  }

  #body<T>(kind: Kind<T>, part: Uint8Array): T | null {
    const read = decode(kind, part, 1);
    if (read.ok) return read.value;
    this.#refuse(`message of type ${part[0]} is ${read.problem === 'truncated' ? 'truncated' : 'malformed'}`);
    return null;
  }

  #add<T>(kind: Kind<T>, part: Uint8Array, make: (body: T) => PacketMessage): void {
    const body = this.#body(kind, part);
    if (body !== null) this.messages.push(make(body));
  }

  read(part: Uint8Array, depth: number): void {
    this.#budget.parts -= 1;
    if (depth > types.MOST_PACKET_DEPTH) this.#refuse('packet nests too deep');
    else if (this.#budget.parts < 0) this.#refuse('packet has too many parts');
    else this.#readType(part, depth);
  }

  #readType(part: Uint8Array, depth: number): void {
    switch (part[0]) {
      case undefined:
        this.#refuse('missing message type byte');
        break;
      case types.PING:
        this.#add(bodies.ping, part, (body) => ({ type: 'ping', body }));
        break;
      case types.INDIRECT_PING:
        this.#add(bodies.indirectPing, part, (body) => ({ type: 'indirectPing', body }));
        break;
      case types.ACK:
        this.#add(bodies.ack, part, (body) => ({ type: 'ack', body }));
        break;
      case types.NACK:
        this.#add(bodies.nack, part, (body) => ({ type: 'nack', body }));
        break;
      case types.SUSPECT:
        this.#add(bodies.accusation, part, (body) => ({ type: 'suspect', body }));
        break;
      case types.DEAD:
        this.#add(bodies.accusation, part, (body) => ({ type: 'dead', body }));
        break;
      case types.ALIVE:
        this.#add(bodies.alive, part, (body) => ({ type: 'alive', body }));
        break;
      case types.USER:
        this.messages.push({ type: 'user', payload: part.subarray(1) });
        break;
      case types.COMPOUND:
        this.#compound(part, depth);
        break;
      case types.COMPRESS:
        this.#compressed(part, depth);
        break;
      default:
        this.#refuse(`message type ${part[0]} is not supported`);
        break;
    }
  }

  #compound(part: Uint8Array, depth: number): void {
    const split = splitCompound(part);
    if (split === null) {
      this.#refuse('compound message is cut off in its table');
      return;
    }
    if (split.truncated > 0) this.#refuse(`compound message has ${split.truncated} truncated parts`);
    for (const inner of split.parts) this.read(inner, depth + 1);
  }

  #compressed(part: Uint8Array, depth: number): void {
    const unpacked = decompress(part, 1, this.#budget.unpackedBytes);
    if (!unpacked.ok) {
      this.#refuse(unpacked.problem);
      return;
    }
    this.#budget.unpackedBytes -= unpacked.message.length;
    this.read(unpacked.message, depth + 1);
  }
}

/** Byte values in the messages are views of `packet`, or of what was unpacked from it. */
export function readMessages(packet: Uint8Array): PacketContent {
  const reading = new PacketReading();
  reading.read(packet, 0);
  return { messages: reading.messages, problems: reading.problems };
}
