// The certificates of this agent's services: made when they are asked for, kept, and renewed long before their end and when
// another root signs. The key never leaves this agent but to who asks for it here. When to renew goes by how long a certificate
// lives and by a clock that never jumps: whatever the time of day does, nothing is renewed over and over.

import { spiffeUri } from '../../../certificates/spiffe.js';
import { DeadlineQueue } from '../../../deadlines/deadline-queue.js';
import type { Logger } from '../../../observe/logger.js';
import type { Calls } from '../calls/calls.js';
import { isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';
import { signCertificate } from '../methods/mesh/connect-ca.js';
import { type Leaf, LeafEntry, type LeafQuestion } from './leaf-entry.js';
import { activeRootOf, RootsWatch } from './roots-watch.js';

export interface LeafCertificatesOptions {
  readonly calls: Pick<Calls, 'read' | 'write'>;
  readonly logger: Logger;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Milliseconds; over how long all certificates are renewed when another root signs. */
  readonly spreadMs: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

/** What nobody has asked for as long is forgotten. */
const KEPT_MS = 72 * 3_600_000;
const MAX_LEAVES = 4096;
/** When a certificate is renewed, as parts of its life: sometime between the two. */
const SOONEST = 0.6;
const LATEST = 0.9;
/** Between two tries to renew one. */
const FIRST_PAUSE_MS = 10_000;
const LAST_PAUSE_MS = 600_000;
const DEFAULT_SPREAD_MS = 30_000;
/** One that is over by the time of day is renewed when it is asked for, but not more often than this. */
const EXPIRED_PAUSE_MS = 60_000;

export class LeafCertificates {
  readonly #options: LeafCertificatesOptions;
  readonly #deadlines: DeadlineQueue;
  /** Those that were asked for longest ago first. */
  readonly #entries = new Map<string, LeafEntry>();
  readonly #watches = new Map<string, RootsWatch>();
  #isStopped = false;

  constructor(options: LeafCertificatesOptions) {
    this.#options = options;
    this.#deadlines = new DeadlineQueue(options.now);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The certificate, or why there is none; it is made where there is none yet. */
  async get(question: LeafQuestion): Promise<Leaf | Refusal> {
    const entry = this.#entryOf(question);
    const { leaf } = entry;
    const isOver = leaf !== null && leaf.validBeforeMs <= this.#options.wallClock();
    if (leaf !== null && !(isOver && this.#deadlines.now() - entry.triedMs >= EXPIRED_PAUSE_MS)) return leaf;
    const made = await this.#renew(entry);
    if (entry.leaf === null) this.#forget(entry);
    return made;
  }

  /** Calls `wake` when there is another one; the result takes that back. */
  watch(question: LeafQuestion, wake: () => void): () => void {
    const { waiting } = this.#entryOf(question);
    waiting.add(wake);
    return () => waiting.delete(wake);
  }

  /** What there is now; null: none. */
  peek(question: LeafQuestion): Leaf | null {
    return this.#entries.get(keyOf(question))?.leaf ?? null;
  }

  stop(): void {
    this.#isStopped = true;
    for (const entry of this.#entries.values()) this.#deadlines.remove(entry);
    for (const watch of this.#watches.values()) watch.stop();
    this.#entries.clear();
    this.#watches.clear();
  }

  #entryOf(question: LeafQuestion): LeafEntry {
    const key = keyOf(question);
    const entry = this.#entries.get(key) ?? new LeafEntry(key, question, (due) => void this.#due(due));
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.askedMs = this.#deadlines.now();
    if (this.#entries.size > MAX_LEAVES) this.#makeRoom();
    return entry;
  }

  #makeRoom(): void {
    for (const entry of this.#entries.values()) {
      if (entry.isIdle) {
        this.#forget(entry);
        return;
      }
    }
  }

  #forget(entry: LeafEntry): void {
    if (!entry.isIdle || this.#entries.get(entry.key) !== entry) return;
    this.#entries.delete(entry.key);
    this.#deadlines.remove(entry);
    const { datacenter } = entry.question;
    for (const other of this.#entries.values()) if (other.question.datacenter === datacenter) return;
    this.#watches.get(datacenter)?.stop();
    this.#watches.delete(datacenter);
  }

  /** It is time to renew one, or to forget it. */
  async #due(entry: LeafEntry): Promise<void> {
    if (this.#deadlines.now() - entry.askedMs > KEPT_MS && entry.waiting.size === 0) {
      this.#forget(entry);
      return;
    }
    const made = await this.#renew(entry);
    if (!isRefusal(made) || this.#isStopped) return;
    const { question, pauseMs } = entry;
    this.#options.logger.warn('a certificate could not be renewed', 'service', question.service, 'error', made.text);
    entry.pauseMs = Math.min(2 * (pauseMs || FIRST_PAUSE_MS / 2), LAST_PAUSE_MS);
    this.#schedule(entry, entry.pauseMs * (1 + this.#options.random()));
  }

  /** Those who ask at the same time share one. */
  #renew(entry: LeafEntry): Promise<Leaf | Refusal> {
    entry.running ??= this.#make(entry).finally(() => {
      entry.running = null;
    });
    return entry.running;
  }

  async #make(entry: LeafEntry): Promise<Leaf | Refusal> {
    // Whoever asks now would begin to follow roots that nobody stops to follow.
    if (this.#isStopped) return refusal('stopping');
    entry.triedMs = this.#deadlines.now();
    const { question } = entry;
    const { datacenter, service, token } = question;
    const roots = await this.#watchOf(datacenter).current();
    if (isRefusal(roots)) return roots;
    if (roots.trustDomain === '') return refusal('failed', 'CA has not finished initializing');
    const { makeKey, keyPem, makeSigningRequest } = await import('../../../certificates/certificates.js');
    const key = await makeKey('ec', 256);
    const uri = spiffeUri({ kind: 'service', host: roots.trustDomain, datacenter, name: service });
    const request = await makeSigningRequest(key, { uris: [uri], dns: [], addresses: [] });
    const issued = await this.#options.calls.write(signCertificate, request, datacenter, { token });
    if (isRefusal(issued)) return issued;
    const { serialNumber, certificate, validAfterMs, validBeforeMs, index } = issued;
    const leaf = { serialNumber, certificate, privateKey: keyPem(key), uri, validAfterMs, validBeforeMs, index };
    if (this.#isStopped) return leaf;
    entry.take(leaf, activeRootOf(roots));
    const part = SOONEST + (LATEST - SOONEST) * this.#options.random();
    this.#schedule(entry, Math.max(EXPIRED_PAUSE_MS, (validBeforeMs - validAfterMs) * part));
    return leaf;
  }

  #watchOf(datacenter: string): RootsWatch {
    let watch = this.#watches.get(datacenter);
    if (watch === undefined) {
      const { calls, random } = this.#options;
      watch = new RootsWatch({ calls, datacenter, random, changed: () => void this.#rootChanged(datacenter) });
      this.#watches.set(datacenter, watch);
    }
    return watch;
  }

  /** Not all at once: the servers sign only so many a second. */
  async #rootChanged(datacenter: string): Promise<void> {
    const roots = await this.#watchOf(datacenter).current();
    if (isRefusal(roots)) return;
    const active = activeRootOf(roots);
    for (const entry of this.#entries.values()) {
      if (entry.question.datacenter !== datacenter || entry.leaf === null || entry.rootId === active) continue;
      this.#schedule(entry, (this.#options.spreadMs() || DEFAULT_SPREAD_MS) * this.#options.random());
    }
  }

  #schedule(entry: LeafEntry, afterMs: number): void {
    this.#deadlines.remove(entry);
    entry.dueMs = Math.ceil(this.#deadlines.now() + afterMs);
    if (this.#entries.get(entry.key) === entry) this.#deadlines.add(entry);
  }
}

function keyOf({ service, datacenter, token }: LeafQuestion): string {
  return `${datacenter}\0${token}\0${service}`;
}
