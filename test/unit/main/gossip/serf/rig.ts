// What the tests of the Serf machine share: a machine named n1 that knows some others, and a reading of what it sends.

import assert from 'node:assert/strict';
import type { OutgoingPacket, StreamRequest } from '../../../../../src/main/gossip/core/output.js';
import { LAN } from '../../../../../src/main/gossip/core/settings.js';
import { SERF, type SerfOptions } from '../../../../../src/main/gossip/serf/pool/options.js';
import type { IncomingQuery, SerfEvent } from '../../../../../src/main/gossip/serf/pool/output.js';
import { SerfCore } from '../../../../../src/main/gossip/serf/serf-core.js';
import { splitCompound } from '../../../../../src/main/gossip/wire/compound.js';
import { COMPOUND, USER } from '../../../../../src/main/gossip/wire/message-types.js';
import { addressOfNode, aliveMessage, N1, seeded } from '../core/rig.js';

/** Only gossip beats: no probes, no exchanges. */
export const QUIET = { ...LAN, probeIntervalMs: 1e12, pushPullIntervalMs: 0 };

export function optionsOf(changes: Partial<SerfOptions> = {}): SerfOptions {
  return {
    self: N1,
    gossip: QUIET,
    serf: SERF,
    tags: new Map([['role', 'db']]),
    rules: null,
    random: seeded(1),
    layerOverhead: () => 0,
    keyring: null,
    restored: null,
    ...changes,
  };
}

export interface Sent {
  readonly to: string;
  readonly port: number;
  readonly message: Uint8Array;
}

/** Single messages, out of their compounds. */
export function messagesIn(packets: readonly OutgoingPacket[]): Sent[] {
  return packets.flatMap(({ to, message }) => {
    const parts = message[0] === COMPOUND ? (splitCompound(message)?.parts ?? []) : [message];
    return parts.map((part) => ({ to: to.ip.join('.'), port: to.port, message: part }));
  });
}

/** Serf messages in it, without memberlist's type byte. */
export function serfMessagesIn(packets: readonly OutgoingPacket[]): Sent[] {
  return messagesIn(packets)
    .filter(({ message }) => message[0] === USER)
    .map((sent) => ({ ...sent, message: sent.message.subarray(1) }));
}

export class SerfRig {
  readonly serf: SerfCore;
  nowMs = 1000;

  /** A started machine; what the start put out stays to be taken. */
  constructor(changes: Partial<SerfOptions> = {}) {
    this.serf = new SerfCore(optionsOf(changes));
    assert.equal(this.serf.start(this.nowMs), null);
  }

  /** It hears of them; what comes of it is dropped. */
  knows(...names: readonly string[]): this {
    for (const name of names) this.serf.receive(aliveMessage(name), addressOfNode(name), this.nowMs);
    this.take();
    return this;
  }

  take() {
    return this.serf.take();
  }

  /** Runs the timers of the next `forMs`, one deadline after the other. */
  run(forMs: number) {
    const untilMs = this.nowMs + forMs;
    const packets: OutgoingPacket[] = [];
    const streams: StreamRequest[] = [];
    const events: SerfEvent[] = [];
    const collect = () => {
      const taken = this.serf.take();
      packets.push(...taken.packets);
      streams.push(...taken.streams);
      events.push(...taken.events);
    };
    collect();
    for (let next = this.serf.nextMs; next !== null && next <= untilMs; next = this.serf.nextMs) {
      this.nowMs = Math.max(this.nowMs, next);
      this.serf.tick(this.nowMs);
      collect();
    }
    this.nowMs = untilMs;
    return { packets, streams, events };
  }

  /** A Serf message comes in a packet from n2. */
  hears(message: Uint8Array): void {
    const packet = new Uint8Array(1 + message.length);
    packet[0] = USER;
    packet.set(message, 1);
    this.serf.receive(packet, addressOfNode('n2'), this.nowMs);
  }

  statuses(): { [name: string]: string } {
    return Object.fromEntries(Array.from(this.serf.members(), ({ name, status }) => [name, status]));
  }
}

/** As the recordings name what the application is told. */
export function described(event: SerfEvent): string[] {
  switch (event.kind) {
    case 'members':
      return event.members.map(({ name, status }) => `member-${event.type} ${name} status=${status}`);
    case 'userEvent': {
      const payload = Buffer.from(event.payload ?? []).toString('utf8');
      return [`user ${event.name} ltime=${event.lTime} payload=${payload} coalesce=${event.canCoalesce}`];
    }
    case 'query':
      return [`query ${event.query.name} ltime=${event.query.lTime}`];
    default:
      return [];
  }
}

export function eventsOf(events: readonly SerfEvent[]): string[] {
  return events.flatMap(described);
}

export function queriesOf(events: readonly SerfEvent[]): IncomingQuery[] {
  return events.flatMap((event) => (event.kind === 'query' ? [event.query] : []));
}
