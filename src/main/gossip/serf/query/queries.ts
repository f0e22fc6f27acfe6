// Queries that come in (spec/gossip.md, section 13).

import type { Uint64 } from '../../../../wire/uint64.js';
import type { SerfPool } from '../pool/serf-pool.js';
import { isBeyond, timeAfter } from '../protocol/lamport-clock.js';
import { QUERY_NO_BROADCAST, QUERY_WANTS_ACK, type Query } from '../protocol/messages.js';
import { INTERNAL_PREFIX, type InternalQueries } from './internal-queries.js';
import { isForMember } from './query-filters.js';
import { QUERY_SLOTS, QueryRing } from './query-ring.js';
import { ReceivedQuery } from './received-query.js';
import type { Responses } from './responses.js';

export class Queries {
  readonly #pool: SerfPool;
  readonly #responses: Responses;
  readonly #internal: InternalQueries;
  readonly #ring = new QueryRing();
  #earliest: Uint64 = 0;

  constructor(pool: SerfPool, responses: Responses, internal: InternalQueries) {
    this.#pool = pool;
    this.#responses = responses;
    this.#internal = internal;
  }

  /** After a restart: what was delivered before it isn't delivered again. */
  ignoreUpTo(time: Uint64): void {
    this.#earliest = timeAfter(time);
  }

  /** Whether it is to be passed on. Nothing of it is kept but copies. */
  receive(query: Query, nowMs: number): boolean {
    const { clocks, core, options, out } = this.#pool;
    const { LTime } = query;
    clocks.query.witness(LTime);
    if (LTime < this.#earliest) return false;
    const now = clocks.query.time;
    if (isBeyond(LTime, now, QUERY_SLOTS)) {
      out.log('warn', `received old query ${query.Name} from time ${LTime} (current: ${now})`);
      return false;
    }
    if (!this.#ring.remember(LTime, query.ID)) return false;
    const isPassedOn = (query.Flags & QUERY_NO_BROADCAST) === 0;
    const { name } = options.self;
    const meta = core.node(name)?.meta;
    if (meta === undefined || !isForMember(query.Filters, name, meta)) return isPassedOn;
    const received = new ReceivedQuery(query, nowMs);
    if ((query.Flags & QUERY_WANTS_ACK) !== 0) this.#responses.ack(received);
    if (!received.name.startsWith(INTERNAL_PREFIX)) {
      out.query(received);
      return isPassedOn;
    }
    out.internalQuery(LTime);
    this.#internal.answer(received, nowMs);
    return isPassedOn;
  }
}
