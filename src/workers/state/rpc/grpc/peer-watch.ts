// Whether the other end of a connection of gRPC is still there: it is asked from time to time.

import type { Http2Session } from 'node:http2';
import { type Deadline, deadlines } from '../../../../deadlines/deadline-queue.js';
import { Keepalive } from '../../sockets/keepalive.js';

const PING_BYTES = 8;

/**
 * Hangs up when the peer isn't there any more. A session that HTTP/2 has ended itself, for what the peer sent, says so to the
 * peer only, and reads nothing any more, not even the end of the connection: that, too, is seen by a ping without an answer.
 * So it is asked at once, since what isn't HTTP/2 shows at the beginning.
 */
export class PeerWatch implements Deadline {
  dueMs: number;
  slot = -1;
  order = 0;
  readonly #session: Http2Session;
  readonly #keepalive: Keepalive;

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
    if (id === 'lost' || (id !== null && !this.#ask(id))) {
      session.destroy();
      return;
    }
    this.dueMs = Math.ceil(Math.max(this.#keepalive.dueMs, nowMs + 1));
    deadlines.add(this);
  }

  stop(): void {
    deadlines.remove(this);
  }

  /** False: it couldn't be asked. */
  #ask(id: number): boolean {
    const question = Buffer.alloc(PING_BYTES);
    question.writeUInt32BE(id);
    return this.#session.ping(question, (error, _durationMs, answer) => {
      if (error === null && question.equals(answer)) this.#keepalive.answered(id);
    });
  }
}
