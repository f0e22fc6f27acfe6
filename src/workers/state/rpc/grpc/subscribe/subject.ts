// One subject of a topic, such as the health of a service, for all who subscribed to it: followed once, each change told to all
// from the same bytes. A change is the difference between what was told last and what is there now: several commits that came
// in one batch are told as one, which leaves subscribers with the same.

import { surprise } from '../../../../../observe/surprise.js';
import type { FollowedRead, FollowedReads } from '../../../calls/followed-reads.js';
import { isRefusal, type Refusal } from '../../../methods/contract/refusal.js';
import type { Caller } from '../../../methods/contract/token-resolver.js';
import { type Steps, turns } from '../../../turns/turns.js';
import { EventLink } from './event-chain.js';
import { changeEvent, type ItemEvent, Snapshot, type SnapshotPieces } from './events.js';
import type { StaleSubjects } from './stale-subjects.js';
import type { ItemRules, Topic } from './topic.js';

/** Stock subscribers take 8 MiB at most. */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const COMPARED_AT_ONCE = 512;
const TOLD_AT_ONCE = 8;

export interface Subscriber {
  /** The link that it gets next. */
  readonly at: EventLink;
  /** There may be something for it. */
  pump(): void;
  /** It must begin anew, with a snapshot. */
  reset(): void;
}

/** Where a subscriber begins. */
export interface Beginning {
  /** null: it has what there is. */
  readonly snapshot: SnapshotPieces | null;
  readonly at: EventLink;
}

export interface Subject {
  /** `index`: of the last event the subscriber has; 0 for none. */
  join(subscriber: Subscriber, index: number): Beginning;
  leave(subscriber: Subscriber): void;
}

/** As it was told last. */
interface State<Item> {
  readonly index: number;
  /** What it was made of. */
  readonly value: unknown;
  readonly items: ReadonlyMap<string, Item>;
}

/** `over`: nobody can join it any more. */
export function openSubject<Request, Value, Item>(
  reads: FollowedReads,
  topic: Topic<Request, Value, Item>,
  request: Request,
  caller: Caller,
  stale: StaleSubjects,
  over: () => void,
): Subject | Refusal {
  const subject: FollowedSubject<Value, Item>[] = [];
  const read = reads.follow(topic.method, request, caller, {
    changed: () => subject[0]?.changed(),
    restored: () => subject[0]?.dissolve(),
  });
  if (isRefusal(read)) return read;
  const opened = new FollowedSubject(read, topic, stale, over);
  subject.push(opened);
  return opened;
}

class FollowedSubject<Value, Item> implements Subject {
  readonly #read: FollowedRead<Value>;
  readonly #rules: ItemRules<Value, Item>;
  readonly #stale: StaleSubjects;
  readonly #over: () => void;
  readonly #subscribers = new Set<Subscriber>();
  #told: State<Item>;
  #end = new EventLink();
  #isClosed = false;
  /** Of what was told last, as long as anybody is sent it. */
  #snapshot: WeakRef<Snapshot<Item>> | null = null;

  constructor(read: FollowedRead<Value>, rules: ItemRules<Value, Item>, stale: StaleSubjects, over: () => void) {
    this.#read = read;
    this.#rules = rules;
    this.#stale = stale;
    this.#over = over;
    const { index, value } = read.read();
    const items = new Map<string, Item>();
    for (const item of rules.items(value)) items.set(rules.keyOf(item), item);
    this.#told = { index: Math.max(1, index), value, items };
  }

  join(subscriber: Subscriber, index: number): Beginning {
    const hasAll = index > 0 && index === this.#told.index && this.#subscribers.size > 0;
    this.#subscribers.add(subscriber);
    return { snapshot: hasAll ? null : this.#currentSnapshot(), at: this.#end };
  }

  leave(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#close();
  }

  changed(): void {
    this.#stale.add(this);
  }

  /** Tells what changed since it was told last. */
  *tell(): Steps<void> {
    if (this.#isClosed) return;
    const { value, index: stored } = this.#read.read();
    const index = Math.max(1, stored);
    const { items, events } = yield* this.#difference(value);
    const frames = events.length === 0 ? null : yield* changeEvent(this.#rules, index, events);
    if (this.#isClosed) return;
    this.#told = { index, value, items };
    this.#snapshot = null;
    if (frames === null) return;
    if (frames.length > MAX_EVENT_BYTES) this.dissolve();
    else {
      this.#end = this.#end.fill(frames);
      yield* this.#tellAll();
    }
  }

  /** All have to begin anew, with another subject in the place of this one. */
  dissolve(): void {
    this.#close();
    turns.run(this.#resetAll(), () => {}, surprise);
  }

  #close(): void {
    this.#isClosed = true;
    this.#read.stop();
    this.#over();
  }

  #currentSnapshot(): Snapshot<Item> {
    const kept = this.#snapshot?.deref();
    if (kept !== undefined) return kept;
    const { index, items } = this.#told;
    const snapshot = new Snapshot(this.#rules, index, [...items.values()]);
    this.#snapshot = new WeakRef(snapshot);
    return snapshot;
  }

  *#difference(value: Value): Steps<{ items: ReadonlyMap<string, Item>; events: readonly ItemEvent<Item>[] }> {
    const { value: oldValue, items: before } = this.#told;
    if (value === oldValue) return { items: before, events: [] };
    const { items: itemsOf, keyOf, isSame } = this.#rules;
    const items = new Map<string, Item>();
    const events: ItemEvent<Item>[] = [];
    let compared = 0;
    for (const item of itemsOf(value)) {
      const key = keyOf(item);
      const former = before.get(key);
      if (former === undefined || !isSame(former, item)) events.push({ item, isGone: false });
      items.set(key, item);
      if (++compared % COMPARED_AT_ONCE === 0) yield;
    }
    for (const [key, item] of before) {
      if (!items.has(key)) events.push({ item, isGone: true });
      if (++compared % COMPARED_AT_ONCE === 0) yield;
    }
    return { items, events };
  }

  *#tellAll(): Steps<void> {
    let told = 0;
    for (const subscriber of this.#subscribers) {
      if (subscriber.at.isTooFarBehind(this.#end)) subscriber.reset();
      else subscriber.pump();
      if (++told % TOLD_AT_ONCE === 0) yield;
    }
  }

  *#resetAll(): Steps<void> {
    for (const subscriber of this.#subscribers) {
      this.#subscribers.delete(subscriber);
      subscriber.reset();
      yield;
    }
  }
}
