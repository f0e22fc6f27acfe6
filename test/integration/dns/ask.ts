// One question over a real socket.

import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import packet from 'dns-packet';
import { questionPacket } from '../../unit/dns/message.js';

const DEADLINE_MS = 30_000;

export interface Reply {
  readonly rcode: string;
  /** Addresses among the answers, in order. */
  readonly addresses: readonly string[];
}

function readReply(bytes: Buffer): Reply {
  const reply = packet.decode(bytes);
  const { rcode } = reply as { rcode?: string };
  const addresses = (reply.answers ?? []).map((answer) => (answer.type === 'A' ? answer.data : answer.type)).sort();
  return { rcode: rcode ?? '', addresses };
}

export async function askOverUdp(port: number, name: string, type = 'A'): Promise<Reply> {
  const socket = dgram.createSocket('udp4');
  try {
    socket.send(questionPacket({ name, type, edns: 4096 }), port, '127.0.0.1');
    const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })) as [Buffer];
    return readReply(reply);
  } finally {
    socket.close();
  }
}

/** The questions on one connection, one after the other. */
export async function askOverTcp(port: number, names: readonly string[], type = 'A'): Promise<readonly Reply[]> {
  const socket = net.connect(port, '127.0.0.1');
  socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error(`no answer within ${DEADLINE_MS} ms`)));
  const replies: Reply[] = [];
  let pending = Buffer.alloc(0);
  socket.write(
    Buffer.concat(names.map((name) => packet.streamEncode({ ...packet.decode(questionPacket({ name, type })) }))),
  );
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      replies.push(readReply(pending.subarray(2, 2 + pending.readUInt16BE(0))));
      pending = pending.subarray(2 + pending.readUInt16BE(0));
    }
    if (replies.length >= names.length) break;
  }
  socket.destroy();
  return replies;
}
