// How many bytes things take on the wire, by the product's own encoders, for members with the tags of client agents. Without
// what is below UDP and TCP, unencrypted and uncompressed.

import { ACK, ALIVE, PING } from '../../../../src/main/gossip/wire/message-types.js';
import { ack, alive, type PushPullNode, ping, STATE_ALIVE } from '../../../../src/main/gossip/wire/messages.js';
import { encodeStreamMessage } from '../../../../src/main/gossip/wire/stream-messages.js';
import { encode } from '../../../../src/msgpack/codec.js';

/** Role, datacenter, ID, versions and build of an agent of ours. */
export const META = new Uint8Array(110).fill(0x78);
const VERSIONS = Uint8Array.of(1, 5, 2, 2, 5, 4);
const NAME = 'node-12345';
const ADDRESS = Uint8Array.of(10, 0, 0, 1);
const PORT = 8301;
/** A coordinate. */
const ACK_PAYLOAD = new Uint8Array(100);
/** A name and the time of its last intent, in Serf's part of a state. */
const INTENT_BYTES = NAME.length + 2;

function stateBytes(members: number): number {
  const node: PushPullNode = {
    Name: NAME,
    Addr: ADDRESS,
    Port: PORT,
    Meta: META,
    Incarnation: 1,
    State: STATE_ALIVE,
    Vsn: VERSIONS,
  };
  const nodes = Array.from({ length: members }, () => node);
  return encodeStreamMessage({ type: 'pushPull', body: { isJoin: true, nodes, userState: null } }).length;
}

const aliveBody = { Incarnation: 1, Node: NAME, Addr: ADDRESS, Port: PORT, Meta: META, Vsn: VERSIONS };
const pingBody = { SeqNo: 70_000, Node: NAME, SourceAddr: ADDRESS, SourcePort: PORT, SourceNode: NAME };

export const SIZES = {
  alive: encode(alive, aliveBody, ALIVE).length,
  ping: encode(ping, pingBody, PING).length,
  ack: encode(ack, { SeqNo: 70_000, Payload: ACK_PAYLOAD }, ACK).length,
  /** Of a state: each member, and what stands around them. */
  stateMember: stateBytes(2) - stateBytes(1) + INTENT_BYTES,
  state: 2 * stateBytes(1) - stateBytes(2),
} as const;
