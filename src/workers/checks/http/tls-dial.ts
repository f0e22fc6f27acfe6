// Opens a connection, directly or through a proxy's tunnel, and shakes hands over it.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { errnoText } from '../../../gotext/errno.js';
import { Dial } from '../dial/dial.js';
import { FIRST_RECORD } from '../dial/go-errors.js';
import { greet, type HandshakeOptions, shakeHands } from '../dial/tls-handshake.js';
import type { HttpProxy } from './http-proxy.js';
import { ResponseReader } from './http-response.js';

export interface TlsDialOptions extends HandshakeOptions {
  readonly timeoutMs: number;
  /** Asks the server again when it didn't speak TLS, to say whether it speaks HTTP. */
  readonly recogniseHttp: boolean;
  /** Asked for a tunnel to the address. */
  readonly proxy?: HttpProxy;
}

type TlsDialled =
  | { readonly ok: true; readonly socket: TLSSocket; readonly remote: string }
  | { readonly ok: false; readonly error: string };

const HTTP_SERVER = 'http: server gave HTTP response to HTTPS client';

export class TlsDial {
  readonly #address: string;
  readonly #options: TlsDialOptions;
  readonly #done: (result: TlsDialled) => void;
  #dial: Dial;
  #raw: Socket | null = null;
  #secure: TLSSocket | null = null;
  #settled = false;

  constructor(address: string, options: TlsDialOptions, done: (result: TlsDialled) => void) {
    this.#address = address;
    this.#options = options;
    this.#done = done;
    const { proxy } = options;
    this.#dial = new Dial(proxy?.address ?? address, { timeoutMs: options.timeoutMs }, (result) => {
      if (!result.ok) this.#finish(result);
      else if (proxy === undefined) this.#handshake(result.socket, result.remote);
      else this.#tunnel(result.socket, result.remote, proxy);
    });
  }

  /** What to say when the caller's time is over while this is still going on. */
  get timeoutText(): string {
    return this.#raw === null ? this.#dial.timeoutText : 'context deadline exceeded';
  }

  cancel(): void {
    this.#settled = true;
    this.#dial.cancel();
    this.#drop();
  }

  #drop(): void {
    for (const socket of [this.#secure, this.#raw]) {
      socket?.removeAllListeners().on('error', () => {});
      socket?.destroy();
    }
  }

  #finish(result: TlsDialled): void {
    if (this.#settled) return;
    this.#settled = true;
    if (!result.ok) this.#drop();
    this.#done(result);
  }

  #fail(error: string): void {
    this.#finish({ ok: false, error });
  }

  /** Asks the proxy to connect; what it answers besides the head is of no interest. */
  #tunnel(raw: Socket, remote: string, proxy: HttpProxy): void {
    this.#raw = raw;
    const reader = new ResponseReader('HEAD', {
      head: ({ code, status }) => {
        raw.removeAllListeners('data').removeAllListeners('error').off('end', closed);
        if (code === 200) this.#handshake(raw, remote);
        else this.#fail(status.slice(4));
      },
      body: () => {},
      end: (error) => {
        if (error !== null) this.#fail(error);
      },
    });
    const closed = (): void => reader.close();
    raw.on('data', (bytes: Buffer) => reader.push(bytes));
    raw.on('end', closed);
    raw.on('error', (error) => this.#fail(`proxyconnect tcp: ${errnoText(error)}`));
    const authorization = proxy.authorization === '' ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
    raw.write(`CONNECT ${this.#address} HTTP/1.1\r\nHost: ${this.#address}\r\n${authorization}\r\n`);
  }

  #handshake(raw: Socket, remote: string): void {
    this.#raw = raw;
    const { recogniseHttp, proxy } = this.#options;
    this.#secure = shakeHands(raw, remote, this.#options, (result) => {
      if (result.ok) this.#finish({ ok: true, socket: result.socket, remote });
      else if (recogniseHttp && proxy === undefined && result.isNotTls) this.#recognise();
      else this.#fail(result.error);
    });
  }

  /**
   * OpenSSL doesn't show the bytes it refused, so a second connection with the same greeting looks at them. Only for
   * checks that fail in this way, where the better message is worth the connection.
   */
  #recognise(): void {
    this.#drop();
    this.#dial = new Dial(this.#address, { timeoutMs: this.#options.timeoutMs }, (result) => {
      if (!result.ok) {
        this.#fail(FIRST_RECORD);
        return;
      }
      const raw = result.socket;
      this.#raw = raw;
      let seen = '';
      const greeting = new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, next) {
          raw.write(chunk, next);
        },
      });
      raw.on('data', (chunk) => {
        seen += chunk.toString('latin1', 0, 5);
        if (seen.length >= 5) this.#fail(seen.startsWith('HTTP/') ? HTTP_SERVER : FIRST_RECORD);
      });
      raw.on('error', () => this.#fail(FIRST_RECORD));
      raw.on('close', () => this.#fail(FIRST_RECORD));
      this.#secure = greet(greeting, this.#options);
      this.#secure.on('error', () => {});
    });
  }
}
