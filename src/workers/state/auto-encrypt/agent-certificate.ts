// The certificate of an agent that gets it from the servers (`auto_encrypt.tls`): asked for until one of them gives it, and anew
// long before its end, when another root signs, and when the configuration was read again, since only with a certificate the
// servers say whom to trust. When to renew goes by a clock that never jumps; what is over by the time of day is renewed too, but
// not over and over. Nothing of it is kept on disk: after a restart the agent asks again.

import { type Deadline, DeadlineQueue } from '../../../deadlines/deadline-queue.js';
import { messageOf } from '../../../gotext/errno.js';
import type { Logger } from '../../../observe/logger.js';
import { readAuthorities } from '../../../tls/issued-by.js';
import type { AskedFailure } from '../calls/asked-failure.js';
import type { Calls } from '../calls/calls.js';
import { activeRootOf, RootsWatch } from '../leaves/roots-watch.js';
import { isRefusal } from '../methods/contract/refusal.js';
import type { GivenCertificate } from '../methods/mesh/auto-encrypt.js';
import { isOfKey, makeRequest, type Requester } from './signing-request.js';
import type { OwnCertificate } from './with-certificate.js';

type Answer = { readonly ok: true; readonly value: GivenCertificate } | AskedFailure;

export interface AgentCertificateOptions {
  readonly requester: Requester;
  /** Whom to ask now, as `host:port`. */
  readonly addresses: () => readonly string[];
  /** `request`: a signing request as PEM. */
  readonly ask: (address: string, request: string) => Promise<Answer>;
  /** For the roots, once there is a certificate to ask with. */
  readonly calls: Pick<Calls, 'read'>;
  /** There is another one from now on. Throws when it can't be used, and then nothing has changed. */
  readonly given: (own: OwnCertificate) => void;
  /** Named `agent.auto_config`, as users of stock know it. */
  readonly logger: Logger;
  /** Milliseconds; over how long all certificates are renewed when another root signs; 0: as usual. */
  readonly spreadMs: () => number;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

/** There was none yet. */
const NEVER = Number.NEGATIVE_INFINITY;
/** When a certificate is renewed, as parts of its life: sometime between the two. */
const SOONEST = 0.6;
const LATEST = 0.9;
/** Between two tries. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;
/** Between two looks at the time of day. */
const LOOK_MS = 60_000;
/** Between two tries to hear of the roots. */
const ROOTS_PAUSE_MS = 5_000;
/** All agents hear of another root at once, and servers sign only so many certificates a second. */
const DEFAULT_SPREAD_MS = 30_000;

export class AgentCertificate implements Deadline {
  dueMs = 0;
  slot = -1;
  order = 0;
  readonly #options: AgentCertificateOptions;
  readonly #deadlines: DeadlineQueue;
  readonly #roots: RootsWatch;
  /** Milliseconds since 1970. */
  #validBeforeMs = NEVER;
  #rootId = '';
  /** By the clock that never jumps. */
  #renewMs = 0;
  #pauseMs = 0;
  #isAsking = false;
  /** Came while it was asked: a reason to ask once more, in any case or where that was in vain. */
  #next: 'nothing' | 'if in vain' | 'anyway' = 'nothing';
  #isStopped = false;

  constructor(options: AgentCertificateOptions) {
    this.#options = options;
    this.#deadlines = new DeadlineQueue(options.now);
    const { calls, random, requester } = options;
    const { datacenter } = requester;
    this.#roots = new RootsWatch({ calls, datacenter, random, changed: () => void this.#look() });
  }

