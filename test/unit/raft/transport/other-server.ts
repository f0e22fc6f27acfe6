// Another server, as far as one connection to it goes: it keeps what it is sent and answers what a test says.

import { once } from 'node:events';
import net from 'node:net';
import { waitFor } from '../../../agent-process.js';

export class OtherServer {
  readonly connections: net.Socket[] = [];
  /** Of all connections, in their order. */
  readonly bytes: Buffer[] = [];
  /** Told of each connection. */
  accepted: (socket: net.Socket) => void = () => {};
  readonly #listener: net.Server;

  private constructor(listener: net.Server) {
    this.#listener = listener;
    listener.on('connection', (socket: net.Socket) => {
      const at = this.connections.push(socket) - 1;
      this.bytes[at] = Buffer.alloc(0);
      socket.on('error', () => {});
      this.accepted(socket);
      socket.on('data', (bytes: Buffer) => {
        this.bytes[at] = Buffer.concat([this.bytes[at] ?? Buffer.alloc(0), bytes]);
      });
    });
  }

  static async start(): Promise<OtherServer> {
    const listener = net.createServer();
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    return new OtherServer(listener);
  }

  get place(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#listener.address() as net.AddressInfo).port };
  }

  /** Waits until connection `at` has brought `length` bytes; answers them. */
  async received(at: number, length: number): Promise<Buffer> {
    await waitFor(() => (this.bytes[at]?.length ?? 0) >= length, `${length} bytes on connection ${at}`);
    return this.bytes[at] ?? Buffer.alloc(0);
  }

  stop(): void {
    for (const socket of this.connections) socket.destroy();
    this.#listener.close();
  }
}
