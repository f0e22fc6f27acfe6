// Connections to the server port of another agent, as they are opened by whoever asks a server (spec/rpc.md, section 1): in clear
// the first byte says what is spoken; with `verify_outgoing` a byte says that TLS comes, and the first byte is said within.

import net from 'node:net';
import type { SecureContext } from 'node:tls';
import type { DialConfig } from '../wire/config.js';
import { type Address, type Opening, openConnection, secureConnection } from './dialing.js';
import { secureContext } from './secure-context.js';

const TLS_FIRST_BYTE = 3;

/** How TLS is spoken to servers. */
interface Outgoing {
  readonly context: SecureContext;
  /** A server must show a certificate for `server.DATACENTER.DOMAIN`. */
  readonly verifiesHostname: boolean;
  readonly domain: string;
  /** Sent as the name of who is dialed where no name is verified; "": none. */
  readonly serverName: string;
}

export interface DialOptions extends Opening {
  /** What is spoken; sent before the connection is handed over. */
  readonly firstByte: number;
}

export class ServerDialer {
  readonly #datacenterOf: (host: string, port: number) => string;
  #outgoing: Outgoing | null = null;
  /** Why nobody is dialed; null: servers are. */
  #obstacle: string | null = null;

  /** `datacenterOf`: of the server at an address, by whose name it is verified. Without settings all is in clear. */
  constructor(config: DialConfig | null = null, datacenterOf?: (host: string, port: number) => string) {
    this.#datacenterOf = datacenterOf ?? (() => config?.datacenter ?? '');
    if (config !== null) this.reload(config);
  }

  /** For connections to come. Throws when certificates can't be used, and then nothing has changed. */
  reload({ tls, dns }: DialConfig): void {
    const { verifyOutgoing, verifyServerHostname: verifiesHostname } = tls.internalRpc;
    this.#outgoing = verifyOutgoing
      ? { context: secureContext(tls.internalRpc), verifiesHostname, domain: dns.domain, serverName: tls.serverName }
      : null;
    this.#obstacle = null;
  }

  /** Dials nobody until the next {@link reload}, and says why. */
  hold(why: string): void {
    this.#obstacle = why;
  }

  /** To destroy the socket ends it, at any time. */
  dial(to: Address, options: DialOptions): net.Socket {
    const { firstByte } = options;
    if (this.#obstacle !== null) return unopened(this.#obstacle, options);
    return openConnection(to, options, (socket, done, failed) => {
      const outgoing = this.#outgoing;
      if (outgoing === null) {
        socket.write(Uint8Array.of(firstByte));
        done(socket);
        return;
      }
      const { context, verifiesHostname, domain, serverName } = outgoing;
      const name = verifiesHostname ? `server.${this.#datacenterOf(to.host, to.port)}.${domain}` : null;
      const securing = { firstByte: TLS_FIRST_BYTE, context, name, serverName: name ?? serverName };
      secureConnection(socket, { ...securing, isJudged: true, innerByte: firstByte }, done, failed);
    });
  }
}

/** Tells so as a connection that fails does: later, and once. */
function unopened(why: string, { failed }: Opening): net.Socket {
  const socket = new net.Socket();
  setImmediate(() => failed(new Error(why)));
  return socket;
}

/** Of who was told nothing of TLS. */
export const IN_CLEAR = new ServerDialer();
