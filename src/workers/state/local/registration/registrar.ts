// Registering and removing services and checks on this agent: validation, defaults, local state, running checks and the
// durable store, in that order, each change as one (spec/agent.md section 2, "Registration"). What one registration costs
// does not depend on how many there are.

import type { Logger } from '../../../../observe/logger.js';
import type { CheckRegistration, CheckType } from '../../../../wire/definitions.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { LocalChecks } from '../checks/local-checks.js';
import type { TtlChecks } from '../checks/ttl-checks.js';
import { type CheckEntry, type CheckPut, type ServiceEntry, withoutDefaults } from '../state/entries.js';
import { sameCheck, sameContent, sameService } from '../state/equality.js';
import type { LocalState } from '../state/local-state.js';
import { DONE, type LocalOutcome, refused, unknownCheck, unknownService } from '../state/outcomes.js';
import type { CommitOutcome, RegistrationStore } from '../store/registration-store.js';
import { dropCheckText, dropServiceText, type Operation } from '../store/store-operations.js';
import { ChangeBatch } from './change-batch.js';
import {
  checksProblem,
  type Origin,
  type ScriptSettings,
  singleCheckProblem,
  storedCheckProblem,
} from './check-rules.js';
import { warnAboutNames } from './name-warnings.js';
import { serviceCheck, singleCheck } from './service-checks.js';
import type { ServiceRegistration } from './service-registration.js';
import { completeService, serviceProblem } from './service-rules.js';
import { expandSidecar, type SidecarPorts, type SidecarRequest, sidecarId } from './sidecar.js';
import { type Places, type RefusedEntries, Transaction } from './transaction.js';
import { wireProblem } from './wire-form.js';

interface RegistrarOptions extends ScriptSettings {
  readonly nodeName: string;
  readonly state: LocalState;
  readonly checks: LocalChecks;
  readonly ttl: TtlChecks;
  readonly store: RegistrationStore;
  readonly logger: Logger;
  readonly sidecarPorts: SidecarPorts;
}

