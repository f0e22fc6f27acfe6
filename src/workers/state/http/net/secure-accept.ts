// HTTPS in front of the net engine's connections: the first bytes are awaited, what isn't TLS is told so in HTTP, and the rest
// goes through the gate. Only HTTP/1.1 is offered (docs/spec/http.md, "HTTPS").

import type net from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsStanza } from '../../../../wire/config.js';
import { remoteAddress } from '../../sockets/client-limit.js';
import { Newcomer } from '../../sockets/newcomer.js';
import { TLS_RECORD, TlsGate } from '../../sockets/tls/gate.js';
import type { TlsRefusals } from '../../sockets/tls/refusals.js';

/** In the words of Go's server. */
const PLAIN_HTTP_ANSWER = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';
const PLAIN_HTTP = /^[A-Z]{3,10} /;
const LINGER_MS = 1_000;

export interface SecureOptions {
  readonly stanza: TlsStanza;
  /** From the connection on; 0: as long as it takes. */
  readonly handshakeTimeoutMs: number;
  readonly refusals: TlsRefusals;
}

export class SecureAccept {
  readonly #options: SecureOptions;
  readonly #gate: TlsGate;
  readonly #open = new Set<net.Socket>();

  /** Throws when certificate or key can't be used. */
  constructor(options: SecureOptions, secured: (socket: TLSSocket) => void) {
    const { stanza, handshakeTimeoutMs: timeoutMs, refusals } = options;
    this.#options = options;
    this.#gate = new TlsGate({
      stanza,
      clientCertificates: ({ verifyIncoming }) => (verifyIncoming ? 'required' : 'none'),
      protocols: ['http/1.1'],
      timeoutMs,
      secured,
      refusals,
    });
  }

  reload(stanza: TlsStanza): void {
    this.#gate.reload(stanza);
  }

  accept(socket: net.Socket): void {
    const { handshakeTimeoutMs, refusals } = this.#options;
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
    Newcomer.await(socket, handshakeTimeoutMs, {
      spoke: (first) => {
        if (first[0] === TLS_RECORD) this.#gate.admit(socket, first);
        else this.#refuse(socket, first);
      },
      late: () => {
        refusals.refused('timeout', remoteAddress(socket));
        socket.destroy();
      },
    });
  }

  /** Those that are still shaking hands, and what TLS has left to say. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #refuse(socket: net.Socket, first: Buffer): void {
    this.#options.refusals.refused('not TLS', remoteAddress(socket));
    if (!PLAIN_HTTP.test(first.toString('latin1', 0, 12))) {
      socket.destroy();
      return;
    }
    socket.resume();
    socket.end(PLAIN_HTTP_ANSWER);
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }
}
