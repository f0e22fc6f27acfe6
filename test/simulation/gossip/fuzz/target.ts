// The member that is fuzzed: Serf's machine under a clock of its own, with a small table, so that its limits are reached.

import assert from 'node:assert/strict';
import { LAN } from '../../../../src/main/gossip/core/settings.js';
import { SERF } from '../../../../src/main/gossip/serf/pool/options.js';
import { SerfCore } from '../../../../src/main/gossip/serf/serf-core.js';
import type { Protection } from '../../../../src/main/gossip/wire/protection.js';
import type { Random } from '../../../random.js';
import { protectionWith } from '../../../unit/main/gossip/protection.js';

export const MOST_NODES = 500;
const MOST_QUEUED = 4096;
const NAME = 'fuzzed';
const FROM = { ip: Uint8Array.of(127, 0, 0, 1), port: 7946 };

export function protectionOf(key: Uint8Array | null, label = ''): Protection {
  return protectionWith({ label: Buffer.from(label) }, ...(key === null ? [] : [key]));
}

export class Target {
  readonly serf: SerfCore;
  nowMs = 1000;

  constructor(random: Random) {
    this.serf = new SerfCore({
      self: {
        name: NAME,
        address: { ip: Uint8Array.of(127, 0, 0, 1), port: 7946 },
        versionBytes: Uint8Array.of(1, 5, 2, 2, 5, 4),
        bindPort: 7946,
      },
      gossip: { ...LAN, mostNodes: MOST_NODES },
      serf: SERF,
      tags: new Map([['role', 'fuzzed']]),
      rules: null,
      random: () => random.next(),
      layerOverhead: () => 0,
      keyring: null,
      restored: null,
    });
    assert.equal(this.serf.start(this.nowMs), null);
    this.serf.take();
  }

  receive(packet: Uint8Array): void {
    this.serf.receive(packet, FROM, this.nowMs);
    this.pass();
  }

  /** A millisecond goes by, and whatever is due in it happens. */
  pass(): void {
    this.nowMs += 1;
    const { nextMs } = this.serf;
    if (nextMs !== null && nextMs <= this.nowMs) this.serf.tick(this.nowMs);
    this.serf.take();
  }

  /** Everything that others could have changed, in one text. */
  fingerprint(): string {
    return [...this.serf.members()]
      .map(({ name, status, statusLTime, meta, address }) =>
        [name, status, String(statusLTime), Buffer.from(meta).toString('hex'), address.port].join(' '),
      )
      .join('\n');
  }

  /** What must hold whatever came in. */
  check(): void {
    const self = this.serf.member(NAME);
    assert.equal(self?.status, 'alive', 'nobody but itself ends a member');
    assert.ok(this.serf.memberCount <= MOST_NODES, `${this.serf.memberCount} members`);
    const figures = this.serf.figures();
    for (const queue of ['event_queue', 'intent_queue', 'query_queue']) {
      assert.ok(Number(figures[queue]) <= MOST_QUEUED, `${queue} holds ${figures[queue]}`);
    }
  }
}
