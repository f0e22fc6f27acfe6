// What the tests of the core share: a pool with fixed numbers, messages as a peer would send them, seeded randomness.

import { Awareness } from '../../../../../src/main/gossip/core/awareness.js';
import { GossipCore } from '../../../../../src/main/gossip/core/gossip-core.js';
import { type GossipHooks, NO_HOOKS } from '../../../../../src/main/gossip/core/hooks.js';
import { Membership } from '../../../../../src/main/gossip/core/membership.js';
import { NodeTable } from '../../../../../src/main/gossip/core/node-table.js';
import { Outbox, type Output } from '../../../../../src/main/gossip/core/output.js';
import type { Identity, Pool } from '../../../../../src/main/gossip/core/pool.js';
import { BroadcastQueue } from '../../../../../src/main/gossip/core/queue.js';
import { type GossipSettings, LAN } from '../../../../../src/main/gossip/core/settings.js';
import { Timers } from '../../../../../src/main/gossip/core/timers.js';
import { ALIVE, DEAD, SUSPECT } from '../../../../../src/main/gossip/wire/message-types.js';
import { accusation, alive } from '../../../../../src/main/gossip/wire/messages.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import type { Random } from '../../../../../src/random/random.js';

/** mulberry32: small, seeded, good enough to pick nodes. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const VERSIONS = Uint8Array.of(1, 5, 2, 2, 5, 4);
export const PORT = 7946;

/** Node `n7` listens at 10.0.0.7. */
export function ipOfNode(name: string): Uint8Array {
  return Uint8Array.of(10, 0, 0, Number(name.slice(1)));
}

export function addressOfNode(name: string): { readonly ip: Uint8Array; readonly port: number } {
  return { ip: ipOfNode(name), port: PORT };
}

export const N1: Identity = { name: 'n1', address: addressOfNode('n1'), versionBytes: VERSIONS, bindPort: PORT };

export function aliveMessage(name: string, incarnation = 1, versions: Uint8Array | null = VERSIONS): Uint8Array {
  const body = { Incarnation: incarnation, Node: name, Addr: ipOfNode(name), Port: PORT, Meta: null, Vsn: versions };
  return encode(alive, body, ALIVE);
}

export function suspectMessage(name: string, from: string, incarnation = 1): Uint8Array {
  return encode(accusation, { Incarnation: incarnation, Node: name, From: from }, SUSPECT);
}

export function deadMessage(name: string, from: string, incarnation = 1): Uint8Array {
  return encode(accusation, { Incarnation: incarnation, Node: name, From: from }, DEAD);
}

/** A pool's parts without the rounds. */
export function poolOf(settings: Partial<GossipSettings> = {}, seed = 1): Pool & { readonly membership: Membership } {
  const random = seeded(seed);
  const merged = { ...LAN, ...settings };
  const pool: Pool = {
    self: N1,
    settings: merged,
    hooks: NO_HOOKS,
    random,
    table: new NodeTable(random),
    broadcasts: new BroadcastQueue(),
    awareness: new Awareness(merged.awarenessMax),
    timers: new Timers(),
    out: new Outbox(),
    layerOverhead: () => 0,
  };
  return { ...pool, membership: new Membership(pool) };
}

export interface CoreRig {
  readonly core: GossipCore;
  /** Runs the timers that are due until then, one deadline after the other; everything that came out. */
  runUntil(untilMs: number): TimedOutput[];
}

export interface TimedOutput extends Output {
  readonly atMs: number;
}

/** A started core that knows `others`, at time 0. What the start put out is gone. */
export function coreOf(
  others: readonly string[],
  settings: Partial<GossipSettings> = {},
  seed = 1,
  hooks: Partial<GossipHooks> = {},
): CoreRig {
  const core = new GossipCore({
    self: N1,
    settings: { ...LAN, ...settings },
    hooks: { ...NO_HOOKS, ...hooks },
    random: seeded(seed),
    layerOverhead: () => 0,
  });
  core.start(new Uint8Array(0), 0);
  for (const name of others) core.receive(aliveMessage(name), addressOfNode(name), 0);
  core.take();
  return {
    core,
    runUntil(untilMs) {
      const outputs: TimedOutput[] = [];
      for (let next = core.nextMs; next !== null && next <= untilMs; next = core.nextMs) {
        core.tick(next);
        outputs.push({ atMs: next, ...core.take() });
      }
      return outputs;
    },
  };
}
