// One round of writing to the catalog what changed here (spec/agent.md section 2, "Partial sync"). It looks at what was
// touched since the last round only; many writes are on their way at once and share the leader's disk writes.

import type { Logger } from '../../../../observe/logger.js';
import type { Metrics } from '../../../../observe/metrics.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Calls } from '../../calls/calls.js';
import { catalogDeregister, catalogRegister } from '../../methods/catalog/catalog-register.js';
import type { WriteMethod } from '../../methods/contract/method.js';
import { isRefusal, type Refusal, type RefusalCode } from '../../methods/contract/refusal.js';
import type { TokenResolver } from '../../methods/contract/token-resolver.js';
import { txnApply } from '../../methods/txn.js';
import type { Touched } from '../state/backlog.js';
import type { CheckEntry, ServiceEntry } from '../state/entries.js';
import type { LocalState } from '../state/local-state.js';
import type { NodeFacts } from '../state/node-facts.js';
import { isBlockedByAcls, warnBlocked } from './blocked-by-acls.js';
import { RoundWrites } from './round-writes.js';
import { type SendAlone, ServiceWrite } from './service-write.js';
import { deregistration, registration, registrationToken, type SyncTokens } from './sync-requests.js';
import type { Subject, Write } from './write.js';
import { checkBytes, MAX_BYTES } from './write-group.js';

/** On an agent with at most this many entries each round says of all that they are in sync, for whoever reads the log. */
const MAX_LISTED = 64;

interface PartialSyncOptions {
  readonly state: LocalState;
  readonly calls: Pick<Calls, 'write' | 'flush'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly node: () => NodeFacts;
  readonly tokens: SyncTokens;
  readonly acls: TokenResolver;
}

type WriteOutcome =
  | { readonly kind: 'written' }
  /** An ACL forbids it: not tried again before the next full sync. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'failed'; readonly error: string; readonly nothingGoes: boolean };

interface Round {
  error: string | null;
  /** No leader and the like: the rest of the round would fail the same way. */
  stopped: boolean;
}

const NO_CHECKS: readonly CheckEntry[] = [];
const WRITTEN: WriteOutcome = { kind: 'written' };
const BLOCKED: WriteOutcome = { kind: 'blocked' };

/** What says that this one request can't be done, as one that has no form on the wire, keeps nothing else from being synced. */
const ABOUT_THE_REQUEST: ReadonlySet<RefusalCode> = new Set(['bad-request', 'not-found', 'unencodable', 'failed']);

export class PartialSync {
  readonly #options: PartialSyncOptions;
  readonly #sendAlone: SendAlone = (service, checks, token) => this.#register(service, checks, token);

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
    await this.#writeAll(touched.services, (id) => this.#service(id), round);
    await this.#writeAll(touched.checks, (id) => this.#check(id), round);
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