export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #refused: RefusedEntries = new WeakMap();
  readonly #places: Places;

  /** Of this agent. */
  get nodeName(): string {
    return this.#options.nodeName;
  }

  constructor(options: RegistrarOptions) {
    this.#options = options;
    const { state } = options;
    this.#places = {
      service: (id) => state.service(id),
      check: (id) => state.check(id),
      restoreService: (id, entry) => {
        if (entry) state.putService({ ...entry, definition: withoutDefaults(entry) });
        else state.removeService(id);
      },
      restoreCheck: (id, entry) => {
        if (entry) this.#run(entry, false);
        else this.#dropCheck(id);
      },
    };
  }

  /**
   * Done when it is on disk; until then, and after a refusal by the disk, the former registration counts. Without async functions
   * on its way, here and behind it: of all that is done for one registration they were a notable part.
   */
  registerService(registration: ServiceRegistration, origin: Origin = 'api'): Promise<LocalOutcome> {
    const placed = this.#placeService(registration, origin);
    return placed instanceof Transaction ? this.#finish(placed, origin) : Promise.resolve(placed);
  }

  /** With its checks, and with the sidecar that was registered along with it. */
  async deregisterService(id: string): Promise<LocalOutcome> {
    const removed = this.#removeService(id);
    return removed instanceof Transaction ? this.#finish(removed, 'api') : removed;
  }

  /** Changes that share one write to the disk. They are as ever in all else, and none depends on another. */
  batch(): ChangeBatch {
    const { state } = this.#options;
    return new ChangeBatch({
      register: (registration, warns) => state.withoutHurry(() => this.#placeService(registration, 'api', warns)),
      deregister: (id) => state.withoutHurry(() => this.#removeService(id)),
      write: (operations) => this.#write(operations),
      outcome: (transaction, written) => this.#outcome(transaction, written),
    });
  }

  /** In the local state, not yet on its way to the disk; or why it can't be registered. */
  #placeService(registration: ServiceRegistration, origin: Origin, warns = true): Transaction | LocalOutcome {
    const problem = this.serviceProblem(registration, origin);
    if (problem !== null) return problem;
    const service = completeService(registration.service);
    if (warns) warnAboutNames(service, this.#options.logger);
    const transaction = new Transaction(this.#places, this.#refused);
    this.#place(transaction, service, registration, origin);
    if (registration.sidecar === null) return transaction;
    const sidecar = this.#sidecarOf(service, registration.sidecar);
    if (typeof sidecar === 'string') {
      transaction.takeBack();
      return refused('invalid', sidecar);
    }
    this.#place(transaction, sidecar.service, { ...registration, checks: sidecar.checks }, origin);
    return transaction;
  }

  #removeService(id: string): Transaction | LocalOutcome {
    const { state } = this.#options;
    if (!state.service(id)) return unknownService(id);
    const transaction = new Transaction(this.#places, this.#refused);
    this.#remove(transaction, id);
    const sidecar = state.service(sidecarId(id));
    if (sidecar?.definition.LocallyRegisteredAsSidecar) this.#remove(transaction, sidecar.id);
    return transaction;
  }

  async registerCheck(registration: CheckRegistration, origin: Origin = 'api'): Promise<LocalOutcome> {
    const { check, serviceId, token } = registration;
    const { state, nodeName } = this.#options;
    const problem = this.checkProblem(registration, origin, (id) => state.service(id) !== undefined);
    if (problem !== null) return problem;
    const service = serviceId === '' ? undefined : state.service(serviceId);
    const transaction = new Transaction(this.#places, this.#refused);
    const record = singleCheck(nodeName, registration, service?.definition ?? null, origin === 'file');
    this.#placeCheck(transaction, record, check, token, origin);
    return this.#finish(transaction, origin);
  }

  /** Why a check can't be registered, where the services are as `hasService` says; null when it can. */
  checkProblem(
    { check, serviceId }: CheckRegistration,
    origin: Origin,
    hasService: (id: string) => boolean,
  ): LocalOutcome | null {
    const problem = singleCheckProblem(check, origin, this.#options);
    if (problem !== null) return problem;
    if (serviceId === '' || hasService(serviceId)) return null;
    return refused('not-found', `ServiceID "${serviceId}" does not exist`);
  }

  async deregisterCheck(id: string): Promise<LocalOutcome> {
    if (!this.#options.state.check(id)) return unknownCheck(id);
    const transaction = new Transaction(this.#places, this.#refused);
    this.#removeCheck(transaction, id);
    return this.#finish(transaction, 'api');
  }

  /** A check that nothing runs: maintenance. */
  async putFixedCheck(check: CheckRecord, token: string): Promise<LocalOutcome> {
    const transaction = new Transaction(this.#places, this.#refused);
    this.#placeCheck(transaction, check, null, token, 'api');
    return this.#finish(transaction, 'api');
  }

  /** Puts what the store had, without storing it again. */
  restoreService(service: ServiceRecord, token: string): void {
    warnAboutNames(service, this.#options.logger);
    this.#options.state.putService({ definition: service, token, fromConfigFile: false });
  }

  restoreCheck(put: CheckPut): LocalOutcome {
    const { check, definition } = put;
    if (check.ServiceID !== '' && !this.#options.state.service(check.ServiceID)) {
      return refused('not-found', `ServiceID "${check.ServiceID}" does not exist`);
    }
    const problem = definition === null ? null : storedCheckProblem(definition, this.#options);
    if (problem !== null) return problem;
    this.#run(put, true);
    return DONE;
  }

  /** Everything that came through the API, for a snapshot of the store. */
  *storeOperations(): IterableIterator<Operation> {
    for (const entry of this.#options.state.services()) if (!entry.fromConfigFile) yield putService(entry);
    for (const entry of this.#options.state.checks()) if (!entry.fromConfigFile) yield putCheck(entry);
    yield* this.#options.ttl.storeOperations();
  }

  /** Why a service can't be registered; null when it can. */
  serviceProblem({ service, checks, sidecar }: ServiceRegistration, origin: Origin): LocalOutcome | null {
    const problem =
      serviceProblem(service) ??
      wireProblem(service, checks.length) ??
      (sidecar === null ? null : wireProblem(sidecar.service, sidecar.checks.length));
    if (problem !== null) return refused('invalid', problem);
    const refusedCheck =
      checksProblem(checks, origin, this.#options) ??
      (sidecar === null ? null : checksProblem(sidecar.checks, origin, this.#options));
    if (refusedCheck !== null || sidecar === null) return refusedCheck;
    const expanded = this.#sidecarOf(completeService(service), sidecar);
    return typeof expanded === 'string' ? refused('invalid', expanded) : null;
  }

  /** The proxy that a complete service brings along, complete as well; the text of why there is none. */
  #sidecarOf(service: ServiceRecord, request: SidecarRequest): SidecarRequest | string {
    const { state, sidecarPorts } = this.#options;
    const expanded = expandSidecar(service, request, state, sidecarPorts);
    if (!expanded.ok) return expanded.text;
    const sidecar = completeService(expanded.sidecar.service);
    const problem = serviceProblem(sidecar);
    if (problem !== null) return `Invalid SidecarService: ${problem}`;
    return { service: sidecar, checks: expanded.sidecar.checks };
  }

  #place(transaction: Transaction, service: ServiceRecord, registration: ServiceRegistration, origin: Origin): void {
    const { state, nodeName } = this.#options;
    const { token, checks } = registration;
    const fromConfigFile = origin === 'file';
    const known = state.service(service.ID);
    if (!known || !sameRegistration(known, service, token, fromConfigFile)) {
      transaction.service(service.ID, known, state.putService({ definition: service, token, fromConfigFile }));
      if (!fromConfigFile) transaction.operations.push({ kind: 'service', token, source: 'remote', service });
      else if (known && !known.fromConfigFile) transaction.operations.push(dropServiceText(service.ID));
    } else {
      transaction.restsOn(known);
      state.touchService(known.id);
    }
    const kept = registration.replaceExistingChecks ? new Set<string>() : null;
    for (const [position, check] of checks.entries()) {
      const record = serviceCheck(nodeName, service, check, position, checks.length);
      kept?.add(record.CheckID);
      this.#placeCheck(transaction, record, check, token, origin);
    }
    if (kept === null) return;
    for (const entry of state.checksOf(service.ID)) {
      if (kept.has(entry.id) || entry.definition === null) continue;
      // A file knows nothing of the checks that the API gave its service.
      if (fromConfigFile && (!entry.fromConfigFile || registration.checksBeside?.has(entry.id) === true)) continue;
      this.#removeCheck(transaction, entry.id);
    }
  }

  #placeCheck(
    transaction: Transaction,
    fresh: CheckRecord,
    definition: CheckType | null,
    token: string,
    origin: Origin,
  ): void {
    const { state } = this.#options;
    const fromConfigFile = origin === 'file';
    const known = state.check(fresh.CheckID);
    const check = known ? { ...fresh, Status: known.check.Status, Output: known.check.Output } : fresh;
    const put: CheckPut = { check, definition, token, fromConfigFile };
    if (known && sameCheckRegistration(known, put)) {
      transaction.restsOn(known);
      state.touchCheck(known.id);
      this.#options.checks.start(known, false);
      return;
    }
    transaction.check(check.CheckID, known, this.#run(put, false));
    if (!fromConfigFile) transaction.operations.push(putCheck(put));
    else if (known && !known.fromConfigFile) transaction.operations.push(dropCheckText(check.CheckID));
  }

  #remove(transaction: Transaction, id: string): void {
    const { state, logger } = this.#options;
    for (const entry of state.checksOf(id)) this.#removeCheck(transaction, entry.id);
    const before = state.service(id);
    state.removeService(id);
    transaction.service(id, before, undefined);
    if (before?.fromConfigFile !== true) transaction.operations.push(dropServiceText(id));
    logger.debug('removed service', 'service', id);
  }

  #removeCheck(transaction: Transaction, id: string): void {
    const before = this.#options.state.check(id);
    this.#dropCheck(id);
    transaction.check(id, before, undefined);
    transaction.operations.push(dropCheckText(id));
    this.#options.logger.debug('removed check', 'check', id);
  }

  #run(put: CheckPut, restart: boolean): CheckEntry {
    const entry = this.#options.state.putCheck(put);
    this.#options.checks.start(entry, restart);
    return entry;
  }

  #dropCheck(id: string): void {
    this.#options.state.removeCheck(id);
    this.#options.checks.stop(id);
    this.#options.ttl.forget(id);
  }

  /** What is there now of everything that the transaction touched. */
  #operationsOf(transaction: Transaction): readonly Operation[] {
    const { state } = this.#options;
    const services = transaction.serviceIds.map((id) => {
      const entry = state.service(id);
      return entry && !entry.fromConfigFile ? putService(entry) : dropServiceText(id);
    });
    const checks = transaction.checkIds.map((id) => {
      const entry = state.check(id);
      return entry && !entry.fromConfigFile ? putCheck(entry) : dropCheckText(id);
    });
    return [...services, ...checks];
  }

  #finish(transaction: Transaction, origin: Origin): Promise<LocalOutcome> {
    const { operations } = transaction;
    if (origin === 'file' && operations.length === 0) return Promise.resolve(DONE);
    return this.#write(operations).then((outcome) => this.#outcome(transaction, outcome));
  }

  /** Where nothing is new, what is there already may still be on its way to the disk. */
  #write(operations: readonly Operation[]): Promise<CommitOutcome> {
    const { store } = this.#options;
    return operations.length === 0 ? store.settled() : store.commit(operations);
  }

  #outcome(transaction: Transaction, written: CommitOutcome): LocalOutcome | Promise<LocalOutcome> {
    return written.ok && !transaction.restsOnRefused() ? DONE : this.#takeBack(transaction, written);
  }

  async #takeBack(transaction: Transaction, outcome: CommitOutcome): Promise<LocalOutcome> {
    transaction.takeBack();
    if (!outcome.ok) return refused('storage', outcome.error);
    // It is on disk itself, but not what it rests on: the disk follows what counts again.
    const operations = this.#operationsOf(transaction);
    if (operations.length > 0) await this.#options.store.commit(operations);
    return refused('storage', 'failed to persist to the data directory');
  }
}

function sameRegistration(
  known: ServiceEntry,
  service: ServiceRecord,
  token: string,
  fromConfigFile: boolean,
): boolean {
  return (
    known.token === token &&
    known.fromConfigFile === fromConfigFile &&
    known.definition.LocallyRegisteredAsSidecar === service.LocallyRegisteredAsSidecar &&
    sameService(withoutDefaults(known), service)
  );
}

function sameCheckRegistration(known: CheckEntry, put: CheckPut): boolean {
  const { check } = known;
  return (
    known.token === put.token &&
    known.fromConfigFile === put.fromConfigFile &&
    check.Type === put.check.Type &&
    check.Interval === put.check.Interval &&
    check.Timeout === put.check.Timeout &&
    sameCheck(check, put.check) &&
    sameContent(known.definition, put.definition)
  );
}

function putService(entry: ServiceEntry): Operation {
  return { kind: 'service', token: entry.token, source: 'remote', service: withoutDefaults(entry) };
}

/** Without the state of the moment: after a restart a check starts anew. */
function putCheck({ check, definition, token }: CheckPut): Operation {
  const source = definition === null ? 'local' : 'remote';
  const isNew = check.Status === 'critical' && check.Output === '';
  const anew = isNew ? check : { ...check, Status: 'critical', Output: '' };
  return { kind: 'check', token, source, check: anew, definition };
}
