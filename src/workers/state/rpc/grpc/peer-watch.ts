// Whether the other end of a connection of gRPC is still there: it is asked from time to time.

import type { Http2Session } from 'node:http2';
import { type Deadline, deadlines } from '../../../../deadlines/deadline-queue.js';
import { Keepalive } from '../../sockets/keepalive.js';

const PING_BYTES = 8;
/** A peer that has never answered is asked again this often. */
const DOUBT_EVERY_MS = 1_000;

/**
 * Hangs up when the peer isn't there any more. A session that HTTP/2 has ended itself, for what the peer sent, says so to the
 * peer only, and reads nothing any more, not even the end of the connection. What is left to see is that it sends nothing more
 * either: a question stays where it is. That is looked for as long as the peer has never answered, since what isn't HTTP/2 shows
 * at the beginning; later the answer that doesn't come says the same.
 */
export class PeerWatch implements Deadline {
  dueMs: number;
  slot = -1;
  order = 0;
  readonly #session: Http2Session;
  readonly #keepalive: Keepalive;
  #hasAnswered = false;

  constructor(session: Http2Session) {
    const nowMs = deadlines.now();
    this.#session = session;
    this.#keepalive = new Keepalive(nowMs, nowMs);
    this.dueMs = nowMs;
    deadlines.add(this);
  }

  expire(): void {
    const session = this.#session;
    if (session.destroyed) return;
    const nowMs = deadlines.now();
    const id = this.#keepalive.tick(nowMs);
    if (id === 'lost' || !this.#ask(id)) {
      session.destroy();
      return;
    }
    const askedMs = this.#hasAnswered ? this.#keepalive.dueMs : Math.min(this.#keepalive.dueMs, nowMs + DOUBT_EVERY_MS);
    this.dueMs = Math.ceil(Math.max(askedMs, nowMs + 1));
    deadlines.add(this);
  }

  stop(): void {
    deadlines.remove(this);
  }

  /** `id`: of a question that must be answered in time; null when none is due. False: it couldn't be asked. */
  #ask(id: number | null): boolean {
    if (id === null && this.#hasAnswered) return true;
    const question = Buffer.alloc(PING_BYTES);
    if (id !== null) question.writeUInt32BE(id);
    const isTaken = this.#session.ping(question, (error, _durationMs, answer) => {
      if (error !== null || !question.equals(answer)) return;
      this.#hasAnswered = true;
      if (id !== null) this.#keepalive.answered(id);
    });
    // The first goes with the settings, which wait for their turn.
    if (isTaken && id === null) setImmediate(() => this.#hangUpIfUnsent());
    return isTaken;
  }

  #hangUpIfUnsent(): void {
    const session = this.#session;
    if (!session.destroyed && !this.#hasAnswered && (session.state.outboundQueueSize ?? 0) > 0) session.destroy();
  }
}
