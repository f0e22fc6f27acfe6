// One round of writing to the catalog what changed here (spec/agent.md section 2, "Partial sync"). It looks at what was
// touched since the last round only; many writes are on their way at once and share the leader's disk writes.

import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { CheckRecord } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import { allowAll } from '../methods/access.js';
import { catalogDeregister, catalogRegister } from '../methods/catalog-register.js';
import type { WriteMethod } from '../methods/method.js';
import { isRefusal, type RefusalCode } from '../methods/refusal.js';
import type { CheckEntry, ServiceEntry } from './entries.js';
import type { LocalState, Touched } from './local-state.js';
import type { NodeFacts } from './node-facts.js';
import { Slots } from './slots.js';
import { type AgentTokens, agentToken, deregistration, registration, registrationToken } from './sync-requests.js';

const MAX_OUTSTANDING = 512;
/** Checks that go with their service in one command, which has a largest size; further ones go by themselves. */
const MAX_CHECKS_ALONG = 1_000;
/** On an agent with at most this many entries each round says of all that they are in sync, for whoever reads the log. */
const MAX_LISTED = 64;

interface PartialSyncOptions {
  readonly state: LocalState;
  readonly calls: Pick<Calls, 'write'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly node: () => NodeFacts;
  readonly tokens: () => AgentTokens;
}

type WriteOutcome =
  | { readonly kind: 'written' }
  /** An ACL forbids it: not tried again before the next full sync. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'failed'; readonly error: string; readonly nothingGoes: boolean };

/** What kind of thing a write is about, as in log lines and metric names. */
type Subject = 'service' | 'check';

interface Round {
  error: string | null;
  /** No leader and the like: the rest of the round would fail the same way. */
  stopped: boolean;
}

const ANONYMOUS = 'anonymous token';

const WRITTEN: WriteOutcome = { kind: 'written' };
const BLOCKED: WriteOutcome = { kind: 'blocked' };

/** What says that this one request can't be done, as one that has no form on the wire, keeps nothing else from being synced. */
const ABOUT_THE_REQUEST: ReadonlySet<RefusalCode> = new Set(['bad-request', 'not-found', 'unencodable', 'failed']);

export class PartialSync {
  readonly #options: PartialSyncOptions;
  readonly #slots = new Slots(MAX_OUTSTANDING);

  constructor(options: PartialSyncOptions) {
    this.#options = options;
  }

  /** The first error, or null. What failed is looked at again in the next round. */
  async run(): Promise<string | null> {
    const { state, logger } = this.#options;
    const round: Round = { error: null, stopped: false };
    if (state.nodeInfoInSync) logger.debug('Node info in sync');
    else {
      const error = await this.#syncNode();
      if (error !== null) return error;
    }
    const touched = this.#toLookAt();
    await Promise.all([...touched.services].map((id) => this.#service(id, round)));
    await Promise.all([...touched.checks].map((id) => this.#check(id, round)));
    return round.error;
  }

  #toLookAt(): Touched {
    const { state, logger } = this.#options;
    const touched = state.takeTouched();
    if (!logger.wants('debug') || state.allServices.size + state.allChecks.size > MAX_LISTED) return touched;
    return {
      services: new Set([...state.allServices.keys()]),
      checks: new Set([...state.allChecks.keys()]),
    };
  }

  async #syncNode(): Promise<string | null> {
    const { state, logger, metrics } = this.#options;
    const node = this.#options.node();
    const request = registration(node, { service: null, checks: [], skipNodeUpdate: false });
    const outcome = await this.#write(catalogRegister, request, agentToken(this.#options.tokens()));
    if (outcome.kind === 'failed') {
      logger.warn('Syncing node info failed.', 'error', outcome.error);
      return outcome.error;
    }
    state.nodeInfoInSync = true;
    if (outcome.kind === 'written') logger.info('Synced node info');
    else {
      logger.warn('Node info update blocked by ACLs', 'node', node.id, 'accessorID', ANONYMOUS);
      metrics.increment('acl.blocked.node.registration');
    }
    return null;
  }

  #service(id: string, round: Round): Promise<void> | void {
    const { state, logger } = this.#options;
    const entry = state.allServices.get(id);
    if (!entry) return;
    if (entry.deleted) return this.#forget('service', id, round, () => state.serviceForgotten(id));
    if (!entry.inSync) return this.#registerService(entry, round);
    logger.debug('Service in sync', 'service', id);
  }

  #check(id: string, round: Round): Promise<void> | void {
    const { state, logger } = this.#options;
    const entry = state.allChecks.get(id);
    if (!entry) return;
    if (entry.deleted) {
      const { ServiceID: serviceId } = entry.check;
      // A service that the catalog has forgotten took its checks along.
      if (serviceId !== '' && !state.allServices.has(serviceId)) return state.checkForgotten(id);
      return this.#forget('check', id, round, () => state.checkForgotten(id));
    }
    if (!entry.inSync) return this.#registerCheck(entry, round);
    logger.debug('Check in sync', 'check', id);
  }

