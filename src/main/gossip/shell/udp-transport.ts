// The packet side of a pool (spec/gossip.md, section 1): one UDP socket, bound to the port that members know; everything is
// sent from it, since receivers may answer to where a packet came from.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { errnoText } from '../../../gotext/errno.js';
import { joinHostPort } from '../../../gotext/host-port.js';
import { ipText, parseIp } from '../../../gotext/ip.js';
import type { Address } from '../core/node.js';

/** Asked for, and halved until it is granted: a held-up loop must not lose answers. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;

/** Bytes waiting to be sent above which packets are dropped: the network is slower than we are, and they are stale soon. */
const MOST_QUEUED_BYTES = 4 * 1024 * 1024;

export interface UdpOptions {
  readonly onDatagram: (datagram: Uint8Array, from: Address) => void;
  /** The socket itself is in trouble. */
  readonly onError: (error: Error) => void;
}

export type UdpOpened =
  | { readonly ok: true; readonly udp: UdpTransport }
  | { readonly ok: false; readonly error: string };

function askForReceiveBuffer(socket: Socket): void {
  for (let bytes = RECEIVE_BUFFER_BYTES; bytes > 0; bytes >>= 1) {
    try {
      socket.setRecvBufferSize(bytes);
      return;
    } catch {
      // Refused: the next half.
    }
  }
}

export class UdpTransport {
  readonly #socket: Socket;
  readonly #isV6: boolean;
  /** Datagrams that have come in. */
  received = 0;

  private constructor(socket: Socket, isV6: boolean, { onDatagram, onError }: UdpOptions) {
    this.#socket = socket;
    this.#isV6 = isV6;
    socket.on('error', onError);
    socket.on('message', (datagram: Uint8Array, { address, port }: RemoteInfo) => {
      this.received += 1;
      const ip = parseIp(address);
      if (ip !== null) onDatagram(datagram, { ip, port });
    });
  }

  static open(bindAddress: string, port: number, options: UdpOptions): Promise<UdpOpened> {
    const isV6 = bindAddress.includes(':');
    // Destinations are addresses already: nothing is looked up.
    const lookup = (host: string, _: unknown, done: (error: null, address: string, family: number) => void) =>
      done(null, host, isV6 ? 6 : 4);
    const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', lookup });
    return new Promise((resolve) => {
      socket.once('error', (error) => {
        socket.close();
        const where = joinHostPort(bindAddress, port);
        resolve({ ok: false, error: `listen udp ${where}: bind: ${errnoText(error)}` });
      });
      socket.bind({ address: bindAddress, port, exclusive: true }, () => {
        socket.removeAllListeners('error');
        askForReceiveBuffer(socket);
        resolve({ ok: true, udp: new UdpTransport(socket, isV6, options) });
      });
    });
  }

  /** `onFailure` when it can't be written, never within the call. */
  send(packet: Uint8Array, { ip, port }: Address, onFailure: ((error: unknown) => void) | null): void {
    if (this.#socket.getSendQueueSize() > MOST_QUEUED_BYTES) {
      if (onFailure !== null) process.nextTick(onFailure, new Error('too many packets wait to be sent'));
      return;
    }
    const text = ipText(ip);
    try {
      this.#socket.send(packet, port, this.#isV6 && !text.includes(':') ? `::ffff:${text}` : text, (error) => {
        if (error !== null) onFailure?.(error);
      });
    } catch (error) {
      // A port of 0 from a message, for which Node throws.
      if (onFailure !== null) process.nextTick(onFailure, error);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
