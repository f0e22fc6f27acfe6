// Replays what one side of a recorded connection to the server port said, and collects what the other side answers: as frames
// taken apart by stream where the connection is multiplexed, since how bytes are cut into frames and segments is free.

import net from 'node:net';
import { waitFor } from '../../agent-process.js';

export interface Step {
  readonly dir: string;
  readonly ms: number;
  readonly hex?: string;
  /** Of the whole, where `hex` is its head. */
  readonly length?: number;
}

export interface RecordedConnection {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Bytes that a client sends, whatever they mean, and what comes back. */
export class RawConnection {
  readonly socket: net.Socket;
  received = Buffer.alloc(0);
  isClosed = false;

  /** `from`: the client's own address. */
  constructor(port: number, from = '127.0.0.1') {
    this.socket = net.connect({ port, host: '127.0.0.1', localAddress: from });
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  send(hex: string): void {
    this.socket.write(Buffer.from(hex, 'hex'));
  }

  /** So many bytes, or the end. */
  async receive(bytes: number): Promise<Buffer> {
    await waitFor(() => this.received.length >= bytes || this.isClosed, `${bytes} bytes`, 20_000);
    return this.received;
  }

  closed(): Promise<void> {
    return waitFor(() => this.isClosed, 'the connection to be closed');
  }

  end(): void {
    this.socket.destroy();
  }
}

/** What was said on each stream in order, data as one text: `1: accepted`, `1: 83a5…`, `1: ended`, `0: pong 7`. */
export function saidOnStreams(bytes: Buffer): ReadonlyMap<number, readonly string[]> {
  const said = new Map<number, string[]>();
  for (let at = 0; at + 12 <= bytes.length; ) {
    const type = bytes[at + 1];
    const flags = bytes.readUInt16BE(at + 2);
    const stream = bytes.readUInt32BE(at + 4);
    const length = bytes.readUInt32BE(at + 8);
    const lines = said.get(stream) ?? [];
    said.set(stream, lines);
    at += 12;
    if (type === 0) {
      const data = bytes.toString('hex', at, at + length);
      const last = lines.at(-1);
      if (last?.startsWith('data ')) lines[lines.length - 1] = last + data;
      else lines.push(`data ${data}`);
      at += length;
    } else if (type === 2) lines.push(`ping ${flags} ${length}`);
    else if (type === 1 && flags === 0) lines.push('window');
    if (type === 1 && (flags & 2) !== 0) lines.push('accepted');
    if ((flags & 4) !== 0) lines.push('ended');
    if ((flags & 8) !== 0) lines.push('reset');
  }
  return said;
}
