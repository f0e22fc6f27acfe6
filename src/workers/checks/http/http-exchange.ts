// One request and its response over a connection of its own: dial (TCP, TLS or a unix socket), write, feed the reader.
// All sockets of a worker read into one buffer, since nothing keeps the bytes beyond the call.

import net, { type Socket } from 'node:net';
import { messageOf } from '../../../gotext/errno.js';
import { joinHostPort } from '../../../gotext/host-port.js';
import { dialText, streamText } from '../../../gotext/network-errors.js';
import { Dial } from '../dial/dial.js';
import { ResponseReader, type ResponseSink } from './http-response.js';
import { TlsDial, type TlsDialOptions } from './tls-dial.js';

export type ExchangeTarget =
  | { readonly kind: 'tcp'; readonly address: string }
  | { readonly kind: 'tls'; readonly address: string; readonly options: TlsDialOptions }
  | { readonly kind: 'unix'; readonly path: string };

interface ExchangeOptions {
  readonly target: ExchangeTarget;
  readonly method: string;
  /** The whole request: of a host that refuses the connection it is never made. */
  readonly text: () => string;
  /** For sharing out between several addresses of a name; the exchange itself has no clock. */
  readonly timeoutMs: number;
}

const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

export class HttpExchange {
  readonly #options: ExchangeOptions;
  readonly #sink: ResponseSink;
  /** From the moment on when there is a connection. */
  #reader: ResponseReader | null = null;
  #dialling: { cancel(): void } | null = null;
  #socket: Socket | null = null;
  #endpoints = { local: '', remote: '' };
  #closed = false;

  /** Starts at once. A failed connection ends the exchange with its error, like a broken one. */
  constructor(options: ExchangeOptions, sink: ResponseSink) {
    const { target, timeoutMs } = options;
    this.#options = options;
    this.#sink = sink;
    if (target.kind === 'unix') this.#openUnix(target.path);
    else if (target.kind === 'tls') {
      this.#dialling = new TlsDial(target.address, target.options, (result) => {
        if (!result.ok) this.#end(result.error);
        else this.#use(result.socket, result.remote, true);
      });
    } else {
      const onread = { buffer: READ_BUFFER, callback: (size: number) => this.#push(READ_BUFFER.subarray(0, size)) };
      this.#dialling = new Dial(target.address, { timeoutMs, onread }, (result) => {
        if (!result.ok) this.#end(result.error);
        else this.#use(result.socket, result.remote, false);
      });
    }
  }

  /** Lets go of the connection; the sink hears nothing more. */
  close(): void {
    this.#closed = true;
    this.#dialling?.cancel();
    this.#dialling = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.removeAllListeners().on('error', () => {});
    socket.destroy();
  }

  /** Reading goes on after the sink has caught up with what it was given. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  #end(error: string | null): void {
    if (this.#closed) return;
    this.close();
    this.#sink.end(error);
  }

  #push(bytes: Buffer): boolean {
    try {
      this.#reader?.push(bytes);
    } catch (error) {
      this.#end(messageOf(error));
    }
    return true;
  }

  #openUnix(path: string): void {
    const socket = net.connect({ path });
    this.#socket = socket;
    socket.once('error', (error) => this.#end(dialText('unix', path, error)));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      this.#use(socket, path, true);
    });
  }

  #use(socket: Socket, remote: string, readsByEvents: boolean): void {
    this.#dialling = null;
    this.#socket = socket;
    const sink = this.#sink;
    const reader = new ResponseReader(this.#options.method, {
      head: (head) => this.#closed || sink.head(head),
      body: (piece) => this.#closed || sink.body(piece),
      end: (error) => this.#end(error),
    });
    this.#reader = reader;
    this.#endpoints = { local: joinHostPort(socket.localAddress ?? '', socket.localPort ?? 0), remote };
    if (readsByEvents) socket.on('data', (bytes: Buffer) => this.#push(bytes));
    socket.on('end', () => reader.close());
    socket.on('close', () => reader.close());
    socket.on('error', (error) => {
      this.#end(streamText('tcp', this.#endpoints.local, this.#endpoints.remote, error));
    });
    socket.write(this.#options.text());
  }
}
