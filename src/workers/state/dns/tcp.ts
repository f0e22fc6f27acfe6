// The TCP side: messages with a two-byte length, answered in order. Connections are bounded in number, also of one client,
// in idle time, in questions, and in replies that the asker doesn't fetch (spec/dns.md, section 3).

import net from 'node:net';
import type { DescriptorReserve } from '../../../observe/descriptor-reserve.js';
import { ClientLimit, plainAddress } from '../sockets/client-limit.js';
import type { Responds, Response } from './response.js';

export interface TcpLimits {
  readonly connections: number;
  /** Of one client address. */
  readonly connectionsPerClient: number;
  /** On one connection. */
  readonly questions: number;
  /** Replies waiting for the asker to read; then it isn't read from either. */
  readonly unsentBytes: number;
}

const LIMITS: TcpLimits = {
  connections: 1024,
  connectionsPerClient: 128,
  questions: 128,
  unsentBytes: 256 * 1024,
};
const FIRST_READ_MS = 2000;
const IDLE_MS = 8000;
/** A frame that can't be a question ends the conversation, a little later, as upstream does. */
const LINGER_MS = 1000;
const MIN_FRAME = 12;

export interface TcpListener {
  readonly port: number;
  close(): Promise<void>;
}

type Answered = (response: Response, startedMs: number) => void;

class Conversation {
  readonly #socket: net.Socket;
  readonly #responder: Responds;
  readonly #answered: Answered;
  readonly #limits: TcpLimits;
  #pending: Buffer = Buffer.alloc(0);
  #questions = 0;
  #isOver = false;
  /** A reply is on its way from elsewhere; the questions behind it wait, so that replies come in order. */
  #isWaiting = false;

  constructor(socket: net.Socket, responder: Responds, answered: Answered, limits: TcpLimits) {
    this.#socket = socket;
    this.#responder = responder;
    this.#answered = answered;
    this.#limits = limits;
    socket.setNoDelay(true);
    socket.setTimeout(FIRST_READ_MS);
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => {
      this.#frames();
      if (!this.#isOver && !this.#isWaiting) socket.resume();
    });
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#socket.setTimeout(IDLE_MS);
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#frames();
  }

  /** Answers the whole frames that are there; at most one cut frame (64 KiB) stays. */
  #frames(): void {
    let at = 0;
    const pending = this.#pending;
    while (!this.#isOver && !this.#isWaiting && pending.length - at >= 2) {
      if (this.#socket.writableLength > this.#limits.unsentBytes) {
        this.#socket.pause();
        break;
      }
      const length = pending.readUInt16BE(at);
      if (length < MIN_FRAME) {
        this.#finish();
        break;
      }
      if (pending.length - at - 2 < length) break;
      this.#answer(pending.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    this.#pending = this.#isOver ? Buffer.alloc(0) : pending.subarray(at);
  }

  #answer(packet: Buffer): void {
    const startedMs = performance.now();
    const response = this.#responder.respond(packet, 'tcp', this.#socket.remoteAddress ?? '');
    if (response instanceof Promise) {
      this.#isWaiting = true;
      this.#socket.pause();
      void response.then((late) => this.#answeredLate(late, startedMs));
    } else this.#reply(response, startedMs);
  }

  #answeredLate(response: Response | null, startedMs: number): void {
    this.#isWaiting = false;
    if (this.#socket.destroyed) return;
    this.#socket.resume();
    this.#reply(response, startedMs);
    this.#frames();
  }

  #reply(response: Response | null, startedMs: number): void {
    if (response !== null) {
      const { bytes } = response;
      const frame = Buffer.allocUnsafe(bytes.length + 2);
      frame.writeUInt16BE(bytes.length, 0);
      frame.set(bytes, 2);
      this.#socket.write(frame);
      this.#answered(response, startedMs);
    }
    if (++this.#questions >= this.#limits.questions) {
      this.#isOver = true;
      this.#socket.end();
    }
  }

  /** Reads no more, and closes soon. */
  #finish(): void {
    this.#isOver = true;
    this.#socket.setTimeout(LINGER_MS);
  }
}

/** Binds and serves. */
export function listenTcp(
  address: string,
  port: number,
  responder: Responds,
  answered: Answered,
  descriptors: DescriptorReserve,
  limits = LIMITS,
): Promise<TcpListener> {
  const sockets = new Set<net.Socket>();
  const clients = new ClientLimit(limits.connectionsPerClient);
  const server = net.createServer((socket) => {
    if (descriptors.refuses(socket)) return;
    const client = plainAddress(socket.remoteAddress);
    if (sockets.size >= limits.connections || !clients.enter(client)) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      clients.leave(client);
    });
    new Conversation(socket, responder, answered, limits);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      // An accept that failed: the listener stays, the next one may succeed.
      server.on('error', () => {});
      const bound = server.address();
      resolve({
        port: bound !== null && typeof bound === 'object' ? bound.port : port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
