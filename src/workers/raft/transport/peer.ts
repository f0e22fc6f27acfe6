// The ways to one other server: heartbeats, entries and votes each have a connection of their own, so that none waits for
// another; a snapshot gets one for as long as it takes.

import type { Logger } from '../../../observe/logger.js';
import type { ServerDialer } from '../../../tls/server-dialer.js';
import type { AppendRequest, Heartbeat, Incoming, TimeoutNow, VoteRequest } from '../core/message.js';
import type { Lost } from '../core/progress.js';
import type { InstallRequest } from '../snapshot/snapshot-installer.js';
import { type Destination, Line } from './line.js';
import { fitting, type Self } from './requests.js';
import { sendSnapshot } from './snapshot-sending.js';

export interface PeerParts {
  readonly id: string;
  readonly self: Self;
  readonly destination: () => Destination | null;
  /** A request with entries as this server takes it. */
  readonly encodeAppend: (request: AppendRequest) => Uint8Array;
  readonly answered: (message: Incoming) => void;
  /** Requests of this kind got lost. */
  readonly lost: (kind: Lost) => void;
  readonly logger: Logger;
  readonly now: () => number;
  readonly dialer?: ServerDialer;
}

export type PeerRequest = AppendRequest | Heartbeat | VoteRequest | TimeoutNow | InstallRequest;

export class Peer {
  readonly #parts: PeerParts;
  readonly #entries: Line;
  readonly #heartbeats: Line;
  readonly #votes: Line;
  /** The snapshot that is on its way there. */
  #sending: AbortController | null = null;
  #isClosed = false;

  constructor(parts: PeerParts) {
    this.#parts = parts;
    // The core repeats by itself what isn't about entries.
    const nobody = (): void => {};
    this.#entries = this.#line('appendEntries to', () => parts.lost('append'));
    this.#heartbeats = this.#line('heartbeat to', nobody);
    this.#votes = this.#line('requestVote to', nobody);
  }

  send(request: PeerRequest): void {
    switch (request.kind) {
      case 'append':
        this.#entries.send(inOneMessage(request));
        return;
      case 'heartbeat':
        this.#heartbeats.send(request);
        return;
      case 'vote':
      case 'pre-vote':
      case 'timeout-now':
        this.#votes.send(request);
        return;
      case 'install':
        void this.#sendSnapshot(request);
        return;
    }
  }

  /** It spoke by a connection of its own. */
  wake(): void {
    this.#entries.wake();
    this.#heartbeats.wake();
    this.#votes.wake();
  }

  /** It is somewhere else now: nothing more is sent where it was. */
  moved(): void {
    this.#sending?.abort();
    this.#entries.moved();
    this.#heartbeats.moved();
    this.#votes.moved();
  }

  close(): void {
    this.#isClosed = true;
    this.#sending?.abort();
    this.#entries.close();
    this.#heartbeats.close();
    this.#votes.close();
  }

  #line(doing: string, lost: () => void): Line {
    const { id, logger } = this.#parts;
    let isTroubled = false;
    const troubled = (problem: string | null): void => {
      // Once, until it goes well again: it is tried many times a second.
      if (problem !== null && !isTroubled) logger.warn(`failed to ${doing}`, 'peer', id, 'error', problem);
      isTroubled = problem !== null;
    };
    return new Line({ ...this.#parts, troubled, lost });
  }

  /** One at a time: the one under way is as good as the next. */
  async #sendSnapshot(request: InstallRequest): Promise<void> {
    const { id, self, destination, answered, logger } = this.#parts;
    const to = destination();
    if (this.#sending !== null || to === null) {
      await request.bytes[Symbol.asyncIterator]().return?.();
      if (to === null) this.#parts.lost('install');
      return;
    }
    const sending = new AbortController();
    this.#sending = sending;
    try {
      const answer = await sendSnapshot(request, to, self, sending.signal, this.#parts.dialer);
      if (answer !== null) answered(answer);
    } catch (error) {
      if (!this.#isClosed) {
        const problem = error instanceof Error ? error.message : String(error);
        logger.error('failed to send snapshot to', 'peer', id, 'error', problem);
        this.#parts.lost('install');
      }
    } finally {
      this.#sending = null;
    }
  }
}

/** The leader finds out by the next question what was left out. */
function inOneMessage(request: AppendRequest): AppendRequest {
  const runs = fitting(request.runs);
  return runs === request.runs ? request : { ...request, runs };
}
