// SWIM's rules for what is said about members (spec/gossip.md, section 6): alive, suspect, dead, and how we refute what is
// said about ourselves. The numbers in comments are the rules' own.

import { encode } from '../../../msgpack/codec.js';
import { ALIVE, DEAD, MOST_META_BYTES, SUSPECT } from '../wire/message-types.js';
import { type Accusation, type Alive, accusation, alive, aliveLength } from '../wire/messages.js';
import type { Broadcast, Unwritten } from './broadcast.js';
import {
  addressText,
  infoOf,
  ipOf,
  isGone,
  isSameAddress,
  type NodeInfo,
  type NodeRecord,
  readVersions,
  type Versions,
} from './node.js';
import { isElsewhere, isSelf, type Pool } from './pool.js';
import { keptCopy } from './slab.js';
import { Suspicion, suspicionBounds } from './suspicion.js';
import { isSensible } from './versions.js';

const NO_BYTES = new Uint8Array(0);

function isSameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return Buffer.compare(a ?? NO_BYTES, b ?? NO_BYTES) === 0;
}

/** A copy: what comes in is a view of a packet or stream that must not be kept. */
function copy(bytes: Uint8Array | null): Uint8Array {
  return bytes === null || bytes.length === 0 ? NO_BYTES : keptCopy(bytes);
}

/** What is to be spread of a member, as it is now. */
class UnwrittenAlive implements Alive, Unwritten {
  readonly Incarnation: number;
  readonly Node: string;
  readonly Addr: Uint8Array;
  readonly Port: number;
  readonly Meta: Uint8Array | null;
  readonly Vsn: Uint8Array | null;
  /** 0: known only when it is written. */
  readonly length: number;

  constructor({ incarnation, name, address, meta, versionBytes }: NodeRecord) {
    this.Incarnation = incarnation;
    this.Node = name;
    this.Addr = address.ip;
    this.Port = address.port;
    this.Meta = meta.length === 0 ? null : meta;
    this.Vsn = versionBytes;
    this.length = aliveLength(this) ?? 0;
  }

  write(): Uint8Array {
    return encode(alive, this, ALIVE);
  }
}

