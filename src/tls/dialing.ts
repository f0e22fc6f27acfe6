// How a connection to a server port begins, whatever is spoken on it afterwards: it is opened within a time, and where TLS comes
// first the server shows who it is before it is told anything.

import net from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { codeOf } from '../gotext/errno.js';
import { certificateError } from './certificate-error.js';
import { nodeTls } from './node-modules.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Opening {
  /** Of silence, until the connection is there. */
  readonly withinMs: number;
  readonly allowHalfOpen?: boolean;
  /** It is there. Its timeouts are the caller's from now on. */
  readonly opened: (socket: net.Socket) => void;
  /** Once, in place of `opened`; also when the socket that is answered was destroyed before. */
  readonly failed: (error: Error) => void;
}

/** What becomes of a socket that has just connected: `done` with what is spoken on, or `failed`. */
type Greet = (socket: net.Socket, done: (spoken: net.Socket) => void, failed: (error: Error) => void) => void;

/** To destroy the socket ends it, at any time. */
export function openConnection({ host, port }: Address, opening: Opening, greet: Greet): net.Socket {
  const { withinMs, allowHalfOpen = false, opened, failed } = opening;
  const socket = net.connect({ host, port, noDelay: true, keepAlive: true, allowHalfOpen, timeout: withinMs });
  let isOver = false;
  const over = (error: Error): void => {
    if (isOver) return;
    isOver = true;
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
    opened(spoken);
  };
  socket.on('error', over).on('timeout', late).on('close', closed);
  socket.once('connect', () => greet(socket, done, over));
  return socket;
}

export interface Securing {
  /** Says that TLS comes, and which kind of it. */
  readonly firstByte: number;
  readonly context: SecureContext;
  /** The server must show a certificate for it; null: any name will do. */
  readonly name: string | null;
  /** Sent as the name of who is dialed. */
  readonly serverName: string;
  /** False: whatever the server shows is taken. */
  readonly isJudged: boolean;
  /** Said first within; null: nothing. */
  readonly innerByte: number | null;
}

/** Nothing is said before the server has shown who it is. */
export function secureConnection(
  socket: net.Socket,
  { firstByte, context, name, serverName, isJudged, innerByte }: Securing,
  done: (secure: TLSSocket) => void,
  failed: (error: Error) => void,
): void {
  socket.write(Uint8Array.of(firstByte));
  const secure = nodeTls().connect({
    socket,
    secureContext: context,
    servername: serverName,
    // Judged below, in words that say what is wrong.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  const broken = (error: Error): void => {
    secure
      .off('error', broken)
      .off('close', hungUp)
      .on('error', () => {});
    failed(error);
  };
  const hungUp = (): void => broken(new Error('tls: the server closed the connection'));
  const handOver = (): void => {
    if (secure.destroyed) return;
    secure.off('error', broken).off('close', hungUp);
    // What happens to the connection is told by the secured one.
    socket.on('error', () => {});
    done(secure);
  };
  secure.once('error', broken).once('close', hungUp);
  secure.once('secureConnect', () => {
    const wrong = isJudged ? problemOf(secure, name) : null;
    if (wrong !== null) broken(new Error(wrong));
    else if (innerByte === null) handOver();
    // Handed over when nothing is on its way any more: Node's HTTP/2, which takes the handle over, would take the end of a write
    // that isn't its own for one of its own, and end the process.
    else secure.write(Uint8Array.of(innerByte), handOver);
  });
}

function problemOf(secure: TLSSocket, name: string | null): string | null {
  const certificate = secure.getPeerX509Certificate();
  if (certificate === undefined) return 'tls: server did not present a certificate';
  const code: unknown = secure.authorizationError;
  const untrusted = secure.authorized ? '' : codeOf(code) || String(code);
  return certificateError(certificate, name, untrusted, new Date());
}
