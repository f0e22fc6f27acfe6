// A pool of many members in one process: the gossip core unchanged, under a clock that jumps from one event to the next
// and a network that loses, delays and cuts by a seed. A run is the same every time.

import { GossipCore } from '../../../src/main/gossip/core/gossip-core.js';
import { type GossipHooks, NO_HOOKS } from '../../../src/main/gossip/core/hooks.js';
import { type Address, type NodeRecord, readVersions } from '../../../src/main/gossip/core/node.js';
import type { GossipEvent, OutgoingPacket, Output } from '../../../src/main/gossip/core/output.js';
import { pushPullIntervalMs } from '../../../src/main/gossip/core/scale.js';
import type { GossipSettings } from '../../../src/main/gossip/core/settings.js';
import { type Timer, Timers } from '../../../src/main/gossip/core/timers.js';
import { PING } from '../../../src/main/gossip/wire/message-types.js';
import { ping } from '../../../src/main/gossip/wire/messages.js';
import { finish } from '../../../src/main/gossip/wire/steps.js';
import { encode } from '../../../src/msgpack/codec.js';
import { below, type Random } from '../../../src/random/random.js';
import { SharedNodes, SharedTable } from './shared-table.js';

const PORT = 8301;
const NOBODY = new SharedNodes([]);
const VERSIONS = Uint8Array.of(1, 5, 2, 2, 5, 4);
/** Shorter than real tags: a member that joins late is copied by everybody. */
const META = new Uint8Array(32).fill(0x78);

export interface Link {
  /** Share of packets that get lost. */
  loss: number;
  /** Shortest and longest way of a packet. */
  delayMs: readonly [number, number];
  /** Whether anything passes between two members. */
  isOpen: (from: number, to: number) => boolean;
  /** The same for packets alone. */
  isPacketOpen: (from: number, to: number) => boolean;
  /** Until when a member neither gets anything out nor takes anything in, though its clocks run. */
  heldUntilMs: (member: number, nowMs: number) => number;
}

export interface Member {
  readonly id: number;
  readonly name: string;
  readonly core: GossipCore;
  isRunning: boolean;
  wake: Timer | null;
  /** Sent, without what is below UDP. */
  packets: number;
  bytes: number;
  /** States sent over streams. */
  states: number;
}

/** A member's event, as soon as it has it. */
export type Observer = (member: Member, event: GossipEvent, nowMs: number) => void;

function addressOf(id: number): Address {
  return { ip: Uint8Array.of(10, id >> 16, (id >> 8) & 255, id & 255), port: PORT };
}

function nameOf(id: number): string {
  return `node-${id}`;
}

/** A member as all others know it. */
function recordOf(id: number, nowMs: number): NodeRecord {
  return {
    name: nameOf(id),
    address: addressOf(id),
    meta: META,
    versionBytes: VERSIONS,
    versions: readVersions(VERSIONS),
    incarnation: 1,
    state: 'alive',
    changedMs: nowMs,
    suspicion: null,
  };
}

function idOf({ ip }: Address): number {
  return ((ip[1] ?? 0) << 16) | ((ip[2] ?? 0) << 8) | (ip[3] ?? 0);
}

export class SimulatedPool {
  readonly members: Member[] = [];
  readonly link: Link = {
    loss: 0,
    delayMs: [0.2, 1],
    isOpen: () => true,
    isPacketOpen: () => true,
    heldUntilMs: (_, nowMs) => nowMs,
  };
  observer: Observer = () => undefined;
  readonly #settings: GossipSettings;
  readonly #hooks: GossipHooks;
  readonly #random: Random;
  readonly #clock = new Timers();
  #time = 0;
  /** The size when members are being introduced to each other: what is queued then leaves with the next packet. */
  #fillingTo = 0;

