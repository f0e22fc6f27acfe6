// Who answers on a server's thread: itself, as long as what it has is as fresh as `dns_config` wants it (`allow_stale`, `max_stale`),
// and no older than what any other thread of the server has shown; else, and for names of other datacenters, whoever knows more:
// the leader and those datacenters are asked, or a reader's question goes to its server's primary thread.

import type { DnsConfig } from '../../../wire/config.js';
import type { LocalReads } from '../calls/local-reads.js';
import { STALE_MS } from './lookup/lookup-reads.js';
import type { Transport } from './message/compose.js';
import type { Responder } from './responder.js';
import type { Responds, Response } from './response.js';
import type { Answers } from './server.js';

/** Questions that wait for what another thread has shown; further ones are dropped, as the network would drop them. */
const MOST_WAITING = 4096;

export interface FreshResponderOptions {
  readonly config: DnsConfig;
  readonly local: Pick<LocalReads, 'isReady' | 'leads' | 'lastContactMs' | 'isBehind' | 'catchUp'>;
  /** From what this thread has. */
  readonly near: Responder;
  /** From whoever knows more. */
  readonly far: Answers;
  /** An answer was given that is older than a few seconds. */
  readonly staleQuery: () => void;
}

export class FreshResponder implements Responds {
  readonly #options: FreshResponderOptions;
  #config: DnsConfig;
  #waiting = 0;

  constructor(options: FreshResponderOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  reload(config: DnsConfig): void {
    this.#config = config;
    this.#options.near.reload(config);
    this.#options.far.reload(config);
  }

  respond(packet: Buffer, transport: Transport, asker = ''): Response | null | Promise<Response | null> {
    const { local, near, far } = this.#options;
    const { allowStale, maxStaleMs } = this.#config;
    if (!local.isReady) return near.respond(packet, transport, asker);
    const ageMs = local.lastContactMs;
    const isFresh = allowStale ? ageMs <= maxStaleMs : local.leads;
    if (!isFresh) return far.respond(packet, transport, asker);
    return local.isBehind
      ? this.#answerLater(packet, transport, asker, ageMs)
      : this.#answer(packet, transport, asker, ageMs);
  }

  async #answerLater(packet: Buffer, transport: Transport, asker: string, ageMs: number): Promise<Response | null> {
    if (this.#waiting >= MOST_WAITING) return null;
    this.#waiting += 1;
    await this.#options.local.catchUp();
    this.#waiting -= 1;
    return this.#answer(packet, transport, asker, ageMs);
  }

  #answer(
    packet: Buffer,
    transport: Transport,
    asker: string,
    ageMs: number,
  ): Response | null | Promise<Response | null> {
    const { near, far, staleQuery } = this.#options;
    const reply = near.respond(packet, transport, asker);
    if (reply?.isBeyond === true) return far.respond(packet, transport, asker);
    if (ageMs > STALE_MS) staleQuery();
    return reply;
  }
}
