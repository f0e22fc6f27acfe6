// The services and checks of this agent, the source of truth for its part of the catalog (spec/agent.md section 2). Every
// change is O(1): it notes what it touched, so that anti-entropy walks what changed and never what exists.

import type { Random } from '../../../../random/random.js';
import type { CheckStatus, ServiceRecord } from '../../../../wire/records.js';
import { Backlog, type Touched } from './backlog.js';
import type { Clock } from './clock.js';
import { jitter } from './clock.js';
import { type CheckEntry, type CheckPut, type ServiceEntry, type ServicePut, withoutDefaults } from './entries.js';
import { sameCheck, sameService } from './equality.js';
import { IdIndex } from './id-index.js';
import { Watches } from './watches.js';

interface LocalStateOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long an output-only change may wait; 0 = not at all. */
  readonly checkUpdateIntervalMs: number;
  readonly discardCheckOutput: boolean;
  /** The definition with what config entries say of it, as far as that is known; itself where they say nothing. */
  readonly withDefaults: (put: ServicePut) => ServiceRecord;
}

/** What others want to hear of; called synchronously, after the change. */
interface LocalStateListener {
  /** Something is to be synced. */
  touched?(): void;
  /** A service was put or removed. */
  serviceChanged?(id: string): void;
  /** Status or output of a check of this service (or of the node: "") changed, or a check came or went. */
  checksChanged?(serviceId: string): void;
}

export class LocalState {
  nodeInfoInSync = false;
  discardCheckOutput: boolean;
  readonly #options: LocalStateOptions;
  readonly #services = new Map<string, ServiceEntry>();
  readonly #checks = new Map<string, CheckEntry>();
  /** Live checks by service ID; "" for those of the node. */
  readonly #checksOf = new IdIndex();
  /** Live services by name. */
  readonly #named = new IdIndex();
  /** How many live services have a port, for whoever looks for a free one. */
  readonly #onPort = new Map<number, number>();
  readonly #listeners: LocalStateListener[] = [];
  #touched: Touched = { services: new Set(), checks: new Set() };
  /** Of services, by ID. */
  readonly watches = new Watches();
  /** What was changed {@link withoutHurry}. */
  readonly backlog = new Backlog();
  #isInHurry = true;
  #hasUnsynced = false;

  constructor(options: LocalStateOptions) {
    this.#options = options;
    this.discardCheckOutput = options.discardCheckOutput;
  }

  listen(listener: LocalStateListener): void {
    this.#listeners.push(listener);
  }

  /** Not found when removed, even while the catalog still has it. */
  service(id: string): ServiceEntry | undefined {
    const entry = this.#services.get(id);
    return entry?.deleted ? undefined : entry;
  }

  check(id: string): CheckEntry | undefined {
    const entry = this.#checks.get(id);
    return entry?.deleted ? undefined : entry;
  }

