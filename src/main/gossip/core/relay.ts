// Pings for others (spec/gossip.md, section 7): somebody gets no answer from a member and asks us to try. We forward the
// ack, or say after the probe timeout that we got none either (Lifeguard, section 4.3).

import { encode } from '../../../msgpack/codec.js';
import { ACK, NACK, PING } from '../wire/message-types.js';
import { ack, type IndirectPing, nack, ping, type Source } from '../wire/messages.js';
import type { AckWaiters } from './ack-waiters.js';
import { type Address, ipOf } from './node.js';
import type { Pool } from './pool.js';
import { ownSource } from './probe.js';
import type { Sender } from './sender.js';

/** Pings for others that run at the same time; more are not taken on. */
const MOST_RELAYS = 4096;

/** Where an answer goes: to the source in the message when it is there, else where the packet came from. */
export function answerAddress({ SourceAddr, SourcePort }: Source, from: Address): Address {
  const ip = ipOf(SourceAddr);
  return ip !== null && SourcePort > 0 ? { ip, port: SourcePort } : from;
}

/** Pings the target and answers the one who asked. */
export function relayPing(
  { pool, sender, waiters }: { readonly pool: Pool; readonly sender: Sender; readonly waiters: AckWaiters },
  request: IndirectPing,
  from: Address,
  nowMs: number,
): void {
  const ip = ipOf(request.Target);
  if (ip === null) {
    pool.out.log('warn', `Ignoring an indirect ping to an address of ${request.Target?.length ?? 0} bytes`);
    return;
  }
  if (waiters.size >= MOST_RELAYS) {
    pool.out.log('warn', 'Ignoring an indirect ping: too many are running');
    return;
  }
  const asker = answerAddress(request, from);
  const target = { ip, port: request.Port === 0 ? pool.self.bindPort : request.Port };
  const { SeqNo, Node, Nack } = request;
  const seqNo = waiters.add({
    onAck() {
      pool.timers.cancel(timeout);
      sender.send(asker, encode(ack, { SeqNo, Payload: null }, ACK));
    },
    onNack: () => undefined,
  });
  const timeout = pool.timers.set(nowMs + pool.settings.probeTimeoutMs, () => {
    waiters.remove(seqNo);
    if (Nack) sender.send(asker, encode(nack, { SeqNo }, NACK));
  });
  sender.send(target, encode(ping, { SeqNo: seqNo, Node, ...ownSource(pool) }, PING));
}
