// Waiting readers and what each depends on. Changes collect the readers they concern while a batch is applied; flush()
// then wakes them in slices, so that ten thousand of them never hold the loop for long.

import { surprise } from '../../../../observe/surprise.js';
import { targetsOfRow } from './config-entry-reads.js';
import type { Watches, WatchTarget } from './read-api.js';
import type { Change } from './tables/change.js';
import { kvTableKey } from './tables/table-key.js';

/** Wakes per slice: some hundred microseconds of callbacks. */
const SLICE = 500;

class Watch {
  readonly wake: () => void;
  readonly places: readonly Place[];
  isOver = false;

  constructor(wake: () => void, places: readonly Place[]) {
    this.wake = wake;
    this.places = places;
  }
}

/** The watches of one target. */
interface Place {
  readonly shelf: Shelf;
  readonly key: string;
  readonly watches: Set<Watch>;
}

/** All targets of one kind. */
class Shelf {
  readonly #places = new Map<string, Place>();
  /** How many keys there are of each length; kept for prefixes, to look up no length in vain. */
  readonly lengths = new Map<number, number>();

  get size(): number {
    return this.#places.size;
  }

  place(key: string): Place {
    let place = this.#places.get(key);
    if (!place) {
      place = { shelf: this, key, watches: new Set() };
      this.#places.set(key, place);
      this.lengths.set(key.length, (this.lengths.get(key.length) ?? 0) + 1);
    }
    return place;
  }

  /** Takes all watches of a key off the shelf. */
  take(key: string): Set<Watch> | undefined {
    const place = this.#places.get(key);
    if (!place) return undefined;
    this.#remove(key);
    return place.watches;
  }

  takeAll(): Set<Watch>[] {
    const all = [...this.#places.values()].map((place) => place.watches);
    this.#places.clear();
    this.lengths.clear();
    return all;
  }

  removeIfEmpty(place: Place): void {
    if (place.watches.size === 0 && this.#places.get(place.key) === place) this.#remove(place.key);
  }

  #remove(key: string): void {
    this.#places.delete(key);
    const left = (this.lengths.get(key.length) ?? 1) - 1;
    if (left === 0) this.lengths.delete(key.length);
    else this.lengths.set(key.length, left);
  }
}

export class WatchList implements Watches {
  readonly #indexKeys = new Shelf();
  readonly #keys = new Shelf();
  readonly #prefixes = new Shelf();
  readonly #schedule: (run: () => void) => void;
  #waiting = 0;
  #ripe: Set<Watch>[] = [];
  #isScheduled = false;

  /** `schedule` runs the next slice after other events had their turn. */
  constructor(schedule: (run: () => void) => void = setImmediate) {
    this.#schedule = schedule;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Distinct targets that somebody waits for. */
  get watchedTargets(): number {
    return this.#indexKeys.size + this.#keys.size + this.#prefixes.size;
  }

  watch(targets: readonly WatchTarget[], wake: () => void): () => void {
    const places = targets.map((target) => this.#placeOf(target));
    const watch = new Watch(wake, places);
    for (const place of places) place.watches.add(watch);
    this.#waiting += 1;
    return () => this.#end(watch);
  }

  /** Collects the readers that a successful command concerns. */
  note(changes: readonly Change[]): void {
    if (this.#waiting === 0) return;
    for (const change of changes) {
      if (change.table === 'index') {
        this.#collect(this.#indexKeys.take(change.key.toLowerCase()));
      } else if (change.table === 'config-entries') {
        for (const target of targetsOfRow(change.key)) this.#collect(this.#indexKeys.take(target.toLowerCase()));
      } else if (change.table === 'kv') {
        const key = change.after?.Key ?? change.before?.Key ?? '';
        if (this.#keys.size > 0) this.#collect(this.#keys.take(key));
        if (this.#prefixes.size > 0) this.#notePrefixes(kvTableKey(key));
      }
    }
  }

  /** Collects the readers of all prefixes of a key, by its bytes. */
  #notePrefixes(tableKey: string): void {
    for (const length of this.#prefixes.lengths.keys()) {
      if (length <= tableKey.length) this.#collect(this.#prefixes.take(tableKey.slice(0, length)));
    }
  }

  /** Collects every reader: the store was restored. */
  noteAll(): void {
    for (const shelf of [this.#indexKeys, this.#keys, this.#prefixes]) this.#ripe.push(...shelf.takeAll());
  }

  /** Wakes what was collected: a first slice now, the rest in later turns. */
  flush(): void {
    if (this.#ripe.length > 0 && !this.#isScheduled) this.#wakeSlice();
  }

  #wakeSlice(): void {
    this.#isScheduled = false;
    let left = SLICE;
    while (left > 0) {
      const watches = this.#ripe[0];
      if (!watches) return;
      for (const watch of watches) {
        if (left === 0) break;
        watches.delete(watch);
        if (watch.isOver) continue;
        this.#end(watch);
        left -= 1;
        try {
          watch.wake();
        } catch (error) {
          // One reader's trouble; the others wait for this turn.
          surprise(error);
        }
      }
      if (watches.size === 0) this.#ripe.shift();
    }
    if (this.#ripe.length === 0) return;
    this.#isScheduled = true;
    this.#schedule(() => this.#wakeSlice());
  }

  #collect(watches: Set<Watch> | undefined): void {
    if (watches) this.#ripe.push(watches);
  }

  /** Index keys of nodes and services hold names, which compare without regard to case. */
  #placeOf(target: WatchTarget): Place {
    if (target.kind === 'index') return this.#indexKeys.place(target.key.toLowerCase());
    return target.kind === 'kv' ? this.#keys.place(target.key) : this.#prefixes.place(kvTableKey(target.prefix));
  }

  #end(watch: Watch): void {
    if (watch.isOver) return;
    watch.isOver = true;
    this.#waiting -= 1;
    for (const place of watch.places) {
      place.watches.delete(watch);
      place.shelf.removeIfEmpty(place);
    }
  }
}