export class Membership {
  readonly #pool: Pool;
  #incarnation = 0;
  #leaving = false;
  #ownVersions: Versions | null = null;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get isLeaving(): boolean {
    return this.#leaving;
  }

  /** Our own record. Null before {@link announce}. */
  get self(): NodeRecord | null {
    return this.#pool.table.get(this.#pool.self.name) ?? null;
  }

  /** u32, as Go counts. */
  #nextIncarnation(): number {
    this.#incarnation = (this.#incarnation + 1) >>> 0;
    return this.#incarnation;
  }

  /**
   * Makes ourselves known, at the start or with new metadata. `onFinished`: it has been told often enough. False when
   * our own rules refuse us; the reason is in the log.
   */
  announce(meta: Uint8Array, nowMs: number, onFinished?: () => void): boolean {
    const { name, address, versionBytes } = this.#pool.self;
    const message: Alive = {
      Incarnation: this.#nextIncarnation(),
      Node: name,
      Addr: address.ip,
      Port: address.port,
      Meta: meta,
      Vsn: versionBytes,
    };
    this.#hear(message, nowMs, { onFinished }, false);
    return this.self?.incarnation === this.#incarnation;
  }

  /** From now on nothing said about us is refuted. `onFinished` as in {@link announce}. */
  leave(nowMs: number, onFinished: () => void): void {
    this.#leaving = true;
    const { name } = this.#pool.self;
    this.dead({ Incarnation: this.self?.incarnation ?? this.#incarnation, Node: name, From: name }, nowMs, onFinished);
  }

  /** `isJudged`: it is of a list that the rules let pass. */
  alive(message: Alive, nowMs: number, isJudged = false): void {
    this.#hear(message, nowMs, null, isJudged);
  }

  /** `own`: the message is ours, so it is no reason to refute. */
  #hear(
    message: Alive,
    nowMs: number,
    own: { readonly onFinished: (() => void) | undefined } | null,
    isJudged: boolean,
  ): void {
    const pool = this.#pool;
    const isOurs = message.Node === pool.self.name;
    if (isOurs && this.#leaving) return; // 1
    const known = pool.table.get(message.Node);
    if (known !== undefined && !isOurs && this.#isKnown(known, message)) return;
    const said = this.#accept(message, isJudged); // 2
    if (said === null) return;
    const node = known ?? this.#introduce(said); // 3
    if (node === null) return;
    let isMoving = false; // 4
    if (isElsewhere(node, said)) {
      isMoving = this.#mayMove(node, nowMs);
      if (!isMoving) {
        pool.out.event({ kind: 'conflict', existing: infoOf(node), other: said });
        return;
      }
    }
    const isOld = isOurs ? message.Incarnation < node.incarnation : message.Incarnation <= node.incarnation;
    if (isOld && (isOurs || !isMoving)) return; // 5
    this.#endSuspicion(node); // 6
    if (isOurs && own === null) {
      const isKnown = message.Incarnation === node.incarnation && isSameBytes(message.Meta, node.meta);
      if (!isKnown || !isSameBytes(message.Vsn, node.versionBytes)) this.#refute(node, message.Incarnation); // 7
      return;
    }
    this.#takeOver(node, said, message, nowMs, own?.onFinished); // 8, 9
  }

  /** Whether 5 will end it: nearly all that an exchange brings is old, and shall cost no copies. */
  #isKnown(node: NodeRecord, { Incarnation, Addr, Port }: Alive): boolean {
    if (Incarnation > node.incarnation || Addr === null) return false;
    return isSameAddress(node.address, { ip: Addr, port: Port });
  }

  /** What the message says about the member, null when it isn't to be believed. */
  #accept(message: Alive, isJudged: boolean): NodeInfo | null {
    const { hooks, out, self } = this.#pool;
    const refuse = (text: string): null => {
      out.log('warn', `Ignoring an alive message for '${message.Node}': ${text}`);
      return null;
    };
    // Nearly all members of a pool say the same: they share the bytes, and what they mean.
    const isAsOurs = isSameBytes(message.Vsn, self.versionBytes);
    const versions = isAsOurs ? this.#versionsOf(self.versionBytes) : readVersions(message.Vsn);
    if (versions === null && hooks.refuseAlive !== null) return refuse('it has no versions');
    if (versions !== null && !isSensible(versions)) return refuse('its protocol versions make no sense');
    const { Addr, Meta } = message;
    const ip = ipOf(Addr);
    if (ip === null) return refuse(`IP byte length is invalid: ${Addr?.length ?? 0} bytes is not either 4 or 16`);
    if (Meta !== null && Meta.length > MOST_META_BYTES) return refuse(`its metadata has ${Meta.length} bytes`);
    const said: NodeInfo = {
      name: message.Node,
      address: { ip, port: message.Port === 0 ? self.bindPort : message.Port },
      meta: copy(Meta),
      versionBytes: versions === null ? null : isAsOurs ? self.versionBytes : copy(message.Vsn),
    };
    const problem = hooks.refuseAlive?.(said, isJudged) ?? null;
    return problem === null ? said : refuse(problem);
  }

  /** A new record, dead so far. Null when the table is full. */
  #introduce(said: NodeInfo): NodeRecord | null {
    const { table, settings, out } = this.#pool;
    if (table.size >= settings.mostNodes) {
      out.log('warn', `Ignoring '${said.name}': the pool has ${table.size} members already`);
      return null;
    }
    // Field by field: spreading an object costs as much as all else here.
    const node: NodeRecord = {
      name: said.name,
      address: said.address,
      meta: said.meta,
      versionBytes: said.versionBytes,
      versions: this.#versionsOf(said.versionBytes),
      incarnation: 0,
      state: 'dead',
      changedMs: Number.NEGATIVE_INFINITY,
      suspicion: null,
    };
    table.add(node);
    return node;
  }

  /** Those who say the same as we share what it means, too. */
  #versionsOf(said: Uint8Array | null): Versions | null {
    const { versionBytes } = this.#pool.self;
    if (said !== versionBytes) return readVersions(said);
    this.#ownVersions ??= readVersions(versionBytes);
    return this.#ownVersions;
  }

  #mayMove(node: NodeRecord, nowMs: number): boolean {
    const reclaimMs = this.#pool.settings.deadNodeReclaimMs;
    return node.state === 'left' || (node.state === 'dead' && reclaimMs > 0 && nowMs - node.changedMs > reclaimMs);
  }

  #takeOver(
    known: NodeRecord,
    said: NodeInfo,
    message: Alive,
    nowMs: number,
    onFinished: (() => void) | undefined,
  ): void {
    const { out, table } = this.#pool;
    const node = table.change(known);
    const wasGone = isGone(node);
    const isChanged = node.meta !== said.meta && !isSameBytes(node.meta, said.meta);
    node.incarnation = message.Incarnation;
    node.meta = said.meta;
    node.address = said.address;
    node.versionBytes = said.versionBytes;
    node.versions = this.#versionsOf(said.versionBytes);
    if (node.state !== 'alive') {
      node.state = 'alive';
      node.changedMs = nowMs;
    }
    this.#spreadAlive(node, node.name, onFinished);
    if (wasGone) out.event({ kind: 'join', node: said });
    else if (isChanged) out.event({ kind: 'update', node: said });
  }

  /** Written anew: what we don't understand isn't passed on, and an empty value goes out as nil. */
  #spreadAlive(node: NodeRecord, key: string, onFinished?: () => void): void {
    const message = new UnwrittenAlive(node);
    this.#spread(key, message.length === 0 ? message.write() : message, onFinished);
  }

  #spread(key: string, message: Broadcast['message'], onFinished?: () => void): void {
    this.#pool.broadcasts.queue(onFinished === undefined ? { key, message } : { key, message, onFinished });
  }

  suspect(message: Accusation, nowMs: number): void {
    const { table } = this.#pool;
    const known = table.get(message.Node);
    if (known === undefined || message.Incarnation < known.incarnation) return; // 1
    if (known.suspicion !== null) {
      if (!known.suspicion.suspicion.confirm(message.From)) return; // 2
      this.#spread(known.name, encode(accusation, message, SUSPECT));
      this.#setDeadline(known, known.suspicion.suspicion, nowMs);
      return;
    }
    if (known.state !== 'alive') return; // 3
    if (isSelf(this.#pool, known)) {
      this.#refute(known, message.Incarnation); // 4
      return;
    }
    const node = table.change(known);
    this.#spread(node.name, encode(accusation, message, SUSPECT)); // 5
    node.incarnation = message.Incarnation;
    node.state = 'suspect';
    node.changedMs = nowMs;
    const bounds = suspicionBounds(this.#pool.settings, table.size);
    this.#setDeadline(node, new Suspicion(bounds, message.From, nowMs), nowMs);
    this.#pool.out.event({ kind: 'suspect', node: infoOf(node) });
  }

  #setDeadline(node: NodeRecord, suspicion: Suspicion, nowMs: number): void {
    const { timers, self } = this.#pool;
    this.#endSuspicion(node);
    const timer = timers.set(Math.max(suspicion.deadlineMs, nowMs), (firedMs) => {
      node.suspicion = null;
      this.dead({ Incarnation: node.incarnation, Node: node.name, From: self.name }, firedMs);
    });
    node.suspicion = { suspicion, timer };
  }

  #endSuspicion(node: NodeRecord): void {
    if (node.suspicion === null) return;
    this.#pool.timers.cancel(node.suspicion.timer);
    node.suspicion = null;
  }

  dead(message: Accusation, nowMs: number, onFinished?: () => void): void {
    const pool = this.#pool;
    const known = pool.table.get(message.Node);
    if (known === undefined || message.Incarnation < known.incarnation) return; // 1
    this.#endSuspicion(known); // 2
    if (isGone(known)) return;
    if (isSelf(pool, known) && !this.#leaving) {
      this.#refute(known, message.Incarnation); // 3
      return;
    }
    const node = pool.table.change(known);
    this.#spread(node.name, encode(accusation, message, DEAD), onFinished); // 4
    node.incarnation = message.Incarnation;
    const isFailure = message.From !== message.Node;
    node.state = isFailure ? 'dead' : 'left';
    node.changedMs = nowMs;
    pool.out.event({ kind: 'leave', node: infoOf(node), isFailure });
  }

  /** Keyed by address: what we announced by name at the start goes on being told beside it, as stock agents do. */
  #refute(known: NodeRecord, accused: number): void {
    const node = this.#pool.table.change(known);
    if (this.#nextIncarnation() <= accused) this.#incarnation = (accused + 1) >>> 0;
    node.incarnation = this.#incarnation;
    this.#pool.awareness.apply(1);
    this.#pool.out.log('debug', `Refuting what was said about us with incarnation ${accused}`);
    this.#spreadAlive(node, addressText(node.address));
  }
}
