// One registration or removal while it is on its way to the disk. The local state has it already, so that the catalog gets it
// without delay; if the disk refuses it, everything is put back as it was acknowledged last, unless a later change won.

import type { CheckEntry, ServiceEntry } from '../state/entries.js';
import type { Operation } from '../store/store-operations.js';

/** What a transaction sees of the local state, and how it puts something back. */
export interface Places {
  service(id: string): ServiceEntry | undefined;
  check(id: string): CheckEntry | undefined;
  restoreService(id: string, entry: ServiceEntry | undefined): void;
  restoreCheck(id: string, entry: CheckEntry | undefined): void;
}

type Entry = ServiceEntry | CheckEntry;

/** What was refused, with what stood in its place; shared by all transactions of an agent. */
export type RefusedEntries = WeakMap<object, Entry | undefined>;

/** What stays the same until somebody puts another one: the catalog and config entries change a service's entry meanwhile. */
function identityOf(entry: Entry): object {
  return 'registered' in entry ? entry.registered : entry;
}

function isSame(one: ServiceEntry | undefined, other: ServiceEntry | undefined): boolean {
  return one?.registered === other?.registered;
}

interface Step<T extends Entry> {
  readonly id: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** Mostly one, and of most transactions none: an empty list that grows takes room for seventeen. */
function withOne<T>(list: T[] | null, one: T): T[] {
  if (list === null) return [one];
  list.push(one);
  return list;
}

export class Transaction {
  readonly operations: Operation[] = [];
  readonly #places: Places;
  readonly #refused: RefusedEntries;
  #services: Step<ServiceEntry>[] | null = null;
  #checks: Step<CheckEntry>[] | null = null;
  #restsOn: Entry[] | null = null;

  constructor(places: Places, refused: RefusedEntries) {
    this.#places = places;
    this.#refused = refused;
  }

  /** Notes that `after` stands in the place of `before`; undefined: nothing does. */
  service(id: string, before: ServiceEntry | undefined, after: ServiceEntry | undefined): void {
    this.#services = withOne(this.#services, { id, before, after });
  }

  check(id: string, before: CheckEntry | undefined, after: CheckEntry | undefined): void {
    this.#checks = withOne(this.#checks, { id, before, after });
  }

  /** An entry that was as it should be already. */
  restsOn(entry: Entry): void {
    this.#restsOn = withOne(this.#restsOn, entry);
  }

  /** True when the disk has refused such an entry meanwhile. */
  restsOnRefused(): boolean {
    return this.#restsOn?.some((entry) => this.#isRefused(entry)) ?? false;
  }

  /** IDs of what was changed. */
  get serviceIds(): readonly string[] {
    return this.#services?.map(({ id }) => id) ?? [];
  }

  get checkIds(): readonly string[] {
    return this.#checks?.map(({ id }) => id) ?? [];
  }

  /** Puts everything back where no later change has won. */
  takeBack(): void {
    const allServices = this.#services ?? [];
    const allChecks = this.#checks ?? [];
    const services = allServices.filter(({ id, after }) => isSame(this.#places.service(id), after));
    const checks = allChecks.filter(({ id, after }) => this.#places.check(id) === after);
    for (const { before, after } of [...allServices, ...allChecks]) {
      if (after) this.#refused.set(identityOf(after), before);
    }
    for (const { id, before } of services) this.#places.restoreService(id, this.#acknowledged(before));
    for (const { id, before } of checks) this.#places.restoreCheck(id, this.#acknowledged(before));
  }

  /** The newest predecessor that was not refused itself. */
  #acknowledged<T extends Entry>(entry: T | undefined): T | undefined {
    let current: Entry | undefined = entry;
    while (current !== undefined && this.#isRefused(current)) current = this.#refused.get(identityOf(current));
    return current as T | undefined;
  }

  #isRefused(entry: Entry): boolean {
    return this.#refused.has(identityOf(entry));
  }
}
