// Puts messages into packets, and fills the room left with what is to be spread (spec/gossip.md, section 8).

import { joinMessages } from '../wire/compound.js';
import { USER } from '../wire/message-types.js';
import { type Address, type NodeRecord, protocolMax } from './node.js';
import type { Pool } from './pool.js';
import { retransmitLimit } from './scale.js';

/** Type byte and count of a compound. */
const COMPOUND_BYTES = 2;
/** A part's place in the table of lengths. */
const PART_BYTES = 2;
/** From this version on members understand checksums. */
const CHECKSUM_VERSION = 5;

export class Sender {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** What is to be spread, for `limit` bytes: our own messages first, then those of the layer above. */
  #takeBroadcasts(limit: number): Uint8Array[] {
    const { broadcasts, hooks, settings, table } = this.#pool;
    const taken = broadcasts.take(PART_BYTES, limit, retransmitLimit(settings.retransmitMult, table.size));
    const used = taken.reduce((sum, message) => sum + message.length + PART_BYTES, 0);
    const userBytes = PART_BYTES + 1;
    if (limit - used <= userBytes) return taken;
    for (const payload of hooks.broadcasts(userBytes, limit - used)) taken.push(userMessage(payload));
    return taken;
  }

  /** A message to an address, with whatever else fits. `probe`: its number, when the writer is to report failure. */
  send(to: Address, message: Uint8Array, probe: number | null = null): void {
    const { settings, layerOverhead } = this.#pool;
    const room = settings.packetBytes - message.length - COMPOUND_BYTES - layerOverhead();
    this.#write(to, [message, ...this.#takeBroadcasts(room)], false, probe);
  }

  /** Exactly these messages, to a member that is known. */
  sendKnown(node: NodeRecord, messages: readonly Uint8Array[], probe: number | null = null): void {
    this.#write(node.address, messages, protocolMax(node) >= CHECKSUM_VERSION, probe);
  }

  /** A message of the layer above, as it is. */
  sendUser(to: Address, payload: Uint8Array, node: NodeRecord | undefined): void {
    const message = userMessage(payload);
    if (node === undefined) this.#write(to, [message], false, null);
    else this.sendKnown(node, [message]);
  }

  /** A packet of what is to be spread. False: there is nothing. */
  sendGossip(node: NodeRecord): boolean {
    const { settings, layerOverhead } = this.#pool;
    const messages = this.#takeBroadcasts(settings.packetBytes - COMPOUND_BYTES - layerOverhead());
    if (messages.length > 0) this.sendKnown(node, messages);
    return messages.length > 0;
  }

  #write(to: Address, messages: readonly Uint8Array[], withChecksum: boolean, probe: number | null): void {
    for (const message of joinMessages(messages)) this.#pool.out.packet({ to, message, withChecksum, probe });
  }
}

function userMessage(payload: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + payload.length);
  message[0] = USER;
  message.set(payload, 1);
  return message;
}
