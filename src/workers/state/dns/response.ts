// What a listener gets for a packet.

import type { Transport } from './message/compose.js';

export interface Response {
  readonly bytes: Buffer;
  readonly zone: 'domain' | 'reverse' | 'elsewhere' | 'none';
  readonly type: number;
  /** The question is another datacenter's to answer, which wasn't asked. */
  readonly isBeyond?: true;
}

/**
 * A packet in, its reply or nothing out: at once, or later where the catalog is elsewhere. Never throws, never rejects. `asker`:
 * the address that it came from.
 */
export interface Responds {
  respond(packet: Buffer, transport: Transport, asker: string): Response | null | Promise<Response | null>;
}
