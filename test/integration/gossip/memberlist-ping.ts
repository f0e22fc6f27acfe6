// A ping as a member of a pool in the open sends it, by a socket that is none: its ack says that the agent has read all
// that came to its UDP port before.

import type { Socket } from 'node:dgram';
import { PING } from '../../../src/main/gossip/wire/message-types.js';
import { ping } from '../../../src/main/gossip/wire/messages.js';
import { readMessages } from '../../../src/main/gossip/wire/packet-messages.js';
import { encode } from '../../../src/msgpack/codec.js';
import { waitFor } from '../../agent-process.js';

/** Resolves when `node`, which gossips at this port of the loopback, has acknowledged one; a lost one is sent again. */
export async function pinged(socket: Socket, port: number, node: string, first = 1_000_000): Promise<void> {
  const acknowledged = new Set<number>();
  const listener = (packet: Buffer): void => {
    for (const message of readMessages(packet).messages) {
      if (message.type === 'ack') acknowledged.add(message.body.SeqNo);
    }
  };
  socket.on('message', listener);
  let sequence = first;
  let sentMs = Number.NEGATIVE_INFINITY;
  await waitFor(() => {
    if (performance.now() - sentMs > 1_000) {
      sentMs = performance.now();
      sequence += 1;
      const body = { SeqNo: sequence, Node: node, SourceAddr: null, SourcePort: 0, SourceNode: '' };
      socket.send(encode(ping, body, PING), port, '127.0.0.1');
    }
    return acknowledged.has(sequence);
  }, `an ack of ${node}`);
  socket.off('message', listener);
}
