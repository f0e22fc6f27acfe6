// The certificate authority of the mesh while this server leads: brings its state in order when leadership begins and after each
// restore, signs, takes configurations in, drops old roots. What changes roots or configuration happens one after the other.

import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../../observe/logger.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import { DEFAULT_CONFIG } from '../../../../wire/mesh/authority-settings.js';
import type { CaConfiguration } from '../../../../wire/records.js';
import type { CertificateAuthority, IssuedCertificate } from '../../methods/contract/certificate-authority.js';
import type { Asker } from '../../methods/contract/method.js';
import { type Refusal, refusal } from '../../methods/contract/refusal.js';
import type { Consensus } from '../../replica/consensus.js';
import type { AuthorityReads } from '../../replica/store/read-api.js';
import type { Certificates, ProviderOptions } from './builtin-provider.js';
import { AuthorityFailure, authorOf, failure, LogWrites } from './log-writes.js';
import { bringUp, dropOldRoots, reconfigure, settingsOf } from './roots.js';
import { agentIdentityOf, type Identify, identityOf, signRequest, UNINITIALIZED } from './signing.js';
import { SigningLimit } from './signing-limit.js';

/** Between two tries to bring the state in order. */
const RETRY_MS = 5_000;
const DROP_PERIOD_MS = 3_600_000;

export interface AuthorityOptions {
  readonly reads: AuthorityReads;
  readonly consensus: Pick<Consensus, 'propose'>;
  readonly config: Pick<RuntimeConfig, 'datacenter' | 'primaryDatacenter' | 'connect'>;
  /** Named `agent.server.connect`. */
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const DISABLED = refusal('failed', 'Connect must be enabled in order to use this endpoint');
const ENDED = refusal('leadership-lost');
const TOO_MANY = refusal('failed', 'Rate limit reached, try again later');
/** A datacenter whose authority stands under another one's. */
const SECONDARY = refusal('failed', 'the certificate authority of a secondary datacenter comes with a later version');

export class Authority implements CertificateAuthority {
  readonly #options: AuthorityOptions;
  readonly #limit = new SigningLimit();
  readonly #now: () => number;
  #certificates: Promise<Certificates> | null = null;
  /** What changes roots or configuration, and what comes after it. */
  #last: Promise<unknown> = Promise.resolve();
  /** Raised whenever it is started or stopped: nothing of an earlier time is written any more. */
  #term = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get obstacle(): Refusal | null {
    const { datacenter, primaryDatacenter, connect } = this.#options.config;
    if (!connect.enabled) return DISABLED;
    return datacenter === primaryDatacenter ? null : SECONDARY;
  }

  /** This server leads, and its store is what it must be. Call {@link stop} when either ends. */
  start(): void {
    this.stop();
    if (this.obstacle === null) void this.#bringUp(this.#term);
  }

  stop(): void {
    this.#term += 1;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  sign(request: string, asker: Asker): Promise<IssuedCertificate | Refusal> {
    return this.#sign(request, asker, identityOf);
  }

  signForAgent(request: string, asker: Asker): Promise<IssuedCertificate | Refusal> {
    return this.#sign(request, asker, agentIdentityOf);
  }

  async #sign(request: string, asker: Asker, identify: Identify): Promise<IssuedCertificate | Refusal> {
    if (this.obstacle !== null) return this.obstacle;
    const { reads, config } = this.#options;
    try {
      if (reads.config === undefined) throw failure(UNINITIALIZED);
      const limits = settingsOf(reads.config);
      const options = await this.#ready();
      const signed = await this.#limit.run(limits, () =>
        signRequest(options, config.datacenter, request, asker, identify),
      );
      return signed ?? TOO_MANY;
    } catch (error) {
      return refusalOf(error);
    }
  }

  async configure(wanted: CaConfiguration, asker: Asker): Promise<true | Refusal> {
    if (this.obstacle !== null) return this.obstacle;
    const author = authorOf(this.#options.config.datacenter, asker);
    try {
      await this.#oneByOne(async () => reconfigure(await this.#ready(), wanted, author));
      return true;
    } catch (error) {
      return refusalOf(error);
    }
  }

  async #bringUp(term: number): Promise<void> {
    const { logger } = this.#options;
    try {
      await this.#oneByOne(async () => {
        if (term !== this.#term) return;
        const options = await this.#ready();
        await bringUp(options, this.#first());
        // Leaders may change more often than once a period.
        await dropOldRoots(options);
      });
      if (term !== this.#term) return;
      logger.debug('the certificate authority is ready', 'root', this.#options.reads.activeRoot?.ID ?? '');
      this.#again(DROP_PERIOD_MS, () => this.#dropOldRoots(term));
    } catch (error) {
      if (term !== this.#term) return;
      logger.error('the certificate authority could not be brought up', 'error', textOf(error));
      this.#again(RETRY_MS, () => this.#bringUp(term));
    }
  }

  async #dropOldRoots(term: number): Promise<void> {
    try {
      await this.#oneByOne(async () => dropOldRoots(await this.#ready()));
    } catch (error) {
      this.#options.logger.error('old roots could not be dropped', 'error', textOf(error));
    }
    if (term === this.#term) this.#again(DROP_PERIOD_MS, () => this.#dropOldRoots(term));
  }

  /** What a new cluster begins with. */
  #first(): CaConfiguration {
    const { caProvider, caConfig, clusterId } = this.#options.config.connect;
    return {
      ClusterID: clusterId === '' ? randomUUID() : clusterId,
      Provider: caProvider,
      Config: { ...DEFAULT_CONFIG, ...caConfig },
      State: null,
      ForceWithoutCrossSigning: false,
      CreateIndex: 0,
      ModifyIndex: 0,
    };
  }

  /** For one piece of work, all of it on the state that is there now. */
  async #ready(): Promise<ProviderOptions> {
    const { reads, consensus, config } = this.#options;
    const term = this.#term;
    const writes = new LogWrites(consensus, config.datacenter, () => (term === this.#term ? null : ENDED));
    this.#certificates ??= import('../../../../certificates/certificates.js');
    return { certificates: await this.#certificates, reads, writes, now: this.#now };
  }

  #oneByOne(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  #again(delayMs: number, work: () => Promise<void>): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), delayMs);
  }
}

/** What went wrong as expected; a bug goes on. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof AuthorityFailure) return error.refusal;
  throw error;
}

/** A library's text may have parts of a key in it. */
function textOf(error: unknown): string {
  return error instanceof AuthorityFailure ? error.message : `unexpected: ${error instanceof Error ? error.name : ''}`;
}
