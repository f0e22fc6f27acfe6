// TLS on the server port (spec/rpc.md, section 1): behind first byte 3, where another first byte comes within; from the first
// byte on, where ALPN says what is spoken; behind first byte 7, where an agent without a certificate asks for one. Which settings
// demand what is judged here, for connections in clear as well.

import type net from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isIssuedBy, readAuthorities } from '../../../../tls/issued-by.js';
import type { TlsStanza } from '../../../../wire/config.js';
import { remoteAddress } from '../../sockets/client-limit.js';
import { Newcomer } from '../../sockets/newcomer.js';
import { type ClientCertificates, TLS_RECORD, TlsGate } from '../../sockets/tls/gate.js';
import type { TlsRefusals } from '../../sockets/tls/refusals.js';

const RAFT = 1;
const TLS = 3;
/** Without a client certificate, and for one question only. */
export const BOOTSTRAP = 7;
/** First bytes by ALPN name. */
const NATIVE: ReadonlyMap<string, number> = new Map([
  ['consul/rpc-single', 0],
  ['consul/raft', RAFT],
  ['consul/rpc-multi', 4],
  ['consul/rpc-snapshot', 5],
  ['consul/rpc-grpc', 8],
]);

export interface PortTlsOptions {
  readonly stanza: TlsStanza;
  /** `server.DATACENTER.DOMAIN`: whom servers must show to be, with verify_server_hostname. */
  readonly serverName: string;
  /** `auto_encrypt.allow_tls`. */
  readonly allowsBootstrap: boolean;
  /** Of a handshake, and again of the first byte within; 0: as long as they like. */
  readonly timeoutMs: number;
  readonly refusals: TlsRefusals;
}

/** Takes a socket over, with the byte that says what it speaks and what was read behind that. */
type ServePlain = (socket: net.Socket, kind: number, first: Buffer) => void;

interface Gates {
  /** Behind byte 3. */
  readonly typed: TlsGate;
  readonly native: TlsGate;
  /** Behind byte 7; null: it isn't served. */
  readonly bootstrap: TlsGate | null;
}

function clientCertificates({ verifyIncoming, material }: TlsStanza): ClientCertificates {
  if (verifyIncoming) return 'required';
  return material.ca.length > 0 ? 'asked' : 'none';
}

/**
 * Of those who show no certificate. Their sessions are sealed with keys of their own: a session that began without a certificate
 * must not be gone on with where one is demanded, since whoever resumes isn't asked for it again.
 */
function anonymous(stanza: TlsStanza): TlsStanza {
  return { ...stanza, material: { ...stanza.material, ca: [], ticketKeys: new Uint8Array(0) } };
}

export class PortTls {
  readonly #options: PortTlsOptions;
  readonly #serve: ServePlain;
  #stanza: TlsStanza;
  /** Authorities of clients beside those of the configuration, as PEM. */
  #clientAuthorities: readonly string[] = [];
  /** null: this server has no certificate. */
  #gates: Gates | null;

  /** Throws when certificate or key can't be used. */
  constructor(options: PortTlsOptions, serve: ServePlain) {
    this.#options = options;
    this.#serve = serve;
    this.#stanza = options.stanza;
    this.#gates = this.#make(options.stanza);
  }

  /** For connections to come. Throws like the constructor, and then nothing has changed. */
  reload(stanza: TlsStanza): void {
    const gates = this.#gates;
    if (gates !== null && stanza.material.cert !== '') {
      const trusting = this.#trusting(stanza);
      gates.typed.reload(trusting);
      gates.native.reload(trusting);
      gates.bootstrap?.reload(anonymous(stanza));
    } else {
      this.#gates = this.#make(stanza);
    }
    this.#stanza = stanza;
  }

