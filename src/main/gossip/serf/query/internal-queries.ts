// Queries of Serf's own (spec/gossip.md, section 14); the application never sees them.

import { encode } from '../../../../msgpack/codec.js';
import { readTags } from '../../../../msgpack/tags.js';
import { readVersions } from '../../core/node.js';
import { STATUS_NUMBERS } from '../pool/member.js';
import type { MemberRecord } from '../pool/members.js';
import type { SerfPool } from '../pool/serf-pool.js';
import { CONFLICT_RESPONSE, type ConflictMember, conflictResponse } from '../protocol/messages.js';
import { type KeyQueries, keyOperationOf } from './key-queries.js';
import type { ReceivedQuery } from './received-query.js';
import type { Responses } from './responses.js';

export const INTERNAL_PREFIX = '_serf_';
export const CONFLICT_QUERY = '_serf_conflict';
const PING_QUERY = '_serf_ping';

function described(member: MemberRecord): ConflictMember {
  const versions = readVersions(member.versionBytes);
  return {
    Name: member.name,
    Addr: member.address.ip,
    Port: member.address.port,
    Tags: readTags(member.meta),
    Status: STATUS_NUMBERS[member.status],
    ProtocolMin: versions?.protocolMin ?? 0,
    ProtocolMax: versions?.protocolMax ?? 0,
    ProtocolCur: versions?.protocol ?? 0,
    DelegateMin: versions?.delegateMin ?? 0,
    DelegateMax: versions?.delegateMax ?? 0,
    DelegateCur: versions?.delegate ?? 0,
  };
}

export class InternalQueries {
  readonly #pool: SerfPool;
  readonly #responses: Responses;
  readonly #keys: KeyQueries;

  constructor(pool: SerfPool, responses: Responses, keys: KeyQueries) {
    this.#pool = pool;
    this.#responses = responses;
    this.#keys = keys;
  }

  answer(query: ReceivedQuery, nowMs: number): void {
    const operation = keyOperationOf(query.name);
    if (operation !== null) this.#keys.answer(query, operation, nowMs);
    else if (query.name === CONFLICT_QUERY) this.#answerConflict(query, nowMs);
    else if (query.name !== PING_QUERY) this.#pool.out.log('warn', `Unhandled internal query '${query.name}'`);
  }

  /** Who holds this name, as far as we know? Nobody is a judge in his own case. */
  #answerConflict(query: ReceivedQuery, nowMs: number): void {
    const { members, options, out } = this.#pool;
    const name = Buffer.from(query.payload ?? []).toString('utf8');
    if (name === options.self.name) return;
    out.log('debug', `Got conflict resolution query for '${name}'`);
    const member = members.get(name);
    const answer = encode(conflictResponse, member === undefined ? null : described(member), CONFLICT_RESPONSE);
    const problem = this.#responses.respond(query, answer, nowMs);
    if (problem !== null) out.log('error', `Failed to respond to conflict query: ${problem}`);
  }
}
