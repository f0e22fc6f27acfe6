// The clock of a pool: one timer, always set to what is due first. A loop that was held up finds timers due and packets
// waiting at once, and Node runs timers first; so a due alarm rings after the sockets were read. Otherwise an agent short of
// CPU would take answers that lie in its socket for silence, and accuse others.

/** Datagrams the loop reads in one turn (libuv's limit): after fewer, the socket is empty. */
const DATAGRAMS_A_TURN = 32;

/** After this many turns the alarm rings even if packets keep coming. */
const MOST_TURNS = 64;

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export interface AlarmOptions {
  readonly ring: () => void;
  /** How many datagrams have come so far. */
  readonly received: () => number;
}

export class Alarm {
  readonly #options: AlarmOptions;
  #dueMs: number | null = null;
  #armedMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /** Null: never. A later time than before leaves the timer as it is; it is set again when it fires too early. */
  set(dueMs: number | null): void {
    this.#dueMs = dueMs;
    if (dueMs !== null && dueMs < this.#armedMs && this.#immediate === null) this.#arm(dueMs);
  }

  stop(): void {
    this.#dueMs = null;
    this.#disarm();
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#armedMs = Number.POSITIVE_INFINITY;
  }

  #arm(dueMs: number): void {
    this.#disarm();
    this.#armedMs = dueMs;
    const delayMs = Math.ceil(Math.max(0, dueMs - performance.now()));
    this.#timer = setTimeout(() => this.#fired(), Math.min(delayMs, LONGEST_TIMEOUT_MS));
  }

  #fired(): void {
    this.#disarm();
    if (this.#dueMs === null) return;
    if (this.#dueMs > performance.now()) this.#arm(this.#dueMs);
    else this.#afterReading(MOST_TURNS);
  }

  #afterReading(turns: number): void {
    const before = this.#options.received();
    this.#immediate = setImmediate(() => {
      this.#immediate = null;
      if (turns > 1 && this.#options.received() - before >= DATAGRAMS_A_TURN) {
        this.#afterReading(turns - 1);
        return;
      }
      this.#options.ring();
    });
  }
}