  /** From now on clients are also trusted whose certificates these have signed: as clients, and never as servers. */
  trustClients(authorities: readonly string[]): void {
    // One that can't be read is nobody's.
    this.#clientAuthorities = readAuthorities(authorities).map((one) => one.toString());
    const trusting = this.#trusting(this.#stanza);
    this.#gates?.typed.reload(trusting);
    this.#gates?.native.reload(trusting);
  }

  /** A connection whose first bytes are there: served, secured first, or refused. */
  take(socket: net.Socket, chunk: Buffer): void {
    const kind = chunk[0] ?? 0;
    if (kind === TLS || kind === TLS_RECORD) {
      const gates = this.#gates;
      if (gates === null) this.#refuse(socket, 'TLS is not served');
      else if (kind === TLS) gates.typed.admit(socket, chunk.subarray(1));
      else gates.native.admit(socket, chunk);
    } else if (kind === BOOTSTRAP) {
      const gate = this.#gates?.bootstrap;
      if (gate) gate.admit(socket, chunk.subarray(1));
      else this.#refuse(socket, 'TLS is not served', 'without a client certificate');
    } else if (this.#stanza.verifyIncoming) {
      this.#refuse(socket, 'not TLS');
    } else {
      this.#serve(socket, kind, chunk.subarray(1));
    }
  }

  #make(stanza: TlsStanza): Gates | null {
    if (stanza.material.cert === '') return null;
    const { timeoutMs, refusals, allowsBootstrap } = this.#options;
    const common = { stanza: this.#trusting(stanza), clientCertificates, timeoutMs, refusals };
    const bootstrap = {
      ...common,
      stanza: anonymous(stanza),
      clientCertificates: () => 'none' as const,
      protocols: [],
    };
    return {
      typed: new TlsGate({ ...common, protocols: [], secured: (socket) => this.#securedTyped(socket) }),
      native: new TlsGate({
        ...common,
        protocols: [...NATIVE.keys()],
        secured: (socket) => this.#securedNative(socket),
      }),
      bootstrap: allowsBootstrap
        ? new TlsGate({ ...bootstrap, secured: (socket) => this.#serve(socket, BOOTSTRAP, Buffer.alloc(0)) })
        : null,
    };
  }

  #trusting(stanza: TlsStanza): TlsStanza {
    const { material } = stanza;
    return { ...stanza, material: { ...material, ca: [...material.ca, ...this.#clientAuthorities] } };
  }

  #securedTyped(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    Newcomer.await(socket, this.#options.timeoutMs, {
      spoke: (chunk) => this.#within(socket, chunk[0] ?? 0, chunk.subarray(1)),
      late: () => this.#refuse(socket, 'timeout'),
    });
  }

  #securedNative(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    const kind = NATIVE.get(String(socket.alpnProtocol));
    if (kind === undefined) this.#refuse(socket, 'handshake failed', 'no protocol was named');
    else this.#within(socket, kind, Buffer.alloc(0));
  }

  #within(socket: TLSSocket, kind: number, first: Buffer): void {
    if (kind === TLS || kind === BOOTSTRAP) this.#refuse(socket, 'handshake failed', 'TLS within TLS');
    else if (kind === RAFT && this.#stanza.verifyServerHostname && !this.#isServer(socket)) {
      this.#refuse(socket, 'wrong name', `no certificate for ${this.#options.serverName}`);
    } else this.#serve(socket, kind, first);
  }

  #isServer(socket: TLSSocket): boolean {
    const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
    if (certificate?.checkHost(this.#options.serverName, { subject: 'never' }) === undefined) return false;
    // Who asks for a client's certificate says himself which names it has.
    return this.#clientAuthorities.length === 0 || isIssuedBy(certificate, readAuthorities(this.#stanza.material.ca));
  }

  #refuse(socket: net.Socket, ...[problem, detail]: [Parameters<TlsRefusals['refused']>[0], string?]): void {
    this.#options.refusals.refused(problem, remoteAddress(socket), detail);
    socket.destroy();
  }
}
