// The events of a subject from where its slowest subscriber is: each holds the link that it gets next, so that what all have got
// is held by nobody. How far one may fall behind is bounded.

const MAX_EVENTS_BEHIND = 64;
const MAX_BYTES_BEHIND = 8 * 1024 * 1024;

export class EventLink {
  readonly #number: number;
  /** Of all links in front of it. */
  readonly #bytesBefore: number;
  #filled: { readonly frames: Buffer; readonly next: EventLink } | null = null;

  constructor(number = 0, bytesBefore = 0) {
    this.#number = number;
    this.#bytesBefore = bytesBefore;
  }

  /** null: there is no event here yet. */
  get event(): { readonly frames: Buffer; readonly next: EventLink } | null {
    return this.#filled;
  }

  /** The event that comes here; the result is the new end. */
  fill(frames: Buffer): EventLink {
    const next = new EventLink(this.#number + 1, this.#bytesBefore + frames.length);
    this.#filled = { frames, next };
    return next;
  }

  /** Whether who is here gets its events too slowly, where `end` is the end. */
  isTooFarBehind(end: EventLink): boolean {
    const events = end.#number - this.#number;
    return events > MAX_EVENTS_BEHIND || (events > 1 && end.#bytesBefore - this.#bytesBefore > MAX_BYTES_BEHIND);
  }
}
