// Answers of a server: from what it has itself as long as that is as fresh as `dns_config.allow_stale` and `max_stale` want it,
// else the leader is asked for each question. By default it always is, and nothing is looked at for that.

import type { DnsConfig } from '../../../wire/config.js';
import type { Leadership } from '../../../wire/leadership.js';
import type { Transport } from './compose.js';
import type { Responds } from './response.js';
import type { Answers } from './server.js';

export interface ServerResponderOptions {
  readonly config: DnsConfig;
  readonly leadership: Pick<Leadership, 'mayServe' | 'lastContactMs'>;
  /** From the own store. */
  readonly own: Answers;
  /** By calls, which go to the leader. */
  readonly asking: Answers;
}

/** Nobody has missed a leader for longer and is still running: as far as the clock of that goes. */
const NEVER_OLDER_MS = 2 ** 31;

export class ServerResponder implements Answers {
  readonly #options: ServerResponderOptions;
  #maxStaleMs: number;

  constructor(options: ServerResponderOptions) {
    this.#options = options;
    this.#maxStaleMs = maxStaleOf(options.config);
  }

  reload(config: DnsConfig): void {
    this.#maxStaleMs = maxStaleOf(config);
    this.#options.own.reload(config);
    this.#options.asking.reload(config);
  }

  respond(packet: Buffer, transport: Transport): ReturnType<Responds['respond']> {
    const { own, asking } = this.#options;
    return (this.#isFresh() ? own : asking).respond(packet, transport);
  }

  #isFresh(): boolean {
    const { leadership } = this.#options;
    if (this.#maxStaleMs >= NEVER_OLDER_MS || leadership.mayServe) return true;
    return leadership.lastContactMs <= this.#maxStaleMs;
  }
}

/** Below 0: of no age at all. */
function maxStaleOf({ allowStale, maxStaleMs }: DnsConfig): number {
  return allowStale ? maxStaleMs : -1;
}
