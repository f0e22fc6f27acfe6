// One probe of one member (spec/gossip.md, section 7; Lifeguard, sections 4.1 and 4.3): ping, after the timeout ask others
// to ping, try a stream, count who at least says that it tried, and at the end accuse or not.

import { encode } from '../../../msgpack/codec.js';
import { INDIRECT_PING, PING, SUSPECT } from '../wire/message-types.js';
import { accusation, indirectPing, ping, type Source } from '../wire/messages.js';
import type { AckWaiter, AckWaiters } from './ack-waiters.js';
import type { Membership } from './membership.js';
import { infoOf, type NodeRecord, protocolMax } from './node.js';
import { isSelf, type Pool } from './pool.js';
import type { Sender } from './sender.js';
import type { Timer } from './timers.js';

const STREAM_PING_VERSION = 3;
const NACK_VERSION = 4;

/** Where answers to our pings go. */
export function ownSource({ self }: Pool): Source {
  return { SourceAddr: self.address.ip, SourcePort: self.address.port, SourceNode: self.name };
}

export interface ProbeContext {
  readonly pool: Pool;
  readonly sender: Sender;
  readonly membership: Membership;
  readonly waiters: AckWaiters;
  /** Called once, at the very end. */
  readonly onEnd: (nowMs: number) => void;
}

export class Probe implements AckWaiter {
  readonly seqNo: number;
  readonly #context: ProbeContext;
  readonly #target: NodeRecord;
  readonly #startedMs: number;
  readonly #deadlineMs: number;
  readonly #incarnation: number;
  readonly #timers: Timer[] = [];
  #isIndirect = false;
  #isSendFailed = false;
  #isStreamAnswered = false;
  #expectedNacks = 0;
  #nacks = 0;

  constructor(context: ProbeContext, node: NodeRecord, nowMs: number) {
    const { pool, waiters } = context;
    this.#context = context;
    this.#target = node;
    this.#incarnation = node.incarnation;
    this.#startedMs = nowMs;
    this.#deadlineMs = nowMs + pool.awareness.scale(pool.settings.probeIntervalMs);
    this.seqNo = waiters.add(this);
  }

  /** The target as it is known now: its record may have been replaced since the start. */
  get #node(): NodeRecord {
    return this.#context.pool.table.get(this.#target.name) ?? this.#target;
  }

  start(): void {
    const { seqNo } = this;
    const context = this.#context;
    const node = this.#node;
    const { pool, sender } = context;
    const message = encode(ping, { SeqNo: seqNo, Node: node.name, ...ownSource(pool) }, PING);
    if (node.state === 'alive') {
      sender.send(node.address, message, seqNo);
    } else {
      // So that it hears of the suspicion at once, and can refute.
      sender.sendKnown(node, [message, this.#accusation()], seqNo);
    }
    const timeoutMs = Math.min(this.#startedMs + pool.settings.probeTimeoutMs, this.#deadlineMs);
    this.#timers.push(
      pool.timers.set(timeoutMs, () => this.#askOthers()),
      pool.timers.set(this.#deadlineMs, (nowMs) => this.#expire(nowMs)),
    );
  }

  #accusation(): Uint8Array {
    const From = this.#context.pool.self.name;
    return encode(accusation, { Incarnation: this.#incarnation, Node: this.#node.name, From }, SUSPECT);
  }

  onAck(payload: Uint8Array | null, nowMs: number): void {
    if (!this.#isIndirect) {
      const roundTripMs = nowMs - this.#startedMs;
      const copied = payload === null ? null : Uint8Array.from(payload);
      this.#context.pool.out.event({ kind: 'roundTrip', node: infoOf(this.#node), roundTripMs, payload: copied });
    }
    this.#end(this.#isSendFailed ? 0 : -1, nowMs);
  }

  onNack(): void {
    this.#nacks += 1;
  }

  /** The direct ping could not be written. */
  sendFailed(): void {
    if (this.#isIndirect) return;
    this.#isSendFailed = true;
    this.#askOthers();
  }

  /** It counts at the deadline: an ack that comes until then counts more. */
  streamAnswered(): void {
    this.#isStreamAnswered = true;
  }

  #askOthers(): void {
    if (this.#isIndirect) return;
    this.#isIndirect = true;
    const { seqNo } = this;
    const node = this.#node;
    const context = this.#context;
    const { pool, sender } = context;
    const { settings, table } = pool;
    const isRelay = (other: NodeRecord) => other.state === 'alive' && other.name !== node.name && !isSelf(pool, other);
    for (const relay of table.pick(settings.indirectChecks, isRelay)) {
      const Nack = protocolMax(relay) >= NACK_VERSION;
      if (Nack) this.#expectedNacks += 1;
      const { ip, port } = node.address;
      const request = { SeqNo: seqNo, Target: ip, Port: port, Node: node.name, Nack, ...ownSource(pool) };
      sender.send(relay.address, encode(indirectPing, request, INDIRECT_PING));
    }
    if (settings.isStreamPingEnabled && protocolMax(node) >= STREAM_PING_VERSION) {
      const { name, address } = node;
      pool.out.stream({ kind: 'ping', to: address, name, seqNo, deadlineMs: this.#deadlineMs });
    }
  }

  #expire(nowMs: number): void {
    const node = this.#node;
    const context = this.#context;
    if (this.#isStreamAnswered) {
      context.pool.out.log('warn', `'${node.name}' answers a stream but no packets: is UDP blocked?`);
      this.#end(this.#isSendFailed ? 0 : -1, nowMs);
      return;
    }
    const From = context.pool.self.name;
    context.membership.suspect({ Incarnation: this.#incarnation, Node: node.name, From }, nowMs);
    // Relays that don't even say they got no answer tell of our own trouble.
    this.#end(this.#expectedNacks > 0 ? Math.max(this.#expectedNacks - this.#nacks, 0) : 1, nowMs);
  }

  #end(delta: number, nowMs: number): void {
    const { pool, waiters } = this.#context;
    for (const timer of this.#timers) pool.timers.cancel(timer);
    waiters.remove(this.seqNo);
    pool.awareness.apply(delta);
    pool.out.event({ kind: 'done', what: 'probeNode', sinceMs: this.#startedMs });
    this.#context.onEnd(nowMs);
  }
}
