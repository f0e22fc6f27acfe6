// Lines to a daemon that listens on UDP: as many to a packet as fit. Nobody hears whether they arrive.

import dgram from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Sink } from './sink.js';

/** What passes every usual network whole. */
const MAX_PACKET_BYTES = 1400;

/** `warn` hears why the daemon's address isn't known yet; it is looked up again with the next lines. */
export class Datagrams implements Sink {
  readonly #host: string;
  readonly #port: number;
  readonly #warn: (problem: string) => void;
  #socket: dgram.Socket | null = null;
  #isConnected = false;

  constructor(host: string, port: number, warn: (problem: string) => void) {
    this.#host = host;
    this.#port = port;
    this.#warn = warn;
  }

  send(lines: Iterable<string>): void {
    const socket = this.#connected();
    if (socket === null) return;
    let packet = '';
    let bytes = 0;
    for (const line of lines) {
      const size = Buffer.byteLength(line);
      if (bytes > 0 && bytes + size > MAX_PACKET_BYTES) {
        socket.send(packet);
        packet = '';
        bytes = 0;
      }
      packet += line;
      bytes += size;
    }
    if (bytes > 0) socket.send(packet);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#isConnected = false;
  }

  /** The address is looked up once, not for every packet. */
  #connected(): dgram.Socket | null {
    if (this.#socket !== null) return this.#isConnected ? this.#socket : null;
    const socket = dgram.createSocket({ type: isIPv6(this.#host) ? 'udp6' : 'udp4' });
    socket.unref();
    this.#socket = socket;
    // Once connected: nobody listens there, which is no news every second.
    socket.on('error', (error) => {
      if (this.#isConnected || this.#socket !== socket) return;
      this.#warn(error.message);
      this.close();
    });
    socket.on('connect', () => {
      this.#isConnected = this.#socket === socket;
    });
    socket.connect(this.#port, this.#host);
    return null;
  }
}
