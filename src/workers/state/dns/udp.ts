// The UDP side: a datagram that is answered from memory is answered in the same turn of the event loop, without a closure or a
// callback per packet; in a busy turn at its end, so that an asker that sleeps is woken once for many replies.

import dgram from 'node:dgram';
import { BusyTurns } from '../sockets/busy-turns.js';
import type { Responds, Response } from './response.js';

/** Bytes the system may hold for us in either direction while the loop is busy. */
const SOCKET_BUFFER = 4 * 1024 * 1024;
/** Replies that the system hasn't taken yet; beyond that, replies are dropped as the network would drop them. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

export interface UdpListener {
  readonly port: number;
  close(): Promise<void>;
}

interface Reply {
  readonly bytes: Uint8Array;
  readonly to: dgram.RemoteInfo;
}

/** Node's types know this option from Node 22.12 on, as its sockets do. */
type SharingOptions = dgram.SocketOptions & { readonly reusePort: boolean };

/** An address is never looked up: it came with the packet. */
function sameAddress(
  address: string,
  _options: unknown,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  done(null, address, address.includes(':') ? 6 : 4);
}

/** Binds and serves. `answered` is called after each reply with the time it took, for metrics. */
export function listenUdp(
  address: string,
  port: number,
  responder: Responds,
  answered: (response: Response, startedMs: number) => void,
  sharesPort = false,
): Promise<UdpListener> {
  const type = address.includes(':') ? 'udp6' : 'udp4';
  const options: SharingOptions = { type, lookup: sameAddress, reusePort: sharesPort };
  const socket = dgram.createSocket(options);
  socket.on('message', (packet, from) => {
    const startedMs = performance.now();
    const response = responder.respond(packet, 'udp', from.address);
    if (response instanceof Promise) void response.then((late) => send(late, from, startedMs));
    else send(response, from, startedMs);
  });
  const turns = new BusyTurns<Reply>(({ bytes, to }) => {
    if (!isClosed && socket.getSendQueueSize() <= MAX_QUEUED_BYTES) socket.send(bytes, to.port, to.address);
  });
  const send = (response: Response | null, from: dgram.RemoteInfo, startedMs: number): void => {
    if (response === null || isClosed) return;
    // Port 0 can't be answered.
    if (from.port !== 0) turns.send({ bytes: response.bytes, to: from });
    answered(response, startedMs);
  };
  let isClosed = false;
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      // An asker that is gone shows as an error of a later receive; there is nobody to tell.
      socket.on('error', () => {});
      setBuffers(socket);
      resolve({
        port: socket.address().port,
        close: () =>
          new Promise((closed) => {
            isClosed = true;
            socket.close(() => closed());
          }),
      });
    });
  });
}

/** Larger buffers ride out pauses; a system that refuses them still works. */
function setBuffers(socket: dgram.Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER);
    socket.setSendBufferSize(SOCKET_BUFFER);
  } catch {
    return;
  }
}
