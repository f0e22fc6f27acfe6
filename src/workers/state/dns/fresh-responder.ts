// Who answers on a server: itself, as long as what it has is as fresh as `dns_config` wants it (`allow_stale`, `max_stale`);
// else the leader is asked, and so are other datacenters for their names.

import type { DnsConfig } from '../../../wire/config.js';
import type { LocalReads } from '../calls/local-reads.js';
import type { Transport } from './compose.js';
import { STALE_MS } from './lookup-reads.js';
import type { RemoteResponder } from './remote-responder.js';
import type { Responder } from './responder.js';
import type { Responds, Response } from './response.js';

export interface FreshResponderOptions {
  readonly config: DnsConfig;
  readonly local: Pick<LocalReads, 'isReady' | 'leads' | 'lastContactMs'>;
  /** From what this server has. */
  readonly near: Responder;
  /** From the leader, or another datacenter. */
  readonly far: RemoteResponder;
  /** An answer was given that is older than a few seconds. */
  readonly staleQuery: () => void;
}

export class FreshResponder implements Responds {
  readonly #options: FreshResponderOptions;
  #config: DnsConfig;

  constructor(options: FreshResponderOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  reload(config: DnsConfig): void {
    this.#config = config;
    this.#options.near.reload(config);
    this.#options.far.reload(config);
  }

  respond(packet: Buffer, transport: Transport): Response | null | Promise<Response | null> {
    const { local, near, far, staleQuery } = this.#options;
    const { allowStale, maxStaleMs } = this.#config;
    if (!local.isReady) return near.respond(packet, transport);
    const ageMs = local.lastContactMs;
    const isFresh = allowStale ? ageMs <= maxStaleMs : local.leads;
    if (!isFresh) return far.respond(packet, transport);
    const reply = near.respond(packet, transport);
    if (reply?.isBeyond === true) return far.respond(packet, transport);
    if (ageMs > STALE_MS) staleQuery();
    return reply;
  }
}
