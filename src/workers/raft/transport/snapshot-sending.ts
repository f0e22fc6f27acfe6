// A snapshot on its way to another server, on a connection of its own: read from the disk as fast as the other one takes it
// (spec/raft.md, section 3, "InstallSnapshot").

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { IN_CLEAR, type ServerDialer } from '../../../tls/server-dialer.js';
import type { Incoming } from '../core/message.js';
import type { InstallRequest } from '../snapshot/snapshot-installer.js';
import { answerFrames, decodeAnswer } from './answers.js';
import { type Destination, IO_TIMEOUT_MS, RAFT_FIRST_BYTE } from './line.js';
import { encodeRequest, type Self } from './requests.js';

/** The other side has 10 s for each such part of a snapshot to bring it on its disk. */
const BYTES_PER_TIMEOUT = 256 * 1024;

/** Resolves with what the other server says; rejects when the connection or the disk fails. */
export async function sendSnapshot(
  request: InstallRequest,
  destination: Destination,
  self: Self,
  signal: AbortSignal,
  dialer: ServerDialer = IN_CLEAR,
): Promise<Incoming | null> {
  const socket = await dial(dialer, destination, signal);
  const destroy = (): void => {
    socket.destroy(new Error('sending was stopped'));
  };
  signal.addEventListener('abort', destroy, { once: true });
  socket.on('timeout', () => socket.destroy(new Error('i/o timeout')));
  const answer = answerOn(socket);
  // Whoever waits for the answer hears of it; until then it isn't unhandled.
  answer.catch(() => undefined);
  try {
    const { bytes, ...head } = request;
    socket.write(encodeRequest(head, self));
    await writeAll(socket, bytes, request.size, answer);
    socket.setTimeout(Math.max(IO_TIMEOUT_MS, IO_TIMEOUT_MS * Math.floor(request.size / BYTES_PER_TIMEOUT)));
    const decoded = decodeAnswer(await answer, head);
    if (decoded.kind === 'answer') return decoded.message;
    throw new Error(decoded.kind === 'error' ? decoded.text : decoded.problem);
  } finally {
    signal.removeEventListener('abort', destroy);
    socket.destroy();
  }
}

function dial(dialer: ServerDialer, destination: Destination, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const destroy = (): void => {
      socket.destroy(new Error('sending was stopped'));
    };
    const over = (): void => signal.removeEventListener('abort', destroy);
    const socket = dialer.dial(destination, {
      firstByte: RAFT_FIRST_BYTE,
      withinMs: IO_TIMEOUT_MS,
      opened: (spoken) => {
        over();
        spoken.setTimeout(IO_TIMEOUT_MS);
        resolve(spoken);
      },
      failed: (error) => {
        over();
        reject(error);
      },
    });
    if (signal.aborted) destroy();
    else signal.addEventListener('abort', destroy, { once: true });
  });
}

/** An answer that comes before the last byte, or the end of the connection, ends it: nobody takes the rest. */
async function writeAll(
  socket: Socket,
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  answer: Promise<Uint8Array>,
): Promise<void> {
  let left = size;
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  answer.then(over, over);
  for await (const chunk of bytes) {
    left -= chunk.byteLength;
    if (left < 0) throw new Error('the snapshot is longer than it was');
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), answer]);
    if (isOver) return;
  }
  if (left > 0) throw new Error('the snapshot is shorter than it was');
}

function answerOn(socket: Socket): Promise<Uint8Array> {
  const frames = answerFrames();
  return new Promise((resolve, reject) => {
    socket.on('data', (bytes) => {
      frames.push(bytes);
      const message = frames.next();
      if (message !== null) resolve(message);
      else if (frames.problem !== null) socket.destroy(new Error(frames.problem));
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('connection closed')));
  });
}
