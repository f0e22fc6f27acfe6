// Two members of one name (spec/gossip.md, section 14). When it is ours, the others vote: who lost leaves the pool.

import { decode } from '../../../../msgpack/codec.js';
import { addressText, type NodeInfo } from '../../core/node.js';
import type { SerfPool } from '../pool/serf-pool.js';
import { isSameIp } from '../protocol/endpoint.js';
import { CONFLICT_RESPONSE, conflictResponse } from '../protocol/messages.js';
import { CONFLICT_QUERY } from '../query/internal-queries.js';
import type { QueryClient } from '../query/query-client.js';

export class NameConflict {
  readonly #pool: SerfPool;
  readonly #queryClient: QueryClient;
  #isVoting = false;

  constructor(pool: SerfPool, queryClient: QueryClient) {
    this.#pool = pool;
    this.#queryClient = queryClient;
  }

  noticed(existing: NodeInfo, other: NodeInfo, nowMs: number): void {
    const { options, out } = this.#pool;
    const theirs = addressText(other.address);
    if (existing.name !== options.self.name) {
      const known = addressText(existing.address);
      out.log('warn', `Name conflict for '${existing.name}' both ${known} and ${theirs} are claiming`);
      return;
    }
    // The other one says so again and again: one vote is enough.
    if (this.#isVoting || this.#pool.state === 'shutdown') return;
    const isResolved = options.serf.isNameConflictResolved;
    out.log(
      'error',
      `Node name conflicts with another node at ${theirs}. Names must be unique! (Resolution enabled: ${isResolved})`,
    );
    if (isResolved) this.#vote(nowMs);
  }

  #vote(nowMs: number): void {
    const { options, out } = this.#pool;
    let votes = 0;
    let ours = 0;
    const asked = this.#queryClient.send(
      {
        name: CONFLICT_QUERY,
        payload: Buffer.from(options.self.name),
        filters: [],
        wantsAck: false,
        relayFactor: 0,
      },
      {
        onAck: () => undefined,
        onResponse: (from, payload) => {
          const isOurs = this.#isForUs(from, payload);
          if (isOurs === null) return;
          votes += 1;
          if (isOurs) ours += 1;
        },
        onEnd: () => this.#decide(ours, votes),
      },
      nowMs,
    );
    this.#isVoting = asked.ok;
    if (!asked.ok) out.log('error', `Failed to start name resolution query: ${asked.error}`);
  }

  /** Whom a member takes for the holder of our name: us or not; null for no vote at all. */
  #isForUs(from: string, payload: Uint8Array | null): boolean | null {
    const { options, out } = this.#pool;
    const read = payload?.[0] === CONFLICT_RESPONSE ? decode(conflictResponse, payload, 1) : null;
    if (read?.ok !== true) {
      out.log('error', `Failed to decode conflict query response from ${from}`);
      return null;
    }
    const { ip, port } = options.self.address;
    const holder = read.value;
    return holder !== null && holder.Port === port && isSameIp(holder.Addr ?? new Uint8Array(0), ip);
  }

  #decide(ours: number, votes: number): void {
    const { out } = this.#pool;
    this.#isVoting = false;
    if (ours >= Math.floor(votes / 2) + 1) {
      out.log('info', `majority in name conflict resolution [${ours} / ${votes}]`);
      return;
    }
    const text = `minority in name conflict resolution, quiting [${ours} / ${votes}]`;
    out.log('warn', text);
    this.#pool.state = 'shutdown';
    out.tell({ kind: 'quit', text });
  }
}
