// One round of writing to the catalog what changed here (spec/agent.md section 2, "Partial sync"). It looks at what was
// touched since the last round only; many writes are on their way at once and share the leader's disk writes.

import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { Command } from '../../../wire/commands.js';
import type { CheckRecord } from '../../../wire/records.js';
import { refusal } from '../methods/refusal.js';
import type { Consensus } from '../replica/consensus.js';
import type { CheckEntry, ServiceEntry } from './entries.js';
import type { LocalState, Touched } from './local-state.js';
import type { NodeFacts } from './node-facts.js';
import { Slots } from './slots.js';
import {
  type AgentTokens,
  agentToken,
  deregisterCommand,
  registerCommand,
  registrationToken,
} from './sync-commands.js';

const MAX_OUTSTANDING = 512;
/** Checks that go with their service in one command, which has a largest size; further ones go by themselves. */
const MAX_CHECKS_ALONG = 1_000;
/** On an agent with at most this many entries each round says of all that they are in sync, for whoever reads the log. */
const MAX_LISTED = 64;

interface PartialSyncOptions {
  readonly state: LocalState;
  readonly consensus: Pick<Consensus, 'propose'>;
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
    const command = registerCommand(node, agentToken(this.#options.tokens()), {
      service: null,
      checks: [],
      skipNodeUpdate: false,
    });
    const outcome = await this.#write(command);
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
      return this.#write(registerCommand(this.#options.node(), token, { service, checks, skipNodeUpdate }));
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
      return this.#write(deregisterCommand(this.#options.node(), agentToken(this.#options.tokens()), what));
    });
    const unknownThere = outcome?.kind === 'failed' && /^Unknown (service|check)/.test(outcome.error);
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

  async #write(command: Command): Promise<WriteOutcome> {
    const outcome = await this.#options.consensus.propose(command);
    if (!outcome.ok) {
      // What has no form on the wire keeps nothing else from being synced.
      const nothingGoes = outcome.code !== 'unencodable';
      return { kind: 'failed', error: refusal(outcome.code, outcome.text).text, nothingGoes };
    }
    if (outcome.result.kind !== 'error') return { kind: 'written' };
    const error = outcome.result.text;
    if (error.includes('Permission denied') || error.includes('ACL not found')) return { kind: 'blocked' };
    return { kind: 'failed', error, nothingGoes: false };
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
