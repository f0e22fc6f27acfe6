// The membership of one pool: SWIM with Lifeguard, as memberlist speaks it (spec/gossip.md, sections 5 to 9). It is pure:
// packets, states and the time come in through methods, and after each call `take` gives what is to be done. The caller
// calls `tick` when `nextMs` is due; one that was held up reads its socket first, so that answers count before timeouts.

import { encode } from '../../../msgpack/codec.js';
import type { Random } from '../../../random/random.js';
import { ACK } from '../wire/message-types.js';
import { type Alive, ack, type Ping } from '../wire/messages.js';
import { type PacketMessage, readMessages } from '../wire/packet-messages.js';
import type { PushPull } from '../wire/stream-messages.js';
import { AckWaiters } from './ack-waiters.js';
import { Awareness } from './awareness.js';
import { mergeSteps, ownState } from './exchange.js';
import type { GossipHooks } from './hooks.js';
import { type Machine, type Merging, mergingOf, type OwnState } from './machine.js';
import { Membership } from './membership.js';
import { type Address, addressText, type NodeRecord } from './node.js';
import { NodeTable } from './node-table.js';
import { type GossipEvent, Outbox, type Output } from './output.js';
import { type Identity, isSelf, type Pool } from './pool.js';
import { Prober } from './prober.js';
import { BroadcastQueue } from './queue.js';
import { answerAddress, relayPing } from './relay.js';
import { Rounds } from './rounds.js';
import { Sender } from './sender.js';
import type { GossipSettings } from './settings.js';
import { Timers } from './timers.js';

export interface CoreOptions {
  readonly self: Identity;
  readonly settings: GossipSettings;
  readonly hooks: GossipHooks;
  readonly random: Random;
  /** What the label and encryption add to a packet now, in bytes. */
  readonly layerOverhead: () => number;
  /** Given by simulated pools, whose members share what they know. */
  readonly table?: NodeTable;
}

export class GossipCore implements Machine<GossipEvent> {
  readonly #pool: Pool;
  readonly #waiters = new AckWaiters();
  readonly #sender: Sender;
  readonly #membership: Membership;
  readonly #prober: Prober;
  readonly #rounds: Rounds;