  *services(): IterableIterator<ServiceEntry> {
    for (const entry of this.#services.values()) if (!entry.deleted) yield entry;
  }

  *serviceDefinitions(): IterableIterator<ServiceRecord> {
    for (const { definition } of this.services()) yield definition;
  }

  *checks(): IterableIterator<CheckEntry> {
    for (const entry of this.#checks.values()) if (!entry.deleted) yield entry;
  }

  /** Checks of a service, or of the node (""). */
  checksOf(serviceId: string): readonly CheckEntry[] {
    return this.#checksOf.found(serviceId, this.#checks);
  }

  servicesNamed(name: string): readonly ServiceEntry[] {
    return this.#named.found(name, this.#services);
  }

  /** True when a service of this agent is registered with this port. */
  usesPort(port: number): boolean {
    return this.#onPort.has(port);
  }

  /** Entries with those that wait for the catalog to forget them; for the syncer. */
  get allServices(): ReadonlyMap<string, ServiceEntry> {
    return this.#services;
  }

  get allChecks(): ReadonlyMap<string, CheckEntry> {
    return this.#checks;
  }

  putService(put: ServicePut): ServiceEntry {
    const { definition: registered, token, fromConfigFile } = put;
    const id = registered.ID;
    const definition = this.#options.withDefaults(put);
    const old = this.#services.get(id);
    const inSync = old !== undefined && !old.deleted && old.inSync && sameService(old.definition, definition);
    const entry: ServiceEntry = { id, definition, registered, token, fromConfigFile, inSync, deleted: false };
    if (old && !old.deleted) this.#unlist(old.definition);
    this.#named.add(definition.Service, id);
    this.#countPort(definition.Port, 1);
    this.#services.set(id, entry);
    this.#serviceTouched(entry);
    return entry;
  }

  /** The status and output of `put` are taken as they are; keeping former ones is the caller's rule. */
  putCheck(put: CheckPut): CheckEntry {
    const { check } = put;
    const id = check.CheckID;
    const former = this.#checks.get(id);
    const old = former?.deleted ? undefined : former;
    const deferTimer = old?.deferTimer ?? null;
    const inSync = old !== undefined && deferTimer === null && old.inSync && sameCheck(old.check, check);
    const criticalSince = check.Status === 'critical' ? (old?.criticalSince ?? null) : null;
    const entry: CheckEntry = { id, ...put, inSync, deleted: false, criticalSince, deferTimer };
    if (old && old.check.ServiceID !== check.ServiceID) this.#checksOf.delete(old.check.ServiceID, id);
    this.#checksOf.add(check.ServiceID, id);
    this.#checks.set(id, entry);
    this.#checkTouched(entry);
    return entry;
  }

  /**
   * What `change` changes goes to the catalog behind everything else, a part in each partial sync: thousands of changes at once
   * keep no other one waiting.
   */
  withoutHurry<T>(change: () => T): T {
    this.#isInHurry = false;
    try {
      return change();
    } finally {
      this.#isInHurry = true;
    }
  }

  /** Registered again as it is: looked at by the next partial sync, nothing more. */
  touchService(id: string): void {
    const isInSync = this.service(id)?.inSync !== false;
    if (isInSync && !this.#isInHurry) return;
    this.#noteService(id, !isInSync);
    for (const listener of this.#listeners) listener.touched?.();
  }

  touchCheck(id: string): void {
    const entry = this.check(id);
    const isInSync = entry?.inSync !== false;
    if (isInSync && !this.#isInHurry) return;
    this.#noteCheck(id, entry?.check.ServiceID ?? '', !isInSync);
    for (const listener of this.#listeners) listener.touched?.();
  }

  /** The entry stays, deleted, until the catalog has confirmed. False when there is none. */
  removeService(id: string): boolean {
    const entry = this.service(id);
    if (!entry) return false;
    entry.deleted = true;
    entry.inSync = false;
    this.#unlist(entry.definition);
    this.#serviceTouched(entry);
    return true;
  }

  removeCheck(id: string): boolean {
    const entry = this.check(id);
    if (!entry) return false;
    entry.deleted = true;
    entry.inSync = false;
    entry.deferTimer?.cancel();
    entry.deferTimer = null;
    this.#checksOf.delete(entry.check.ServiceID, id);
    this.#checkTouched(entry);
    return true;
  }

  /** Outputs that wait to be written are to be written now. */
  flushDeferred(): void {
    for (const entry of this.#checks.values()) {
      if (entry.deferTimer === null) continue;
      entry.deferTimer.cancel();
      entry.deferTimer = null;
      entry.inSync = false;
      this.#touched.checks.add(entry.id);
    }
  }

  /** A result of a probe, a TTL update or expiry, an alias' new state. False when there is no such check. */
  updateCheck(id: string, status: CheckStatus, givenOutput: string): boolean {
    const entry = this.check(id);
    if (!entry) return false;
    const output = this.discardCheckOutput ? '' : givenOutput;
    if (status !== 'critical') entry.criticalSince = null;
    else entry.criticalSince ??= this.#options.clock.monotonic();
    const { check } = entry;
    if (check.Status === status && check.Output === output) {
      if (!entry.inSync) this.#hasUnsynced = true;
      return true;
    }
    entry.check = { ...check, Status: status, Output: output };
    if (check.Status === status && this.#options.checkUpdateIntervalMs > 0) {
      this.#defer(entry);
      this.#checksChanged(check.ServiceID);
      return true;
    }
    entry.inSync = false;
    this.#checkTouched(entry);
    return true;
  }

  /** The catalog has this very definition now. */
  serviceSynced(entry: ServiceEntry): void {
    if (!entry.deleted) entry.inSync = true;
  }

  /** The catalog has `written`; a change since then is still to be synced. */
  checkSynced(entry: CheckEntry, written: CheckEntry['check']): void {
    if (entry.deleted || entry.check !== written) return;
    entry.inSync = true;
    entry.deferTimer?.cancel();
    entry.deferTimer = null;
  }

  /** The catalog no longer has the service, nor any check of it. */
  serviceForgotten(id: string): void {
    if (this.#services.get(id)?.deleted) this.#services.delete(id);
  }

  checkForgotten(id: string): void {
    if (this.#checks.get(id)?.deleted) this.#checks.delete(id);
  }

  /** The catalog has a service that is unknown here: it is to be removed there. */
  expelService(definition: ServiceRecord): void {
    const id = definition.ID;
    const none = { token: '', fromConfigFile: false, inSync: false, deleted: true };
    this.#services.set(id, { id, definition, registered: definition, ...none });
    this.#touched.services.add(id);
  }

  expelCheck(check: CheckEntry['check']): void {
    const id = check.CheckID;
    this.#checks.set(id, {
      id,
      check,
      definition: null,
      token: '',
      fromConfigFile: false,
      inSync: false,
      deleted: true,
      criticalSince: null,
      deferTimer: null,
    });
    this.#touched.checks.add(id);
  }

  /** Takes over tags or addresses that the catalog is allowed to decide; not a change to be synced by itself. */
  adoptDefinition(entry: ServiceEntry, definition: ServiceRecord): ServiceEntry {
    const adopted: ServiceEntry = { ...entry, definition };
    this.#services.set(entry.id, adopted);
    this.watches.wake(entry.id);
    return adopted;
  }

  /** What config entries say of a service may be something else now. */
  defaultsChanged(id: string): void {
    const old = this.service(id);
    if (old === undefined) return;
    const { token, fromConfigFile } = old;
    const definition = this.#options.withDefaults({ definition: withoutDefaults(old), token, fromConfigFile });
    if (sameService(old.definition, definition)) return;
    this.#services.set(id, { ...old, definition, inSync: false });
    this.#touched.services.add(id);
    for (const listener of this.#listeners) listener.touched?.();
    this.watches.wake(id);
  }

  /** Notes an entry for the next partial sync without triggering one. */
  noteService(id: string): void {
    this.#touched.services.add(id);
  }

  noteCheck(id: string): void {
    this.#touched.checks.add(id);
  }

  /** Hands over what was touched since the last call. */
  takeTouched(): Touched {
    const taken = this.#touched;
    this.#touched = { services: new Set(), checks: new Set() };
    this.#hasUnsynced = false;
    this.backlog.moveTo(taken);
    // The rest is for later ones.
    if (this.backlog.size > 0) for (const listener of this.#listeners) listener.touched?.();
    return taken;
  }

  /**
   * Something that the catalog doesn't have yet was changed, or confirmed, since the last {@link takeTouched}. What a round
   * failed to write is in the next one too, but nobody waits for it.
   */
  get hasUnsynced(): boolean {
    return this.#hasUnsynced;
  }

  get hasTouched(): boolean {
    return this.#touched.services.size > 0 || this.#touched.checks.size > 0;
  }

  #unlist(definition: ServiceRecord): void {
    this.#named.delete(definition.Service, definition.ID);
    this.#countPort(definition.Port, -1);
  }

  #countPort(port: number, more: number): void {
    if (port === 0) return;
    const count = (this.#onPort.get(port) ?? 0) + more;
    if (count === 0) this.#onPort.delete(port);
    else this.#onPort.set(port, count);
  }

  #defer(entry: CheckEntry): void {
    if (entry.deferTimer !== null) return;
    const { clock, random, checkUpdateIntervalMs } = this.#options;
    const { id } = entry;
    entry.deferTimer = clock.after(checkUpdateIntervalMs / 2 + jitter(random, checkUpdateIntervalMs), () => {
      const current = this.check(id);
      if (!current) return;
      current.deferTimer = null;
      current.inSync = false;
      this.#touched.checks.add(id);
      for (const listener of this.#listeners) listener.touched?.();
    });
  }

  #noteService(id: string, isUnsynced: boolean): void {
    if (this.#isInHurry) {
      this.#touched.services.add(id);
      if (isUnsynced) this.#hasUnsynced = true;
    } else if (!this.#touched.services.has(id)) this.backlog.noteService(id);
  }

  #noteCheck(id: string, serviceId: string, isUnsynced: boolean): void {
    if (this.#isInHurry) {
      this.#touched.checks.add(id);
      if (isUnsynced) this.#hasUnsynced = true;
    } else this.backlog.noteCheck(id, serviceId);
  }

  #serviceTouched(entry: ServiceEntry): void {
    const { id } = entry;
    this.#noteService(id, !entry.inSync);
    for (const listener of this.#listeners) {
      listener.touched?.();
      listener.serviceChanged?.(id);
    }
    this.watches.wake(id);
  }

  #checkTouched(entry: CheckEntry): void {
    this.#noteCheck(entry.id, entry.check.ServiceID, !entry.inSync);
    for (const listener of this.#listeners) listener.touched?.();
    this.#checksChanged(entry.check.ServiceID);
  }

  #checksChanged(serviceId: string): void {
    for (const listener of this.#listeners) listener.checksChanged?.(serviceId);
  }
}
