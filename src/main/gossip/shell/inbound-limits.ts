// What connections that others open may take of us: how many, how many from one source, and how much memory together.
// Whoever goes beyond is closed without an answer.

import type { StreamReader } from '../wire/stream.js';

export interface StreamLimits {
  /** Connections open at once. */
  readonly open: number;
  /** Those from one IP address. */
  readonly openFromOneSource: number;
  /** Push/pulls being answered or merged at once; stock agents have the same limit. */
  readonly pushPulls: number;
  /**
   * Bytes held for all connections together: what came in, what it was unpacked to, answers not sent yet. For 70,000 members
   * with 250 bytes of tags that is 62 MB an exchange; three must fit.
   */
  readonly heldBytes: number;
}

export const STREAM_LIMITS: StreamLimits = {
  open: 256,
  openFromOneSource: 64,
  pushPulls: 128,
  heldBytes: 256 * 1024 * 1024,
};

/** The share of one connection. */
export interface Admission {
  /** Counts what the reader holds now, and `more` bytes beside it. False: that is too much. */
  hold(reader: StreamReader, more?: number): boolean;
  /** Takes one of the places for push/pulls until {@link release}. False: there is none. */
  startPushPull(): boolean;
  release(): void;
}

export class InboundLimits {
  readonly #limits: StreamLimits;
  readonly #sources = new Map<string, number>();
  #open = 0;
  #pushPulls = 0;
  #heldBytes = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Null: one more is too many. */
  admit(source: string): Admission | null {
    const limits = this.#limits;
    const fromSource = this.#sources.get(source) ?? 0;
    if (this.#open >= limits.open || fromSource >= limits.openFromOneSource) return null;
    this.#open += 1;
    this.#sources.set(source, fromSource + 1);
    let held = 0;
    let isPushPull = false;
    let isReleased = false;
    const holdBytes = (bytes: number): boolean => {
      this.#heldBytes += bytes - held;
      held = bytes;
      return this.#heldBytes <= limits.heldBytes;
    };
    return {
      hold: (reader, more = 0) => isReleased || holdBytes(reader.heldBytes + more),
      startPushPull: () => {
        if (this.#pushPulls >= limits.pushPulls) return false;
        isPushPull = true;
        this.#pushPulls += 1;
        return true;
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        holdBytes(0);
        if (isPushPull) this.#pushPulls -= 1;
        this.#open -= 1;
        const left = (this.#sources.get(source) ?? 1) - 1;
        if (left === 0) this.#sources.delete(source);
        else this.#sources.set(source, left);
      },
    };
  }
}
