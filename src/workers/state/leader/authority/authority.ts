// The certificate authority of the mesh while this server leads: brings its state in order when leadership begins and after each
// restore, signs, takes configurations in, drops old roots. What changes roots or configuration happens one after the other. In a
// secondary datacenter it stands under the primary's root, and follows the roots there.

import { randomUUID } from 'node:crypto';
import type { Logger } from '../../../../observe/logger.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import { DEFAULT_CONFIG } from '../../../../wire/mesh/authority-settings.js';
import type { CaConfiguration } from '../../../../wire/records.js';
import type { Asker } from '../../methods/contract/asker.js';
import type { CertificateAuthority, IssuedCertificate } from '../../methods/contract/certificate-authority.js';
import { isRefusal, type Refusal, refusal } from '../../methods/contract/refusal.js';
import { connectCaRoots, type TrustedRoots } from '../../methods/mesh/connect-ca.js';
import type { Consensus } from '../../replica/consensus.js';
import type { AuthorityReads } from '../../replica/store/read-api.js';
import type { Primary } from '../primary/primary.js';
import { RoundFailure, type RoundOutcome, Rounds } from '../primary/rounds.js';
import { type Certificates, type ProviderOptions, presentSigner } from './builtin-provider.js';
import { followRoots, isInPlace, reconfigureIntermediate } from './intermediate.js';
import { AuthorityFailure, authorOf, failure, LogWrites } from './log-writes.js';
import { bringUp, dropOldRoots, reconfigure, settingsOf } from './roots.js';
import { agentIdentityOf, type Identify, identityOf, signForAuthority, signRequest, UNINITIALIZED } from './signing.js';
import { SigningLimit } from './signing-limit.js';

/** Between two tries to bring the state in order. */
const RETRY_MS = 5_000;
const DROP_PERIOD_MS = 3_600_000;

export interface AuthorityOptions {
  readonly reads: AuthorityReads;
  readonly consensus: Pick<Consensus, 'propose'>;
  readonly config: Pick<RuntimeConfig, 'datacenter' | 'connect'>;
  /** null: this datacenter is the primary one. */
  readonly primary: Primary | null;
  /** Named `agent.server.connect`. */
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const DISABLED = refusal('failed', 'Connect must be enabled in order to use this endpoint');
const ENDED = refusal('leadership-lost');
const TOO_MANY = refusal('failed', 'Rate limit reached, try again later');
const SECONDARY = refusal('failed', 'only the primary datacenter signs certificates of other datacenters');

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
  /** Of a secondary datacenter. */
  readonly #following: Rounds | null;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { primary, logger } = options;
    const what = (from: Primary) => ({
      name: 'CA roots',
      round: (seenIndex: number, signal: AbortSignal) => this.#follow(from, seenIndex, signal),
    });
    this.#following =
      primary === null ? null : new Rounds(what(primary), { logger, now: () => performance.now(), over: () => {} });
  }

  get obstacle(): Refusal | null {
    return this.#options.config.connect.enabled ? null : DISABLED;
  }

  /** This server leads, and its store is what it must be. Call {@link stop} when either ends. */
  start(): void {
    this.stop();
    if (this.obstacle !== null) return;
    if (this.#following === null) void this.#bringUp(this.#term);
    else this.#following.start();
  }

  stop(): void {
    this.#term += 1;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#following?.stop();
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
      const signer = presentSigner(options, limits);
      // Another certificate is about to take its place.
      if (!options.isPrimary && signer !== null && !isInPlace(options, signer.root)) await this.#last;
      const signed = await this.#limit.run(limits, () =>
        signRequest(options, config.datacenter, request, asker, identify),
      );
      return signed ?? TOO_MANY;
    } catch (error) {
      return refusalOf(error);
    }
  }

  async signIntermediate(request: string): Promise<string | Refusal> {
    if (this.obstacle !== null) return this.obstacle;
    if (this.#options.primary !== null) return SECONDARY;
    const { reads } = this.#options;
    try {
      if (reads.config === undefined) throw failure(UNINITIALIZED);
      const options = await this.#ready();
      const limits = settingsOf(reads.config);
      return (await this.#limit.run(limits, () => signForAuthority(options, request))) ?? TOO_MANY;
    } catch (error) {
      return refusalOf(error);
    }
  }

  async configure(wanted: CaConfiguration, asker: Asker): Promise<true | Refusal> {
    if (this.obstacle !== null) return this.obstacle;
    const author = authorOf(this.#options.config.datacenter, asker);
    try {
      await this.#oneByOne(async () => {
        const options = await this.#ready();
        const { primary } = this.#options;
        if (primary === null) await reconfigure(options, wanted, author);
        else await reconfigureIntermediate({ ...options, primary }, () => this.#trusted(primary), wanted, author);
      });
      return true;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** One round: waits until the primary datacenter has other roots, or for some minutes, and does what has to be done then. */
  async #follow(primary: Primary, seenIndex: number, signal: AbortSignal): Promise<RoundOutcome> {
    const answer = await primary.read(connectCaRoots, null, { minIndex: seenIndex, signal });
    if (isRefusal(answer)) throw new RoundFailure('failed to read the roots of the primary datacenter', answer);
    try {
      await this.#oneByOne(async () => {
        if (signal.aborted) return;
        await followRoots({ ...(await this.#ready()), primary }, answer.value, this.#first());
      });
    } catch (error) {
      throw new RoundFailure('failed to follow the roots of the primary datacenter', { text: textOf(error) });
    }
    return { index: answer.index, problems: [] };
  }

  async #trusted(primary: Primary): Promise<TrustedRoots> {
    const answer = await primary.read(connectCaRoots, null, { minIndex: 0 });
    if (isRefusal(answer)) throw new AuthorityFailure(answer);
    return answer.value;
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
    const isPrimary = this.#options.primary === null;
    return { certificates: await this.#certificates, reads, writes, isPrimary, now: this.#now };
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
