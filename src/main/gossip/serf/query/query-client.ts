// Queries of our own (spec/gossip.md, section 13): sending one, and collecting what comes back until its time is over.

import { encode } from '../../../../msgpack/codec.js';
import type { Uint64 } from '../../../../wire/uint64.js';
import { queryTimeoutMs } from '../../core/scale.js';
import type { Timer } from '../../core/timers.js';
import { presentNodes, type SerfPool } from '../pool/serf-pool.js';
import { encodeFilter, type Filter } from '../protocol/filters.js';
import {
  QUERY,
  QUERY_WANTS_ACK,
  type Query,
  type QueryResponse,
  query,
  RESPONSE_IS_ACK,
} from '../protocol/messages.js';
import type { Queries } from './queries.js';

export interface QueryRequest {
  readonly name: string;
  readonly payload: Uint8Array | null;
  readonly filters: readonly Filter[];
  readonly wantsAck: boolean;
  /** How many members pass each answer on, beside the direct way. */
  readonly relayFactor: number;
  /** Left out: as long as the pool's size needs. */
  readonly timeoutMs?: number;
}

export interface QueryListener {
  onAck(from: string): void;
  /** The payload is the listener's own. */
  onResponse(from: string, payload: Uint8Array | null): void;
  /** The time is over; nothing comes after it. */
  onEnd(nowMs: number): void;
}

/** `close` ends the collecting early, without `onEnd`. */
export type SentQuery = { readonly ok: true; close(): void } | { readonly ok: false; readonly error: string };

interface Collector {
  readonly id: number;
  readonly listener: QueryListener;
  readonly deadlineMs: number;
  /** Members at the start: more answers of each kind aren't taken. */
  readonly most: number;
  readonly acks: Set<string>;
  readonly responses: Set<string>;
  readonly wantsAck: boolean;
  readonly timer: Timer;
}

const MOST_COLLECTORS = 1024;
const NS_A_MILLISECOND = 1e6;

export class QueryClient {
  readonly #pool: SerfPool;
  readonly #queries: Queries;
  readonly #collectors = new Map<Uint64, Collector>();

  constructor(pool: SerfPool, queries: Queries) {
    this.#pool = pool;
    this.#queries = queries;
  }

  /** How long a query takes in a pool of this size. */
  get defaultTimeoutMs(): number {
    return queryTimeoutMs(this.#pool.options.gossip.gossipIntervalMs, presentNodes(this.#pool));
  }

  send(request: QueryRequest, listener: QueryListener, nowMs: number): SentQuery {
    const { clocks, broadcasts, options } = this.#pool;
    const { self, serf, random } = options;
    if (this.#collectors.size >= MOST_COLLECTORS) return { ok: false, error: 'too many queries are running' };
    const timeoutMs = request.timeoutMs ?? this.defaultTimeoutMs;
    const body: Query = {
      LTime: clocks.query.time,
      ID: Math.floor(random() * 0x80000000),
      Addr: self.address.ip,
      Port: self.address.port,
      SourceNode: self.name,
      Filters: request.filters.length === 0 ? null : request.filters.map(encodeFilter),
      Flags: request.wantsAck ? QUERY_WANTS_ACK : 0,
      RelayFactor: request.relayFactor,
      Timeout: Math.round(timeoutMs * NS_A_MILLISECOND),
      Name: request.name,
      Payload: request.payload,
    };
    const message = encode(query, body, QUERY);
    if (message.length > serf.querySizeLimit) {
      return { ok: false, error: `query exceeds limit of ${serf.querySizeLimit} bytes` };
    }
    const close = this.#collect(body, request.wantsAck, listener, nowMs + timeoutMs);
    this.#queries.receive(body, nowMs);
    broadcasts.spread('queries', message);
    return { ok: true, close };
  }

  #collect({ LTime, ID }: Query, wantsAck: boolean, listener: QueryListener, deadlineMs: number): () => void {
    const { timers } = this.#pool;
    const timer = timers.set(deadlineMs, (nowMs) => {
      this.#collectors.delete(LTime);
      listener.onEnd(nowMs);
    });
    const most = presentNodes(this.#pool);
    const collector = { id: ID, listener, deadlineMs, most, acks: new Set<string>(), responses: new Set<string>() };
    this.#collectors.set(LTime, { ...collector, wantsAck, timer });
    return () => {
      if (timer.isOver) return;
      timers.cancel(timer);
      this.#collectors.delete(LTime);
    };
  }

  /** An ack or answer has come; each member counts once. */
  receive(response: QueryResponse, nowMs: number): void {
    const { out } = this.#pool;
    const { LTime, ID, From, Payload } = response;
    const collector = this.#collectors.get(LTime);
    if (collector === undefined) {
      out.log('debug', `reply for non-running query (LTime: ${LTime}, ID: ${ID}) From: ${From}`);
      return;
    }
    if (collector.id !== ID) {
      out.log('warn', `query reply ID mismatch (Local: ${collector.id}, Response: ${ID})`);
      return;
    }
    if (nowMs > collector.deadlineMs) return;
    const isAck = (response.Flags & RESPONSE_IS_ACK) !== 0;
    if (isAck && !collector.wantsAck) return;
    const counted = isAck ? collector.acks : collector.responses;
    if (counted.has(From)) return;
    if (counted.size >= collector.most) {
      out.log('warn', `Failed to deliver query ${isAck ? 'ack' : 'response'}, dropping`);
      return;
    }
    counted.add(From);
    if (isAck) collector.listener.onAck(From);
    else collector.listener.onResponse(From, Payload === null ? null : new Uint8Array(Payload));
  }
}
