// TLS over a dialled connection: name and trust are judged after the handshake, so that the texts are Go's and the name
// comes before the trust.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import type { TlsProbe } from '../../wire/check-port.js';
import { Dial } from './dial.js';
import { isIpAddress } from './go-address.js';
import { codeOf, errnoText, FIRST_RECORD, isNotTls, joinHostPort, messageOf, tlsText } from './go-errors.js';
import type { HttpProxy } from './http-proxy.js';
import { ResponseReader } from './http-response.js';
import type { TlsTrust } from './tls-trust.js';
import { certificateError } from './tls-verify.js';

export interface TlsDialOptions {
  readonly timeoutMs: number;
  readonly trust: TlsTrust;
  readonly tls: TlsProbe;
  /** The name that counts when the definition has none: the target's host, without port and brackets. */
  readonly host: string;
  readonly alpn: readonly string[];
  /** Asks the server again when it didn't speak TLS, to say whether it speaks HTTP. */
  readonly recogniseHttp: boolean;
  /** Asked for a tunnel to the address. */
  readonly proxy?: HttpProxy;
}

export type TlsDialled =
  | { readonly ok: true; readonly socket: TLSSocket; readonly remote: string }
  /** `dialling`: the connection itself failed. */
  | { readonly ok: false; readonly error: string; readonly dialling: boolean };

export const HTTP_SERVER = 'http: server gave HTTP response to HTTPS client';

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
      if (!result.ok) this.#finish({ ...result, dialling: true });
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
    this.#finish({ ok: false, error, dialling: false });
  }

  #secureOver(socket: Socket | Duplex): TLSSocket {
    const { trust, tls: probe, alpn } = this.#options;
    const name = this.#serverName;
    return tls.connect({
      socket,
      secureContext: trust.context(probe.skipVerify),
      servername: isIpAddress(name) ? '' : name,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
    });
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

  get #serverName(): string {
    return this.#options.tls.serverName === '' ? this.#options.host : this.#options.tls.serverName;
  }

  #handshake(raw: Socket, remote: string): void {
    this.#raw = raw;
    let secure: TLSSocket;
    try {
      secure = this.#secureOver(raw);
    } catch (error) {
      this.#fail(`tls: ${messageOf(error)}`);
      return;
    }
    this.#secure = secure;
    const local = joinHostPort(raw.localAddress ?? '', raw.localPort ?? 0);
    secure.once('error', (error) => {
      const { recogniseHttp, proxy } = this.#options;
      if (recogniseHttp && proxy === undefined && isNotTls(error)) this.#recognise();
      else this.#fail(this.#handshakeText(error, local, remote));
    });
    secure.once('secureConnect', () => {
      const wrong = this.#options.tls.skipVerify ? null : this.#judge(secure);
      secure.removeAllListeners('error');
      if (wrong === null) this.#finish({ ok: true, socket: secure, remote });
      else this.#fail(wrong);
    });
  }

  #handshakeText(error: Error, local: string, remote: string): string {
    const text = tlsText(error);
    if (text !== null) return text;
    // Node reports a connection closed during the handshake as a reset without a system call.
    const syscall: unknown = Reflect.get(error, 'syscall');
    if (codeOf(error) === 'ECONNRESET' && syscall === undefined) return 'EOF';
    return `read tcp ${local}->${remote}: read: ${errnoText(error)}`;
  }

  #judge(secure: TLSSocket): string | null {
    const certificate = secure.getPeerX509Certificate();
    if (certificate === undefined) return 'tls: server did not present a certificate';
    const code: unknown = secure.authorizationError;
    const trustError = secure.authorized ? '' : codeOf(code) || String(code);
    return certificateError(certificate, this.#serverName, trustError, new Date());
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
      this.#secure = this.#secureOver(greeting);
      this.#secure.on('error', () => {});
    });
  }
}
