// What is measured of a simulated pool: how fast it learns of a join and of a death, and what its members send meanwhile;
// and what the formulas of spec/gossip.md, sections 8 and 21, expect.

import { NO_HOOKS } from '../../../src/main/gossip/core/hooks.js';
import { CONSUL_LAN } from '../../../src/main/gossip/core/settings.js';
import { seeded } from '../../unit/main/gossip/core/rig.js';
import { type Member, SimulatedPool } from './simulated-pool.js';

/** As much as a coordinate takes: it goes out with every ack. */
const COORDINATE = new Uint8Array(100);

/** A pool in which nothing is going on. */
export function poolOf(count: number, seed: number): SimulatedPool {
  const pool = new SimulatedPool(CONSUL_LAN, seeded(seed), { ...NO_HOOKS, ackPayload: () => COORDINATE });
  pool.fill(count);
  pool.run(2000);
  return pool;
}

export interface Spread {
  /** From the cause until each of the others knew, in order. */
  readonly timesMs: readonly number[];
  readonly firstMs: number;
  readonly lastMs: number;
  readonly informed: number;
}

/** Runs until all others have had this event about `subject`, or the time is over. */
export function spreadOf(pool: SimulatedPool, kind: 'join' | 'leave', subject: Member, timeoutMs: number): Spread {
  const startMs = pool.nowMs;
  const informed = new Set<Member>();
  const timesMs: number[] = [];
  pool.observer = (member, event, nowMs) => {
    if (event.kind !== kind || event.node.name !== subject.name || member === subject || informed.has(member)) return;
    informed.add(member);
    timesMs.push(nowMs - startMs);
  };
  const others = pool.members.filter((member) => member.isRunning && member !== subject).length;
  if (kind === 'join') pool.join(subject, pool.pick(subject));
  else pool.kill(subject);
  pool.run(startMs + timeoutMs, () => informed.size === others);
  pool.observer = () => undefined;
  return { timesMs, firstMs: timesMs[0] ?? -1, lastMs: timesMs.at(-1) ?? -1, informed: informed.size };
}

/** What a member sends in a second, as a mean. */
export interface Load {
  readonly packets: number;
  /** Of packets, without what is below UDP. */
  readonly bytes: number;
  /** States sent over streams. */
  readonly states: number;
}

export function loadOf(pool: SimulatedPool, members: readonly Member[], run: () => void): Load {
  const startMs = pool.nowMs;
  const sum = () =>
    members.reduce(
      (total, { packets, bytes, states }) => ({
        packets: total.packets + packets,
        bytes: total.bytes + bytes,
        states: total.states + states,
      }),
      { packets: 0, bytes: 0, states: 0 },
    );
  const before = sum();
  run();
  const after = sum();
  const share = 1000 / (pool.nowMs - startMs) / members.length;
  return {
    packets: (after.packets - before.packets) * share,
    bytes: (after.bytes - before.bytes) * share,
    states: (after.states - before.states) * share,
  };
}

/** Until all know by gossip: log₁₊f n + ln n / f rounds. */
export function roundsMs(count: number): number {
  const { gossipNodes, gossipIntervalMs } = CONSUL_LAN;
  return (Math.log(count) / Math.log(1 + gossipNodes) + Math.log(count) / gossipNodes) * gossipIntervalMs;
}
