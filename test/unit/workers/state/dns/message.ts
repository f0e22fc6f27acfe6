// Packets for the DNS tests, made and read by an independent implementation.

import assert from 'node:assert/strict';
import packet from 'dns-packet';
import { type Query, readPacket } from '../../../../../src/workers/state/dns/message/query.js';

export interface Asked {
  readonly name: string;
  readonly type: string;
  readonly id?: number;
  readonly flags?: number;
  /** UDP size of an OPT record; not 0, which dns-packet takes for its default. */
  readonly edns?: number;
  /** With `edns`: the network to answer for. */
  readonly subnet?: { readonly ip: string; readonly length: number };
}

export function questionPacket(asked: Asked): Buffer {
  const { name, type, id = 4711, flags = packet.RECURSION_DESIRED, edns, subnet } = asked;
  return packet.encode({
    type: 'query',
    id,
    flags,
    questions: [{ name, type: type as packet.RecordType, class: 'IN' }],
    ...(edns === undefined
      ? {}
      : {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: edns,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options:
                subnet === undefined
                  ? []
                  : [{ code: 8, ip: subnet.ip, sourcePrefixLength: subnet.length, scopePrefixLength: 0 }],
            },
          ],
        }),
  });
}

export function query(asked: Asked): Query {
  const read = readPacket(questionPacket(asked));
  assert.equal(read.kind, 'query');
  return read as Query;
}
