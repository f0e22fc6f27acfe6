// The snapshot file as text (spec/gossip.md, section 16): who was alive and what the clocks said, so that a restarted agent
// finds its pool again. Lines are written as things happen; replaying them in order gives the last state.

import { parseGoUint } from '../../../../gotext/numbers.js';
import type { Uint64 } from '../../../../wire/uint64.js';

export interface SnapshotMember {
  readonly name: string;
  /** `ip:port`. */
  readonly address: string;
}

/** What a file holds. Where it is still growing, the clocks are to be read after the members. */
export interface SnapshotState {
  /** Those that are alive. */
  readonly members: Iterable<SnapshotMember>;
  readonly clock: Uint64;
  readonly eventClock: Uint64;
  readonly queryClock: Uint64;
}

export interface RestoredSnapshot extends SnapshotState {
  /** In the order of the file. */
  readonly members: readonly SnapshotMember[];
}

const ALIVE = 'alive: ';
const NOT_ALIVE = 'not-alive: ';
const CLOCK = 'clock: ';
const EVENT_CLOCK = 'event-clock: ';
const QUERY_CLOCK = 'query-clock: ';
const LEAVE = 'leave';
const LINE_FEED = '\n';
const LINE_FEED_BYTE = 0x0a;

/** As many members as the node table takes; more lines than that can only be damage. */
const MOST_MEMBERS = 131_072;

/** No member's line is longer; in a damaged file one may be as long as the file, and would stay with us as a name. */
const MOST_LINE_BYTES = 8192;

/** We left on purpose: the members before this line are not to be joined again. */
export const LEAVE_LINE = `${LEAVE}${LINE_FEED}`;

/** Whether a {@link LEAVE_LINE} is among these lines. */
export function hasLeaveLine(lines: string): boolean {
  return `${LINE_FEED}${lines}`.includes(`${LINE_FEED}${LEAVE_LINE}`);
}

/** A name with a line feed would be read as two lines, the second one of its owner's choice: such a member isn't kept. */
function line(mark: string, name: string, rest = ''): string {
  return name.includes(LINE_FEED) ? '' : `${mark}${name}${rest}${LINE_FEED}`;
}

/** `address` is `ip:port` or `[ip6]:port`. */
export function aliveLine(name: string, address: string): string {
  return line(ALIVE, name, ` ${address}`);
}

export function notAliveLine(name: string): string {
  return line(NOT_ALIVE, name);
}

export function clockLine(clock: Uint64): string {
  return `${CLOCK}${clock}${LINE_FEED}`;
}

export function eventClockLine(clock: Uint64): string {
  return `${EVENT_CLOCK}${clock}${LINE_FEED}`;
}

export function queryClockLine(clock: Uint64): string {
  return `${QUERY_CLOCK}${clock}${LINE_FEED}`;
}

/** Members written in one go: well under a millisecond. */
const MEMBERS_A_PIECE = 500;

/**
 * The shortest file that is restored as this state, in pieces. The state may change between them, as long as what changed is
 * told by lines behind these: read in order, all of it together gives the state of the end.
 */
export function* compactedSnapshot(state: SnapshotState): Generator<string> {
  let lines = '';
  let count = 0;
  for (const { name, address } of state.members) {
    lines += aliveLine(name, address);
    count += 1;
    if (count % MEMBERS_A_PIECE > 0) continue;
    yield lines;
    lines = '';
  }
  yield lines + clockLine(state.clock) + eventClockLine(state.eventClock) + queryClockLine(state.queryClock);
}

class Replay {
  readonly #members = new Map<string, string>();
  #clock: Uint64 = 0;
  #eventClock: Uint64 = 0;
  #queryClock: Uint64 = 0;
  readonly #keepsAfterLeave: boolean;

  constructor(keepsAfterLeave: boolean) {
    this.#keepsAfterLeave = keepsAfterLeave;
  }

  get state(): RestoredSnapshot {
    const members = [...this.#members].map(([name, address]) => ({ name, address }));
    return { members, clock: this.#clock, eventClock: this.#eventClock, queryClock: this.#queryClock };
  }

  /** What isn't understood is passed over: comments, coordinates of old versions, damage. */
  take(text: string): void {
    if (text.startsWith(ALIVE)) this.#takeAlive(text.slice(ALIVE.length));
    else if (text.startsWith(NOT_ALIVE)) this.#members.delete(text.slice(NOT_ALIVE.length));
    else if (text.startsWith(CLOCK)) this.#clock = this.#time(text, CLOCK) ?? this.#clock;
    else if (text.startsWith(EVENT_CLOCK)) this.#eventClock = this.#time(text, EVENT_CLOCK) ?? this.#eventClock;
    else if (text.startsWith(QUERY_CLOCK)) this.#queryClock = this.#time(text, QUERY_CLOCK) ?? this.#queryClock;
    else if (text === LEAVE && !this.#keepsAfterLeave) this.#clear();
  }

  #takeAlive(nameAndAddress: string): void {
    const space = nameAndAddress.lastIndexOf(' ');
    if (space < 0) return;
    const name = nameAndAddress.slice(0, space);
    if (this.#members.size >= MOST_MEMBERS && !this.#members.has(name)) return;
    this.#members.set(name, nameAndAddress.slice(space + 1));
  }

  #time(text: string, mark: string): Uint64 | null {
    const read = parseGoUint(text.slice(mark.length), 64, 10);
    return read.ok ? read.value : null;
  }

  #clear(): void {
    this.#members.clear();
    this.#clock = 0;
    this.#eventClock = 0;
    this.#queryClock = 0;
  }
}

/**
 * What the file's content says. A last line without its line feed was being written when the agent died: it doesn't count.
 * `keepsAfterLeave`: the pool is to be found again even when it was left.
 */
export function parseSnapshot(content: Buffer, keepsAfterLeave: boolean): RestoredSnapshot {
  const replay = new Replay(keepsAfterLeave);
  let start = 0;
  // Line by line: as one text, a file of many megabytes would be in memory several times.
  for (;;) {
    const end = content.indexOf(LINE_FEED_BYTE, start);
    if (end < 0) return replay.state;
    if (end - start <= MOST_LINE_BYTES) replay.take(content.toString('utf8', start, end));
    start = end + 1;
  }
}
