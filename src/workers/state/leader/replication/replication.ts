// What the leader of a secondary datacenter copies from the primary one: config entries; with ACLs policies and roles, and with
// `acl.enable_token_replication` the tokens that count everywhere. How far it is, is told by ACL.ReplicationStatus.

import type { Logger } from '../../../../observe/logger.js';
import type { Metrics } from '../../../../observe/metrics.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import type { ReplicationStatus } from '../../methods/contract/replication-status.js';
import type { Consensus } from '../../replica/consensus.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { Primary } from '../primary/primary.js';
import { type Replicated, RoundFailure, type RoundOutcome, Rounds } from '../primary/rounds.js';
import { policyRecords, roleRecords, tokenRecords } from './acl-records.js';
import { AclRound } from './acl-round.js';
import { EntryRound } from './entry-round.js';

export interface ReplicationOptions {
  readonly store: Pick<StoreReads, 'acl' | 'configEntries'>;
  readonly consensus: Pick<Consensus, 'propose'>;
  readonly config: Pick<RuntimeConfig, 'datacenter' | 'aclEnabled' | 'acl'>;
  readonly primary: Primary;
  /** Named `agent.server.replication`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/** Which of the status's indexes a kind has. */
const INDEX_OF = { 'acl-policies': 'index', 'acl-roles': 'roleIndex', 'acl-tokens': 'tokenIndex' } as const;

type AclProgress = Pick<
  ReplicationStatus,
  'index' | 'roleIndex' | 'tokenIndex' | 'lastSuccessMs' | 'lastErrorMs' | 'lastError'
>;
const NOTHING_YET: AclProgress = {
  index: 0,
  roleIndex: 0,
  tokenIndex: 0,
  lastSuccessMs: null,
  lastErrorMs: null,
  lastError: '',
};

export class Replication {
  readonly #options: ReplicationOptions;
  readonly #wallClock: () => number;
  readonly #rounds: readonly Rounds[];
  readonly #names: string[] = [];
  #isRunning = false;
  #progress = NOTHING_YET;

  constructor(options: ReplicationOptions) {
    this.#options = options;
    this.#wallClock = options.wallClock ?? Date.now;
    const { store, primary, consensus, config } = options;
    const shared = { primary, consensus };
    const acl = { ...shared, acl: store.acl };
    this.#rounds = [
      this.#following(
        new EntryRound({ ...shared, datacenter: config.datacenter, configEntries: store.configEntries }),
        () => {},
      ),
      ...(config.aclEnabled
        ? [this.#ofAcls(new AclRound(policyRecords, acl)), this.#ofAcls(new AclRound(roleRecords, acl))]
        : []),
      ...(config.aclEnabled && config.acl.enableTokenReplication
        ? [this.#ofAcls(new AclRound(tokenRecords, acl))]
        : []),
    ];
  }

  /** This server leads, and its store is in order. Call {@link stop} when either ends. */
  start(): void {
    this.#isRunning = true;
    this.#progress = NOTHING_YET;
    for (const rounds of this.#rounds) rounds.start();
  }

  stop(): void {
    this.#isRunning = false;
    for (const rounds of this.#rounds) rounds.stop();
    for (const name of this.#names) this.#gauge(name, 'status', 0);
  }

  get status(): ReplicationStatus {
    const { config, primary } = this.#options;
    return {
      isEnabled: config.aclEnabled,
      isRunning: config.aclEnabled && this.#isRunning,
      sourceDatacenter: primary.datacenter,
      type: config.acl.enableTokenReplication ? 'tokens' : 'policies',
      ...this.#progress,
    };
  }

  #ofAcls(what: Replicated & { readonly name: keyof typeof INDEX_OF }): Rounds {
    return this.#following(what, (outcome) => {
      const nowMs = this.#wallClock();
      if (outcome instanceof RoundFailure) {
        this.#progress = { ...this.#progress, lastErrorMs: nowMs, lastError: outcome.message };
        return;
      }
      const { index, problems } = outcome;
      this.#progress = { ...this.#progress, [INDEX_OF[what.name]]: index, lastSuccessMs: nowMs };
      const [problem] = problems;
      if (problem !== undefined) this.#progress = { ...this.#progress, lastErrorMs: nowMs, lastError: problem };
    });
  }

  #following(what: Replicated, over: (outcome: RoundOutcome | RoundFailure) => void): Rounds {
    const { logger, now } = this.#options;
    const { name } = what;
    this.#names.push(name);
    return new Rounds(what, {
      logger,
      now,
      over: (outcome) => {
        over(outcome);
        const hasFailed = outcome instanceof RoundFailure;
        this.#gauge(name, 'status', hasFailed ? 0 : 1);
        if (!hasFailed) this.#gauge(name, 'index', outcome.index);
      },
    });
  }

  #gauge(name: string, what: 'status' | 'index', value: number): void {
    this.#options.metrics.gauge(`leader.replication.${name}.${what}`, value);
  }
}