  /** Asks for another one now, and until there is one. */
  request(): void {
    if (this.#isStopped) return;
    if (this.#isAsking) {
      this.#next = 'anyway';
      return;
    }
    this.#isAsking = true;
    this.#next = 'nothing';
    this.#deadlines.remove(this);
    this.#renewMs = this.#deadlines.now();
    void this.#askAll().then((isGiven) => this.#asked(isGiven));
  }

  /** Somebody can be asked who couldn't before: where there is no certificate yet this isn't put off. */
  serverAppeared(): void {
    if (this.#validBeforeMs !== NEVER) return;
    if (!this.#isAsking) this.request();
    else if (this.#next === 'nothing') this.#next = 'if in vain';
  }

  stop(): void {
    this.#isStopped = true;
    this.#deadlines.remove(this);
    this.#roots.stop();
  }

  expire(): void {
    const isOver = this.#options.wallClock() >= this.#validBeforeMs;
    if (isOver || this.#deadlines.now() >= this.#renewMs) this.request();
    else void this.#look();
  }

  #asked(isGiven: boolean): void {
    this.#isAsking = false;
    if (this.#isStopped) return;
    if (this.#next === 'anyway' || (this.#next === 'if in vain' && !isGiven)) this.request();
    else if (isGiven) {
      this.#pauseMs = 0;
      void this.#look();
    } else {
      this.#pauseMs = Math.min(2 * (this.#pauseMs || FIRST_PAUSE_MS / 2), LAST_PAUSE_MS);
      this.#wait(this.#pauseMs * (1 + this.#options.random()));
    }
  }

  async #askAll(): Promise<boolean> {
    const { requester, addresses, ask, logger } = this.#options;
    const asked = addresses();
    if (asked.length === 0) {
      logger.error('no auto-encrypt server addresses available for use');
      return false;
    }
    const { request, key } = await makeRequest(requester);
    for (const address of asked) {
      const answer = await ask(address, request);
      if (this.#isStopped) return false;
      const failure = answer.ok ? await this.#take(answer.value, key) : answer.text;
      if (failure === null) return true;
      logger.error('AutoEncrypt.Sign RPC failed', 'addr', address, 'error', failure);
    }
    return false;
  }

  /** What is wrong with what was given; null: nothing. */
  async #take(value: GivenCertificate, key: string): Promise<string | null> {
    const { issued, roots, verifiesServerHostname } = value;
    const { certificate, validAfterMs, validBeforeMs } = issued;
    if (!(await isOfKey(certificate, key))) return 'the certificate is not of the key that was asked for';
    if (this.#isStopped) return null;
    const authorities = readAuthorities(value.authorities).map((one) => one.toString());
    try {
      this.#options.given({ certificate, key, authorities, verifiesServerHostname });
    } catch (error) {
      return `the certificate can't be used: ${messageOf(error)}`;
    }
    this.#validBeforeMs = validBeforeMs;
    this.#rootId = activeRootOf(roots);
    const part = SOONEST + (LATEST - SOONEST) * this.#options.random();
    this.#renewMs = this.#deadlines.now() + Math.max(LOOK_MS, (validBeforeMs - validAfterMs) * part);
    const until = new Date(validBeforeMs).toISOString();
    this.#options.logger.info('certificate received from the servers', 'valid_before', until);
    return null;
  }

  /** Whether another root signs by now, which is asked until somebody answers; and then at the time of day, now and then. */
  async #look(): Promise<void> {
    const roots = await this.#roots.current();
    if (this.#isStopped || this.#isAsking) return;
    const isOther = !isRefusal(roots) && activeRootOf(roots) !== this.#rootId;
    const now = this.#deadlines.now();
    if (isOther) {
      const { spreadMs, random } = this.#options;
      this.#renewMs = Math.min(this.#renewMs, now + (spreadMs() || DEFAULT_SPREAD_MS) * random());
    }
    const lookMs = isRefusal(roots) ? ROOTS_PAUSE_MS : LOOK_MS;
    this.#wait(Math.min(lookMs, Math.max(0, this.#renewMs - now)));
  }

  #wait(ms: number): void {
    this.#deadlines.remove(this);
    this.dueMs = Math.ceil(this.#deadlines.now() + ms);
    this.#deadlines.add(this);
  }
}