  constructor(options: CoreOptions) {
    this.#pool = {
      ...options,
      table: options.table ?? new NodeTable(options.random),
      broadcasts: new BroadcastQueue(),
      awareness: new Awareness(options.settings.awarenessMax),
      timers: new Timers(),
      out: new Outbox(),
    };
    this.#sender = new Sender(this.#pool);
    this.#membership = new Membership(this.#pool);
    this.#prober = new Prober(this.#pool, this.#sender, this.#membership, this.#waiters);
    this.#rounds = new Rounds(this.#pool, this.#sender, this.#prober);
  }

  /** Makes ourselves a member and starts the rounds. False when our own rules refuse us. */
  start(meta: Uint8Array, nowMs: number): boolean {
    if (!this.#membership.announce(meta, nowMs)) return false;
    this.#rounds.start(nowMs);
    return true;
  }

  /** All members known, ourselves and the dead not yet forgotten included. Not to be changed. */
  get nodes(): readonly Readonly<NodeRecord>[] {
    return this.#pool.table.nodes;
  }

  node(name: string): Readonly<NodeRecord> | undefined {
    return this.#pool.table.get(name);
  }

  /** 0 is healthy. */
  get healthScore(): number {
    return this.#pool.awareness.score;
  }

  /** Messages waiting to be spread. */
  get queued(): number {
    return this.#pool.broadcasts.length;
  }

  /** When {@link tick} is due; null before {@link start}. */
  get nextMs(): number | null {
    return this.#pool.timers.nextMs;
  }

  tick(nowMs: number): void {
    this.#pool.timers.runDue(nowMs);
  }

  /** What is to be done, and what there is to tell, since the last call. */
  take(): Output {
    return this.#pool.out.take();
  }

  /** A packet whose label, encryption and checksum are off. Nothing in it is kept. */
  receive(packet: Uint8Array, from: Address, nowMs: number): void {
    const { messages, problems } = readMessages(packet);
    for (const problem of problems) this.#pool.out.log('debug', `Ignoring a part of a packet: ${problem}`);
    for (const message of messages) this.#handle(message, from, nowMs);
  }

  receiveUser(payload: Uint8Array): void {
    this.#pool.out.event({ kind: 'user', payload });
  }

  #handle(message: PacketMessage, from: Address, nowMs: number): void {
    switch (message.type) {
      case 'ping':
        this.#answerPing(message.body, from);
        break;
      case 'indirectPing':
        relayPing({ pool: this.#pool, sender: this.#sender, waiters: this.#waiters }, message.body, from, nowMs);
        break;
      case 'ack':
        this.#waiters.ack(message.body.SeqNo, message.body.Payload, nowMs);
        break;
      case 'nack':
        this.#waiters.nack(message.body.SeqNo);
        break;
      case 'suspect':
        this.#membership.suspect(message.body, nowMs);
        break;
      case 'alive':
        this.#alive(message.body, from, nowMs);
        break;
      case 'dead':
        this.#membership.dead(message.body, nowMs);
        break;
      case 'user':
        this.receiveUser(message.payload);
        break;
    }
  }

  #alive(message: Alive, from: Address, nowMs: number): void {
    const problem = this.#pool.hooks.refuseSource(from.ip);
    if (problem === null) this.#membership.alive(message, nowMs);
    else this.#pool.out.log('debug', `Blocked alive message: ${problem} from=${addressText(from)}`);
  }

  /** Whether a ping is for us; the same rule for packets and streams. */
  isForUs(ping: Ping): boolean {
    return ping.Node === '' || ping.Node === this.#pool.self.name;
  }

  #answerPing(ping: Ping, from: Address): void {
    if (!this.isForUs(ping)) {
      this.#pool.out.log('warn', `Ignoring a ping for '${ping.Node}'`);
      return;
    }
    const message = encode(ack, { SeqNo: ping.SeqNo, Payload: this.#pool.hooks.ackPayload() }, ACK);
    this.#sender.send(answerAddress(ping, from), message);
  }

  /** A direct ping could not be written: its target counts as silent. */
  packetFailed(probe: number): void {
    this.#prober.packetFailed(probe);
  }

  streamPingAnswered(seqNo: number): void {
    this.#prober.streamAnswered(seqNo);
  }

  /** Our half of a push/pull. */
  ownState(isJoin: boolean): OwnState {
    return ownState(this.#pool, isJoin);
  }

  get revision(): number {
    return this.#pool.table.revision;
  }

  /** The other half. */
  startMerge(remote: PushPull): Merging {
    return mergingOf(mergeSteps(this.#pool, this.#membership, remote));
  }

  /** The same in one go: the problem, or null. */
  merge(remote: PushPull, nowMs: number): string | null {
    const merging = this.startMerge(remote);
    while (merging.step(nowMs));
    return merging.problem;
  }

  /** A message of the layer above, at once and alone. `name`: the member it is for, when it is one. */
  sendUser(to: Address, payload: Uint8Array, name: string | null): void {
    this.#sender.sendUser(to, payload, name === null ? undefined : this.#pool.table.get(name));
  }

  /** Tells the others that our metadata is new. A `spread` event says when they have been told, or the time is over. */
  updateMeta(meta: Uint8Array, timeoutMs: number, nowMs: number): boolean {
    return this.#membership.announce(meta, nowMs, this.#awaitSpread('meta', timeoutMs, nowMs));
  }

  /** Leaves the pool; probing and answering goes on. A `spread` event says when the others have been told. */
  leave(timeoutMs: number, nowMs: number): void {
    if (this.#membership.isLeaving) return;
    this.#membership.leave(nowMs, this.#awaitSpread('leave', timeoutMs, nowMs));
  }

  /** What ends the waiting for a broadcast. With nobody to tell, the waiting has ended already. */
  #awaitSpread(what: 'leave' | 'meta', timeoutMs: number, nowMs: number): () => void {
    const pool = this.#pool;
    const { out, timers, table } = pool;
    if (!table.nodes.some((node) => node.state === 'alive' && !isSelf(pool, node))) {
      out.event({ kind: 'spread', what, isTimedOut: false });
      return () => undefined;
    }
    let isOver = false;
    const timer = timers.set(nowMs + timeoutMs, () => {
      isOver = true;
      out.event({ kind: 'spread', what, isTimedOut: true });
    });
    return () => {
      if (isOver) return;
      timers.cancel(timer);
      out.event({ kind: 'spread', what, isTimedOut: false });
    };
  }
}
