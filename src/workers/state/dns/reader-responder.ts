// Who answers on a reader: itself, as long as its server may answer from what it has, else its server's primary thread. An answer is
// never older than what any thread of the server has shown.

import type { DnsConfig } from '../../../wire/config.js';
import type { LocalReads } from '../calls/local-reads.js';
import type { Transport } from './compose.js';
import { STALE_MS } from './lookup-reads.js';
import type { Responder } from './responder.js';
import type { Responds, Response } from './response.js';

export interface ReaderResponderOptions {
  readonly config: DnsConfig;
  readonly local: Pick<LocalReads, 'isReady' | 'leads' | 'lastContactMs'>;
  readonly near: Responder;
  /** null: it waits for nothing. */
  readonly catchUp: () => Promise<void> | null;
  /** Asks the primary. */
  readonly handOver: (packet: Buffer) => Promise<Response | null>;
  /** An answer was given that is older than a few seconds. */
  readonly staleQuery: () => void;
}

export class ReaderResponder implements Responds {
  readonly #options: ReaderResponderOptions;
  #config: DnsConfig;

  constructor(options: ReaderResponderOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  reload(config: DnsConfig): void {
    this.#config = config;
    this.#options.near.reload(config);
  }

  respond(packet: Buffer, transport: Transport): Response | null | Promise<Response | null> {
    const { local, handOver, catchUp } = this.#options;
    const { allowStale, maxStaleMs } = this.#config;
    const ageMs = local.lastContactMs;
    const isFresh = allowStale ? ageMs <= maxStaleMs : local.leads;
    if (!local.isReady || !isFresh) return handOver(packet);
    const wait = catchUp();
    return wait === null
      ? this.#answer(packet, transport, ageMs)
      : wait.then(() => this.#answer(packet, transport, ageMs));
  }

  #answer(packet: Buffer, transport: Transport, ageMs: number): Response | null | Promise<Response | null> {
    const { near, handOver, staleQuery } = this.#options;
    const reply = near.respond(packet, transport);
    // Another datacenter's to answer: the primary knows the way.
    if (reply?.isBeyond === true) return handOver(packet);
    if (ageMs > STALE_MS) staleQuery();
    return reply;
  }
}
