// One subscriber on its call: a snapshot first where it needs one, then the subject's events, as far as it has room for them.

import type { Answering, GrpcCall } from '../grpc-call.js';
import { Status } from '../status.js';
import type { EventLink } from './event-chain.js';
import { newSnapshotToFollow, type SnapshotPieces } from './events.js';
import type { Subject, Subscriber } from './subject.js';

/** Stock's word to a subscriber that must begin anew. */
export const RESET = 'subscription closed by server, client must reset state and resubscribe';

export class Subscription implements Answering, Subscriber {
  at: EventLink;
  readonly #call: GrpcCall;
  readonly #subject: Subject;
  #snapshot: SnapshotPieces | null;
  /** Of the snapshot; -1: that one follows is to be said. */
  #nextPiece: number;

  /** `index`: of the last event the subscriber has; 0 for none. */
  constructor(call: GrpcCall, subject: Subject, index: number) {
    this.#call = call;
    this.#subject = subject;
    const { snapshot, at } = subject.join(this, index);
    this.#snapshot = snapshot;
    this.#nextPiece = index > 0 ? -1 : 0;
    this.at = at;
    this.pump();
  }

  pump(): void {
    while (this.#call.hasRoom) {
      const frames = this.#nextOfSnapshot() ?? this.#nextEvent();
      if (frames === null) return;
      this.#call.send(frames);
    }
  }

  drained(): void {
    this.pump();
  }

  reset(): void {
    this.closed();
    this.#call.end(Status.aborted, RESET);
  }

  closed(): void {
    this.#snapshot = null;
    this.#subject.leave(this);
  }

  #nextOfSnapshot(): Buffer | null {
    const number = this.#nextPiece;
    if (this.#snapshot === null) return null;
    this.#nextPiece += 1;
    const frames = number === -1 ? newSnapshotToFollow : this.#snapshot.piece(number);
    if (frames === null) this.#snapshot = null;
    return frames;
  }

  #nextEvent(): Buffer | null {
    const { event } = this.at;
    if (event === null) return null;
    this.at = event.next;
    return event.frames;
  }
}