  /** Sends what `writeOf` says of each ID; done when all are answered. */
  #writeAll(ids: ReadonlySet<string>, writeOf: (id: string) => Write | null, round: Round): Promise<void> {
    if (ids.size === 0) return Promise.resolve();
    const node = this.#options.node();
    const writes = new RoundWrites(ids, {
      writeOf,
      nodeName: node.name,
      sendTogether: (operations, token) => this.#options.calls.write(txnApply, operations, node.datacenter, { token }),
      isStopped: () => round.stopped,
      notTried: (write) => this.#notDone(write, round),
      mayGoAlone: (refusal) => {
        const outcome = outcomeOf(refusal);
        return outcome.kind !== 'failed' || !outcome.nothingGoes;
      },
      answered: (write, outcome) => this.#answered(write, outcomeOf(outcome), round),
      writtenTogether: (together) => this.#writtenTogether(together),
    });
    const sent = writes.send();
    this.#options.calls.flush();
    return sent;
  }

  async #syncNode(): Promise<string | null> {
    const { state, logger, metrics } = this.#options;
    const node = this.#options.node();
    const request = registration(node, { service: null, checks: [], skipNodeUpdate: false });
    const { agent: token } = this.#options.tokens;
    const outcome = outcomeOf(await this.#send(catalogRegister, request, token));
    if (outcome.kind === 'failed') {
      logger.warn('Syncing node info failed.', 'error', outcome.error);
      return outcome.error;
    }
    state.nodeInfoInSync = true;
    if (outcome.kind === 'written') logger.info('Synced node info');
    else {
      this.#warnBlocked('Node info update blocked by ACLs', 'node', node.id, token);
      metrics.increment('acl.blocked.node.registration');
    }
    return null;
  }

  #service(id: string): Write | null {
    const { state, logger } = this.#options;
    const entry = state.allServices.get(id);
    if (!entry) return null;
    if (entry.deleted) return this.#removal('service', id, () => state.serviceForgotten(id));
    if (!entry.inSync) return this.#serviceWrite(entry);
    logger.debug('Service in sync', 'service', id);
    return null;
  }

  #check(id: string): Write | null {
    const { state, logger } = this.#options;
    const entry = state.allChecks.get(id);
    if (!entry) return null;
    if (entry.deleted) {
      const { ServiceID: serviceId } = entry.check;
      if (serviceId === '' || state.allServices.has(serviceId)) {
        return this.#removal('check', id, () => state.checkForgotten(id));
      }
      // A service that the catalog has forgotten took its checks along.
      state.checkForgotten(id);
      return null;
    }
    if (!entry.inSync) return this.#checkWrite(entry);
    logger.debug('Check in sync', 'check', id);
    return null;
  }

  #serviceWrite(entry: ServiceEntry): Write {
    const { state } = this.#options;
    const token = registrationToken(entry, this.#options.tokens);
    const checks = this.#checksAlong(entry.id, token);
    return new ServiceWrite(entry, checks, token, state.nodeInfoInSync, state, this.#sendAlone);
  }

  /** The checks that go along with their service. */
  #checksAlong(serviceId: string, token: string): readonly CheckEntry[] {
    let along: CheckEntry[] | null = null;
    let bytes = 0;
    for (const check of this.#options.state.checksOf(serviceId)) {
      if (check.inSync || registrationToken(check, this.#options.tokens) !== token) continue;
      // The first goes along whatever it is: most services have no other, and an empty list that grows takes room for seventeen.
      if (along === null) along = [check];
      else {
        bytes += checkBytes(check.check);
        if (bytes > MAX_BYTES) break;
        along.push(check);
      }
    }
    return along ?? NO_CHECKS;
  }

  #checkWrite(entry: CheckEntry): Write {
    const { state } = this.#options;
    const token = registrationToken(entry, this.#options.tokens);
    const written = entry.check;
    const service = state.service(written.ServiceID)?.definition ?? null;
    const done = (): void => state.checkSynced(entry, written);
    const send = (): Promise<true | Refusal> => this.#register(service, [written], token);
    return { subject: 'check', id: entry.id, token, send, isRemoval: false, groupable: null, done };
  }

  #register(service: ServiceRecord | null, checks: readonly CheckRecord[], token: string): Promise<true | Refusal> {
    const skipNodeUpdate = this.#options.state.nodeInfoInSync;
    const request = registration(this.#options.node(), { service, checks, skipNodeUpdate });
    return this.#send(catalogRegister, request, token);
  }

  #removal(subject: Subject, id: string, done: () => void): Write {
    const what = subject === 'service' ? { serviceId: id } : { checkId: id };
    const token = this.#options.tokens.agent;
    const entry = subject === 'service' ? this.#options.state.allServices.get(id) : undefined;
    const groupable = entry === undefined ? null : { token, service: entry.definition, checks: [] };
    const send = (): Promise<true | Refusal> =>
      this.#send(catalogDeregister, deregistration(this.#options.node(), what), token);
    return { subject, id, token, send, isRemoval: true, groupable, done };
  }

  #send<Request>(method: WriteMethod<Request, true>, request: Request, token: string): Promise<true | Refusal> {
    const { datacenter } = this.#options.node();
    return this.#options.calls.write(method, request, datacenter, { token });
  }

  /** With one line: thousands of them would be most of the work. */
  #writtenTogether(writes: readonly Write[]): void {
    let removed = 0;
    for (const write of writes) {
      write.done();
      if (write.isRemoval) removed += 1;
    }
    const { logger } = this.#options;
    if (removed < writes.length) logger.info('Synced services', 'count', writes.length - removed);
    if (removed > 0) logger.info('Deregistered services', 'count', removed);
  }

  #answered(write: Write, outcome: WriteOutcome, round: Round): void {
    const { logger } = this.#options;
    const { subject, id, token, isRemoval } = write;
    const unknownThere = isRemoval && outcome.kind === 'failed' && /\bUnknown (service|check)/.test(outcome.error);
    if (outcome.kind === 'written' || unknownThere) {
      write.done();
      logger.info(MESSAGES[subject][isRemoval ? 'removed' : 'written'], subject, id);
      return;
    }
    if (outcome.kind === 'blocked') {
      // What is to go stays marked as deleted; the next full sync finds it in the catalog again.
      if (!isRemoval) write.done();
      this.#blocked(subject, id, isRemoval ? 'deregistration' : 'registration', token);
      return;
    }
    this.#notDone(write, round);
    this.#failed(write, outcome, round);
  }

  #notDone({ subject, id }: Write, round: Round): void {
    if (subject === 'service') this.#options.state.noteService(id);
    else this.#options.state.noteCheck(id);
    round.error ??= 'not everything was synced';
  }

  #failed({ subject, id, isRemoval }: Write, outcome: Extract<WriteOutcome, { kind: 'failed' }>, round: Round): void {
    if (outcome.nothingGoes && round.stopped) return;
    if (outcome.nothingGoes) round.stopped = true;
    round.error = outcome.error;
    const message = `${isRemoval ? 'Deregistering' : 'Syncing'} ${subject} failed.`;
    this.#options.logger.warn(message, subject, id, 'error', outcome.error);
  }

  #blocked(subject: Subject, id: string, action: 'registration' | 'deregistration', token: string): void {
    const name = subject === 'service' ? 'Service' : 'Check';
    this.#warnBlocked(`${name} ${action} blocked by ACLs`, subject, id, token);
    this.#options.metrics.increment(`acl.blocked.${subject}.${action}`);
  }

  #warnBlocked(message: string, kind: Subject | 'node', id: string, token: string): void {
    warnBlocked(this.#options.logger, this.#options.acls, { token, message, fields: [kind, id] });
  }
}

const MESSAGES = {
  service: { written: 'Synced service', removed: 'Deregistered service' },
  check: { written: 'Synced check', removed: 'Deregistered check' },
} as const;

function outcomeOf(outcome: true | Refusal): WriteOutcome {
  if (!isRefusal(outcome)) return WRITTEN;
  const { refused, text: error } = outcome;
  if (isBlockedByAcls(outcome)) return BLOCKED;
  return { kind: 'failed', error, nothingGoes: !ABOUT_THE_REQUEST.has(refused) };
}