  constructor(settings: GossipSettings, random: Random, hooks: GossipHooks = NO_HOOKS) {
    const isFilling = () => this.#fillingTo > 0;
    const filled = () => this.#fillingTo;
    this.#settings = {
      ...settings,
      get retransmitMult() {
        return isFilling() ? 0 : settings.retransmitMult;
      },
      /** A node's first exchange comes within the plain interval; a pool that has long been there has longer ones. */
      get pushPullIntervalMs() {
        return isFilling() ? pushPullIntervalMs(settings.pushPullIntervalMs, filled()) : settings.pushPullIntervalMs;
      },
    };
    this.#hooks = hooks;
    this.#random = random;
  }

  get nowMs(): number {
    return this.#time;
  }

  /** A member that knows nobody yet, or these. */
  add(known: SharedNodes = NOBODY, meta: Uint8Array = META): Member {
    const id = this.members.length;
    const name = nameOf(id);
    const core = new GossipCore({
      self: { name, address: addressOf(id), versionBytes: VERSIONS, bindPort: PORT },
      settings: this.#settings,
      hooks: this.#hooks,
      random: this.#random,
      layerOverhead: () => 0,
      table: new SharedTable(this.#random, known),
    });
    const member: Member = { id, name, core, isRunning: true, wake: null, packets: 0, bytes: 0, states: 0 };
    this.members.push(member);
    core.start(meta, this.#time);
    this.#settle(member);
    return member;
  }

  /** A pool of `count` members that all know each other and have nothing to tell. */
  fill(count: number): void {
    this.#fillingTo = count;
    const known = new SharedNodes(Array.from({ length: count }, (_, id) => recordOf(id, this.#time)));
    const none = { SourceAddr: null, SourcePort: 0, SourceNode: '' };
    const drain = encode(ping, { SeqNo: 0, Node: '', ...none }, PING);
    for (let i = 0; i < count; i += 1) {
      const { core, id } = this.add(known);
      core.receive(drain, addressOf(id), this.#time);
      core.take();
    }
    this.#fillingTo = 0;
  }

  /** Joins by an exchange with one member, as over a stream. */
  join(newcomer: Member, contact: Member): void {
    this.#exchange(newcomer, contact, true);
  }

  /** Stops without a word. */
  kill(member: Member): void {
    member.isRunning = false;
    if (member.wake !== null) this.#clock.cancel(member.wake);
  }

  /** Lets time pass until then, or until `isDone`. */
  run(untilMs: number, isDone: () => boolean = () => false): void {
    for (let next = this.#clock.nextMs; next !== null && next <= untilMs && !isDone(); next = this.#clock.nextMs) {
      this.#time = next;
      this.#clock.runDue(next);
    }
    if (!isDone()) this.#time = untilMs;
  }

  /** Does what a member wants done, and wakes it when its next timer is due. */
  #settle(member: Member): void {
    const { core } = member;
    const output = core.take();
    for (const event of output.events) this.observer(member, event, this.#time);
    for (const packet of output.packets) this.#send(member, packet);
    this.#open(member, output);
    const { nextMs } = core;
    if (nextMs === null || member.wake?.dueMs === nextMs) return;
    if (member.wake !== null) this.#clock.cancel(member.wake);
    member.wake = this.#clock.set(nextMs, (nowMs) => {
      member.wake = null;
      core.tick(nowMs);
      this.#settle(member);
    });
  }

  /** When something sent now arrives. */
  #arrivalMs(from: Member, to: Member): number {
    const { delayMs, heldUntilMs } = this.link;
    const [shortest, longest] = delayMs;
    const leavesMs = heldUntilMs(from.id, this.#time);
    return heldUntilMs(to.id, leavesMs + shortest + this.#random() * (longest - shortest));
  }

  #passes(from: Member, to: Member | undefined): to is Member {
    return to?.isRunning === true && this.link.isOpen(from.id, to.id);
  }

  #send(from: Member, { to, message, withChecksum }: OutgoingPacket): void {
    from.packets += 1;
    from.bytes += message.length + (withChecksum ? 5 : 0);
    const target = this.members[idOf(to)];
    if (!this.#passes(from, target) || !this.link.isPacketOpen(from.id, target.id)) return;
    if (this.#random() < this.link.loss) return;
    this.#clock.set(this.#arrivalMs(from, target), (nowMs) => {
      if (!target.isRunning) return;
      target.core.receive(message, addressOf(from.id), nowMs);
      this.#settle(target);
    });
  }

  /** Streams: nothing is lost, a partition closes them. */
  #open(from: Member, { streams }: Output): void {
    for (const request of streams) {
      const target = this.members[idOf(request.to)];
      if (!this.#passes(from, target)) continue;
      this.#clock.set(this.#arrivalMs(from, target), (nowMs) => {
        if (!target.isRunning || !from.isRunning) return;
        if (request.kind === 'pushPull') this.#exchange(from, target, false);
        else if (nowMs < request.deadlineMs) from.core.streamPingAnswered(request.seqNo);
      });
    }
  }

  #exchange(caller: Member, acceptor: Member, isJoin: boolean): void {
    const request = finish(caller.core.ownState(isJoin).steps);
    const answer = finish(acceptor.core.ownState(isJoin).steps);
    caller.states += 1;
    acceptor.states += 1;
    acceptor.core.merge(request, this.#time);
    this.#settle(acceptor);
    caller.core.merge(answer, this.#time);
    this.#settle(caller);
  }

  /** A member that runs, but not one of these. */
  pick(...others: readonly Member[]): Member {
    for (;;) {
      const member = this.members[below(this.#random, this.members.length)];
      if (member?.isRunning === true && !others.includes(member)) return member;
    }
  }
}
