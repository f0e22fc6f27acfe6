// First byte 7: connections of who has no certificate yet, for one question. Anybody can open them, so none is kept for whoever
// says nothing.

import type net from 'node:net';
import { serveSingle } from '../listener/single-connection.js';
import type { RpcServerParts } from '../server/request-stream.js';

/** Of silence in both directions. A question may wait for a leader. */
const SILENCE_MS = 30_000;

/** `first`: what was read behind the first byte; `silenceMs`: after so long without a byte it is closed. */
export function serveBootstrap(
  socket: net.Socket,
  first: Buffer,
  parts: RpcServerParts,
  silenceMs: number = SILENCE_MS,
): void {
  socket.setTimeout(silenceMs, () => socket.destroy());
  serveSingle(socket, first, parts);
}
