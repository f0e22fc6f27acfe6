// The two halves of a push/pull of a pool of any size, as stock client agents of Consul have it.

import { STATE, serfState } from '../../../../src/main/gossip/serf/protocol/messages.js';
import { encodeTags } from '../../../../src/main/gossip/serf/protocol/tags.js';
import { type PushPullNode, STATE_ALIVE } from '../../../../src/main/gossip/wire/messages.js';
import { encode } from '../../../../src/msgpack/codec.js';
import { VERSIONS } from './core/rig.js';

const EVENT_SLOTS = 512;

function idOf(i: number): string {
  return `11111111-2222-4333-8444-${i.toString(16).padStart(12, '0')}`;
}

/** 250 bytes of tags each, of which no two are the same. */
export function largePool(count: number): PushPullNode[] {
  return Array.from({ length: count }, (_, i) => ({
    Name: `ip-10-${i >> 16}-${(i >> 8) & 255}-${i & 255}.eu-west-1.compute.internal`,
    Addr: Uint8Array.of(10, i >> 16, (i >> 8) & 255, i & 255),
    Port: 8301,
    Meta: encodeTags(
      new Map([
        ['build', '1.21.4:59b8b905'],
        ['dc', 'dc1'],
        ['id', idOf(i)],
        ['image', `ami-${idOf(i * 7919)}`],
        ['instance', `i-${idOf(i * 104_729)}`],
        ['role', 'node'],
        ['segment', ''],
        ['vsn', '2'],
        ['vsn_max', '3'],
        ['vsn_min', '2'],
      ]),
    ),
    Incarnation: 1,
    State: STATE_ALIVE,
    Vsn: VERSIONS,
  }));
}

/** Serf's half; each name with the time `lTime`. */
export function largeState(nodes: readonly PushPullNode[], lTime = 3, left: readonly string[] = []): Uint8Array {
  const state = {
    LTime: lTime + 1,
    StatusLTimes: new Map(nodes.map(({ Name }) => [Name, lTime])),
    LeftMembers: left,
    EventLTime: 9,
    Events: new Array<null>(EVENT_SLOTS).fill(null),
    QueryLTime: 1,
  };
  return encode(serfState, state, STATE);
}
