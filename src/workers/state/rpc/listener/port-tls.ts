// TLS on the server port (spec/rpc.md, section 1): behind first byte 3, where another first byte comes within, or from the first
// byte on, where ALPN says what is spoken. Which settings demand what is judged here, for connections in clear as well.

import type net from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsStanza } from '../../../../wire/config.js';
import { remoteAddress } from '../../sockets/client-limit.js';
import { Newcomer } from '../../sockets/newcomer.js';
import { type ClientCertificates, TLS_RECORD, TlsGate } from '../../sockets/tls/gate.js';
import type { TlsRefusals } from '../../sockets/tls/refusals.js';

const RAFT = 1;
const TLS = 3;
const TLS_WITHOUT_CERTIFICATE = 7;
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
}

function clientCertificates({ verifyIncoming, material }: TlsStanza): ClientCertificates {
  if (verifyIncoming) return 'required';
  return material.ca.length > 0 ? 'asked' : 'none';
}

export class PortTls {
  readonly #options: PortTlsOptions;
  readonly #serve: ServePlain;
  #stanza: TlsStanza;
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
    const hasGates = this.#gates !== null;
    if (hasGates && stanza.material.cert !== '') {
      this.#gates?.typed.reload(stanza);
      this.#gates?.native.reload(stanza);
    } else {
      this.#gates = this.#make(stanza);
    }
    this.#stanza = stanza;
  }

  /** A connection whose first bytes are there: served, secured first, or refused. */
  take(socket: net.Socket, chunk: Buffer): void {
    const kind = chunk[0] ?? 0;
    if (kind === TLS || kind === TLS_RECORD) {
      const gates = this.#gates;
      if (gates === null) this.#refuse(socket, 'TLS is not served');
      else if (kind === TLS) gates.typed.admit(socket, chunk.subarray(1));
      else gates.native.admit(socket, chunk);
    } else if (this.#stanza.verifyIncoming) {
      this.#refuse(socket, 'not TLS');
    } else {
      this.#serve(socket, kind, chunk.subarray(1));
    }
  }

  #make(stanza: TlsStanza): Gates | null {
    if (stanza.material.cert === '') return null;
    const { timeoutMs, refusals } = this.#options;
    const common = { stanza, clientCertificates, timeoutMs, refusals };
    return {
      typed: new TlsGate({ ...common, protocols: [], secured: (socket) => this.#securedTyped(socket) }),
      native: new TlsGate({
        ...common,
        protocols: [...NATIVE.keys()],
        secured: (socket) => this.#securedNative(socket),
      }),
    };
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
    if (kind === TLS || kind === TLS_WITHOUT_CERTIFICATE) this.#refuse(socket, 'handshake failed', 'TLS within TLS');
    else if (kind === RAFT && this.#stanza.verifyServerHostname && !this.#isServer(socket)) {
      this.#refuse(socket, 'wrong name', `no certificate for ${this.#options.serverName}`);
    } else this.#serve(socket, kind, first);
  }

  #isServer(socket: TLSSocket): boolean {
    if (!socket.authorized) return false;
    return socket.getPeerX509Certificate()?.checkHost(this.#options.serverName, { subject: 'never' }) !== undefined;
  }

  #refuse(socket: net.Socket, ...[problem, detail]: [Parameters<TlsRefusals['refused']>[0], string?]): void {
    this.#options.refusals.refused(problem, remoteAddress(socket), detail);
    socket.destroy();
  }
}
