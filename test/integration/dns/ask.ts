// Questions over real sockets: packets as they are, and names with what is told of them.

import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import packet from 'dns-packet';
import { questionPacket } from '../../unit/workers/state/dns/message.js';

const DEADLINE_MS = 30_000;

export interface Reply {
  readonly rcode: string;
  /** Addresses among the answers, in order. */
  readonly addresses: readonly string[];
}

export async function ask(port: number, bytes: Buffer): Promise<packet.DecodedPacket> {
  const socket = dgram.createSocket('udp4');
  try {
    socket.send(bytes, port, '127.0.0.1');
    const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })) as [Buffer];
    return packet.decode(reply);
  } finally {
    socket.close();
  }
}

/** Frames that come back over TCP until `count` are there or the server closes. */
export async function converse(
  port: number,
  chunks: readonly Buffer[],
  count: number,
): Promise<packet.DecodedPacket[]> {
  const socket = net.connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error(`no answer within ${DEADLINE_MS} ms`)));
  const replies: packet.DecodedPacket[] = [];
  let pending = Buffer.alloc(0);
  const sending = (async () => {
    await once(socket, 'connect');
    for (const chunk of chunks) {
      if (!socket.write(chunk)) await once(socket, 'drain');
      await new Promise(setImmediate);
    }
  })().catch(() => {});
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      replies.push(packet.decode(pending.subarray(2, 2 + pending.readUInt16BE(0))));
      pending = pending.subarray(2 + pending.readUInt16BE(0));
    }
    if (replies.length >= count) break;
  }
  socket.destroy();
  await sending;
  return replies;
}

export function framed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

function told(reply: packet.DecodedPacket): Reply {
  const { rcode } = reply as { rcode?: string };
  const addresses = (reply.answers ?? []).map((answer) => (answer.type === 'A' ? answer.data : answer.type)).sort();
  return { rcode: rcode ?? '', addresses };
}

export async function askOverUdp(port: number, name: string, type = 'A'): Promise<Reply> {
  return told(await ask(port, questionPacket({ name, type, edns: 4096 })));
}

/** The questions on one connection, at once. */
export async function askOverTcp(port: number, names: readonly string[], type = 'A'): Promise<readonly Reply[]> {
  const frames = names.map((name) => framed(questionPacket({ name, type })));
  return (await converse(port, [Buffer.concat(frames)], names.length)).map(told);
}
