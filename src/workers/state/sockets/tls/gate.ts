// TLS on connections that a listener has accepted, of which the first bytes are there. A handshake is work of this thread, half
// a millisecond with an elliptic key and more with a long RSA key, so one is begun in each turn of the loop, the first at once:
// however many come together, what else the thread does goes on in between. Those that wait are paused sockets, counted against
// their client like any other connection.

import net from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import { codeOf, messageOf } from '../../../../gotext/errno.js';
import { nodeTls } from '../../../../tls/node-modules.js';
import { contextOptions } from '../../../../tls/secure-context.js';
import type { TlsStanza } from '../../../../wire/config.js';
import { remoteAddress } from '../client-limit.js';
import type { TlsProblem, TlsRefusals } from './refusals.js';

/** First byte of a handshake's first record. */
export const TLS_RECORD = 0x16;
/** Of a listener that lets a handshake take its time; as long as a timer can be. */
const NO_TIMEOUT_MS = 0x7fffffff;

/** Whether clients are asked for a certificate. `asked`: who has none that is trusted gets in, and isn't `authorized`. */
export type ClientCertificates = 'none' | 'asked' | 'required';

export interface TlsGateOptions {
  readonly stanza: TlsStanza;
  readonly clientCertificates: (stanza: TlsStanza) => ClientCertificates;
  /** A client that asks for others only is refused; one that asks for none isn't. */
  readonly protocols: readonly string[];
  /** Of a handshake; 0: as long as it likes. */
  readonly timeoutMs: number;
  /** The handshake is over, and well. Half-open as the accepted socket is. */
  readonly secured: (socket: TLSSocket) => void;
  readonly refusals: TlsRefusals;
}

interface Waiting {
  readonly socket: net.Socket;
  readonly sinceMs: number;
}

export class TlsGate {
  readonly #options: TlsGateOptions;
  readonly #waiting: Waiting[] = [];
  /** In this turn of the loop. */
  #hasBegun = false;
  /** Never listens itself: connections are given to it. */
  #server: TlsServer;

  /** Throws when certificate or key can't be used. */
  constructor(options: TlsGateOptions) {
    this.#options = options;
    this.#server = this.#make(options.stanza);
  }

  /** For connections to come: those that are open stay as they are. Throws like the constructor, and then nothing has changed. */
  reload(stanza: TlsStanza): void {
    this.#server = this.#make(stanza);
  }

  /** `first`: what was read of the socket, by who reads it no further. */
  admit(socket: net.Socket, first: Buffer): void {
    socket.pause();
    if (first.length > 0) socket.unshift(first);
    const one = { socket, sinceMs: performance.now() };
    if (this.#hasBegun) this.#waiting.push(one);
    else this.#begin(one);
  }

  /**
   * False where it comes to nothing. Node finishes what it writes when the sockets of a turn have been read: of a handshake that
   * is begun after that, a client with a quick answer that is refused may not be told why.
   */
  #begin({ socket, sinceMs }: Waiting): boolean {
    const { timeoutMs, refusals } = this.#options;
    if (socket.destroyed) return false;
    if (timeoutMs > 0 && performance.now() > sinceMs + timeoutMs) {
      refusals.refused('timeout', remoteAddress(socket));
      socket.destroy();
      return false;
    }
    this.#hasBegun = true;
    setImmediate(() => this.#next());
    this.#server.emit('connection', socket);
    return true;
  }

  #next(): void {
    this.#hasBegun = false;
    for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift()) {
      if (this.#begin(one)) return;
    }
  }

  #make(stanza: TlsStanza): TlsServer {
    const { clientCertificates, protocols, timeoutMs, secured, refusals } = this.#options;
    const wanted = clientCertificates(stanza);
    const server = nodeTls().createServer({
      ...contextOptions(stanza),
      requestCert: wanted !== 'none',
      rejectUnauthorized: wanted === 'required',
      handshakeTimeout: timeoutMs > 0 ? timeoutMs : NO_TIMEOUT_MS,
      ...(protocols.length > 0 ? { ALPNProtocols: [...protocols] } : {}),
    });
    server.on('secureConnection', secured);
    server.on('tlsClientError', (error, socket) => {
      const { problem, detail } = problemOf(error, socket);
      refusals.refused(problem, addressOf(socket), detail);
      socket.destroy();
    });
    return server;
  }
}

/**
 * A connection that the other side has reset is closed before Node says what was wrong, and a closed socket of TLS has no
 * address. The accepted one below it was asked when it came in, and remembers. Node names it by no public property.
 */
function addressOf(socket: TLSSocket & { readonly _parent?: net.Socket | null }): string {
  const address = remoteAddress(socket);
  return address === '' && socket._parent instanceof net.Socket ? remoteAddress(socket._parent) : address;
}

function problemOf(error: Error, socket: TLSSocket): { readonly problem: TlsProblem; readonly detail: string } {
  const code = codeOf(error);
  // Node says no more of a certificate than that it closed the connection.
  const untrusted: unknown = socket.authorizationError;
  if (untrusted) return { problem: 'bad certificate', detail: codeOf(untrusted) || String(untrusted) };
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return { problem: 'timeout', detail: '' };
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return { problem: 'bad certificate', detail: 'none given' };
  if (!code.startsWith('ERR_SSL_')) return { problem: 'handshake failed', detail: messageOf(error) };
  return { problem: 'handshake failed', detail: code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ') };
}
