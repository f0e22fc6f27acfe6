// Connections to the server port of another agent, as they are opened by whoever asks a server (spec/rpc.md, section 1): in clear
// the first byte says what is spoken; with `verify_outgoing` a byte says that TLS comes, and the first byte is said within.
// Nothing is said to a server before it has shown who it is.

import net from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { codeOf } from '../gotext/errno.js';
import type { DialConfig } from '../wire/config.js';
import { certificateError } from './certificate-error.js';
import { nodeTls } from './node-modules.js';
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

export interface DialOptions {
  /** What is spoken. */
  readonly firstByte: number;
  /** Of silence, until the connection is there. */
  readonly withinMs: number;
  readonly allowHalfOpen?: boolean;
  /** It is there, and the first byte sent. Its timeouts are the caller's from now on. */
  readonly opened: (socket: net.Socket) => void;
  /** Once, in place of `opened`; also when the socket that {@link ServerDialer.dial} answered was destroyed before. */
  readonly failed: (error: Error) => void;
}

export class ServerDialer {
  readonly #datacenterOf: (host: string, port: number) => string;
  #outgoing: Outgoing | null = null;

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
  }

  /** To destroy the socket ends it, at any time. */
  dial(to: { readonly host: string; readonly port: number }, options: DialOptions): net.Socket {
    const { firstByte, withinMs, allowHalfOpen = false, opened, failed } = options;
    const { host, port } = to;
    const socket = net.connect({ host, port, noDelay: true, keepAlive: true, allowHalfOpen, timeout: withinMs });
    const over = (error: Error): void => {
      socket
        .off('error', over)
        .off('timeout', late)
        .off('close', closed)
        .on('error', () => {});
      socket.destroy();
      failed(error);
    };
    const late = (): void => over(new Error('i/o timeout'));
    const closed = (): void => over(new Error('connection closed'));
    const done = (spoken: net.Socket): void => {
      socket.setTimeout(0);
      socket.off('error', over).off('timeout', late).off('close', closed);
      spoken.write(Uint8Array.of(firstByte));
      opened(spoken);
    };
    socket.on('error', over).on('timeout', late).on('close', closed);
    socket.once('connect', () => {
      if (this.#outgoing === null) done(socket);
      else this.#secure(socket, this.#outgoing, to, done, over);
    });
    return socket;
  }

  #secure(
    socket: net.Socket,
    outgoing: Outgoing,
    { host, port }: { readonly host: string; readonly port: number },
    done: (secure: TLSSocket) => void,
    failed: (error: Error) => void,
  ): void {
    const { context, verifiesHostname, domain, serverName } = outgoing;
    const name = verifiesHostname ? `server.${this.#datacenterOf(host, port)}.${domain}` : null;
    socket.write(Uint8Array.of(TLS_FIRST_BYTE));
    const secure = nodeTls().connect({
      socket,
      secureContext: context,
      servername: name ?? serverName,
      // Judged below, in words that say what is wrong.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const broken = (error: Error): void => {
      secure.on('error', () => {});
      failed(error);
    };
    const hungUp = (): void => broken(new Error('tls: the server closed the connection'));
    secure.once('error', broken).once('close', hungUp);
    secure.once('secureConnect', () => {
      secure.off('error', broken).off('close', hungUp);
      const wrong = problemOf(secure, name);
      if (wrong === null) {
        // What happens to the connection is told by the secured one.
        socket.on('error', () => {});
        done(secure);
      } else broken(new Error(wrong));
    });
  }
}

function problemOf(secure: TLSSocket, name: string | null): string | null {
  const certificate = secure.getPeerX509Certificate();
  if (certificate === undefined) return 'tls: server did not present a certificate';
  const code: unknown = secure.authorizationError;
  const untrusted = secure.authorized ? '' : codeOf(code) || String(code);
  return certificateError(certificate, name, untrusted, new Date());
}

/** Of who was told nothing of TLS. */
export const IN_CLEAR = new ServerDialer();