  async #registerService(entry: ServiceEntry, round: Round): Promise<void> {
    const { state } = this.#options;
    const token = registrationToken(entry, this.#options.tokens());
    const checks: CheckEntry[] = [];
    for (const check of state.checksOf(entry.id)) {
      if (checks.length === MAX_CHECKS_ALONG) break;
      if (!check.inSync && registrationToken(check, this.#options.tokens()) === token) checks.push(check);
    }
    const written = checks.map((check) => check.check);
    await this.#register('service', entry.id, round, token, entry.definition, written, () => {
      state.serviceSynced(entry);
      for (const [index, check] of checks.entries()) state.checkSynced(check, written[index] ?? check.check);
    });
  }

  async #registerCheck(entry: CheckEntry, round: Round): Promise<void> {
    const { state } = this.#options;
    const token = registrationToken(entry, this.#options.tokens());
    const written = entry.check;
    const service = state.service(written.ServiceID)?.definition ?? null;
    await this.#register('check', entry.id, round, token, service, [written], () => state.checkSynced(entry, written));
  }

  async #register(
    subject: Subject,
    id: string,
    round: Round,
    token: string,
    service: ServiceEntry['definition'] | null,
    checks: readonly CheckRecord[],
    synced: () => void,
  ): Promise<void> {
    const { logger } = this.#options;
    const outcome = await this.#slots.run(() => {
      if (round.stopped) return Promise.resolve(null);
      const skipNodeUpdate = this.#options.state.nodeInfoInSync;
      const request = registration(this.#options.node(), { service, checks, skipNodeUpdate });
      return this.#write(catalogRegister, request, token);
    });
    if (outcome?.kind === 'written' || outcome?.kind === 'blocked') {
      synced();
      if (outcome.kind === 'written')
        logger.info(subject === 'service' ? 'Synced service' : 'Synced check', subject, id);
      else this.#blocked(subject, id, 'registration');
      return;
    }
    this.#notDone(subject, id, round);
    if (outcome !== null) this.#failed(round, `Syncing ${subject} failed.`, subject, id, outcome);
  }

  async #forget(subject: Subject, id: string, round: Round, forgotten: () => void): Promise<void> {
    const { logger } = this.#options;
    const what = subject === 'service' ? { serviceId: id } : { checkId: id };
    const outcome = await this.#slots.run(() => {
      if (round.stopped) return Promise.resolve(null);
      const request = deregistration(this.#options.node(), what);
      return this.#write(catalogDeregister, request, agentToken(this.#options.tokens()));
    });
    const unknownThere = outcome?.kind === 'failed' && /\bUnknown (service|check)/.test(outcome.error);
    if (outcome?.kind === 'written' || unknownThere) {
      forgotten();
      logger.info(subject === 'service' ? 'Deregistered service' : 'Deregistered check', subject, id);
      return;
    }
    if (outcome?.kind === 'blocked') {
      // Stays marked as deleted; the next full sync finds it in the catalog again.
      this.#blocked(subject, id, 'deregistration');
      return;
    }
    this.#notDone(subject, id, round);
    if (outcome !== null) this.#failed(round, `Deregistering ${subject} failed.`, subject, id, outcome);
  }

  async #write<Request>(method: WriteMethod<Request, true>, request: Request, token: string): Promise<WriteOutcome> {
    const { datacenter } = this.#options.node();
    const outcome = await this.#options.calls.write(method, request, datacenter, { token, authorizer: allowAll });
    if (!isRefusal(outcome)) return WRITTEN;
    const { refused, text: error } = outcome;
    if (refused === 'denied' || error.includes('Permission denied') || error.includes('ACL not found')) return BLOCKED;
    return { kind: 'failed', error, nothingGoes: !ABOUT_THE_REQUEST.has(refused) };
  }

  #notDone(subject: Subject, id: string, round: Round): void {
    if (subject === 'service') this.#options.state.noteService(id);
    else this.#options.state.noteCheck(id);
    round.error ??= 'not everything was synced';
  }

  #failed(
    round: Round,
    message: string,
    subject: Subject,
    id: string,
    outcome: Extract<WriteOutcome, { kind: 'failed' }>,
  ): void {
    if (outcome.nothingGoes && round.stopped) return;
    if (outcome.nothingGoes) round.stopped = true;
    round.error = outcome.error;
    this.#options.logger.warn(message, subject, id, 'error', outcome.error);
  }

  #blocked(subject: Subject, id: string, action: 'registration' | 'deregistration'): void {
    const name = subject === 'service' ? 'Service' : 'Check';
    this.#options.logger.warn(`${name} ${action} blocked by ACLs`, subject, id, 'accessorID', ANONYMOUS);
    this.#options.metrics.increment(`acl.blocked.${subject}.${action}`);
  }
}
