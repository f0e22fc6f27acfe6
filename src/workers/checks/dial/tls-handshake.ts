// A TLS handshake over a connection that is already open. Name and trust are judged when it's done, so that the texts are
// Go's and the name comes before the trust; until then nothing of the check has been sent.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import { codeOf, errnoText, messageOf } from '../../../gotext/errno.js';
import { joinHostPort } from '../../../gotext/host-port.js';
import { certificateError } from '../../../tls/certificate-error.js';
import type { TlsProbe } from '../../../wire/checks/check-task.js';
import { isIpAddress } from './go-address.js';
import { isNotTls, tlsText } from './go-errors.js';
import type { TlsTrust } from './tls-trust.js';

export interface HandshakeOptions {
  readonly trust: TlsTrust;
  readonly tls: TlsProbe;
  /** The name that counts when the definition has none: the target's host, without port and brackets. */
  readonly host: string;
  readonly alpn: readonly string[];
}

type Shaken =
  | { readonly ok: true; readonly socket: TLSSocket }
  /** `isNotTls`: what came back was something else. */
  | { readonly ok: false; readonly error: string; readonly isNotTls: boolean };

/** Sends the greeting. An IP address is never sent as server name. Throws when the agent's certificate is unusable. */
export function greet(socket: Socket | Duplex, options: HandshakeOptions): TLSSocket {
  const name = serverName(options);
  return tls.connect({
    socket,
    secureContext: options.trust.context(options.tls.skipVerify),
    servername: isIpAddress(name) ? '' : name,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(options.alpn.length > 0 ? { ALPNProtocols: [...options.alpn] } : {}),
  });
}

function serverName({ tls: probe, host }: HandshakeOptions): string {
  return probe.serverName === '' ? host : probe.serverName;
}

/** `done` is called once, in a later turn or not at all; the returned socket may be destroyed at any time. */
export function shakeHands(
  raw: Socket,
  remote: string,
  options: HandshakeOptions,
  done: (result: Shaken) => void,
): TLSSocket | null {
  let secure: TLSSocket;
  try {
    secure = greet(raw, options);
  } catch (error) {
    const text = `tls: ${messageOf(error)}`;
    process.nextTick(() => done({ ok: false, error: text, isNotTls: false }));
    return null;
  }
  const local = joinHostPort(raw.localAddress ?? '', raw.localPort ?? 0);
  secure.once('error', (error) => {
    secure.on('error', () => {});
    done({ ok: false, error: brokenText(error, local, remote), isNotTls: isNotTls(error) });
  });
  secure.once('secureConnect', () => {
    const wrong = options.tls.skipVerify ? null : judge(secure, serverName(options));
    secure.removeAllListeners('error');
    if (wrong === null) done({ ok: true, socket: secure });
    else {
      secure.on('error', () => {});
      done({ ok: false, error: wrong, isNotTls: false });
    }
  });
  return secure;
}

function brokenText(error: Error, local: string, remote: string): string {
  const text = tlsText(error);
  if (text !== null) return text;
  // Node reports a connection closed during the handshake as a reset without a system call.
  const syscall: unknown = Reflect.get(error, 'syscall');
  if (codeOf(error) === 'ECONNRESET' && syscall === undefined) return 'EOF';
  return `read tcp ${local}->${remote}: read: ${errnoText(error)}`;
}

function judge(secure: TLSSocket, name: string): string | null {
  const certificate = secure.getPeerX509Certificate();
  if (certificate === undefined) return 'tls: server did not present a certificate';
  const code: unknown = secure.authorizationError;
  const trustError = secure.authorized ? '' : codeOf(code) || String(code);
  return certificateError(certificate, name, trustError, new Date());
}
