// How long the agent's own certificates are still good for: a gauge for dashboards, and lines in the log for as long as one is
// about to end, by the time of day, as everybody judges certificates by that.

import type { Logger } from '../../../../observe/logger.js';
import type { Metrics } from '../../../../observe/metrics.js';
import { nodeCrypto } from '../../../../tls/node-modules.js';
import type { RuntimeConfig } from '../../../../wire/config.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SOON_MS = 30 * DAY_MS;
/** One that is renewed by itself is new long before so much of its life is left. */
const OVERDUE_PART = 0.1;

/** Milliseconds since 1970, and of a duration. */
interface Watched {
  readonly stanza: string;
  readonly endMs: number;
  /** So long before its end it is told of. */
  readonly warnMs: number;
}

export class CertificateExpiry {
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  #watched: readonly Watched[] = [];
  #timer: NodeJS.Timeout | null = null;
  #linesMs = 0;

  /** `logger`: named `agent.tls`. */
  constructor(logger: Logger, metrics: Metrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /** Those of this configuration from now on; without any nothing is done. */
  watch({ tls, autoEncrypt }: RuntimeConfig): void {
    const { internalRpc, https, grpc } = tls;
    const isOfFile = ({ certFile }: { readonly certFile: string }): boolean => certFile !== '';
    this.#watched = [
      watched('tls.internal_rpc', internalRpc.material.cert, !autoEncrypt.tls),
      watched('tls.https', https.material.cert, isOfFile(https)),
      watched('tls.grpc', grpc.material.cert, isOfFile(grpc)),
    ].filter((one) => one !== null);
    this.stop();
    if (this.#watched.length === 0) return;
    this.#linesMs = 0;
    this.#look();
    this.#timer = setInterval(() => this.#look(), MINUTE_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const now = Date.now();
    const [first] = this.#watched;
    if (first !== undefined) this.#metrics.gauge('agent.tls.cert.expiry', Math.floor((first.endMs - now) / 1000));
    if (this.#linesMs > 0) {
      this.#linesMs -= MINUTE_MS;
      return;
    }
    this.#linesMs = HOUR_MS - MINUTE_MS;
    for (const { stanza, endMs, warnMs } of this.#watched) {
      const leftMs = endMs - now;
      if (leftMs >= warnMs) continue;
      const facts = ['stanza', stanza, 'expires', new Date(endMs).toISOString()];
      if (leftMs <= 0) this.#logger.error('certificate has expired', ...facts);
      else if (leftMs < DAY_MS) this.#logger.warn('certificate expires within a day', ...facts);
      else this.#logger.warn('certificate expires soon', ...facts, 'days', Math.floor(leftMs / DAY_MS));
    }
  }
}

/** null: there is none. One that can't be read was refused with the configuration. */
function watched(stanza: string, pem: string, isOfFile: boolean): Watched | null {
  if (pem === '') return null;
  const { validFrom, validTo } = new (nodeCrypto().X509Certificate)(pem);
  const endMs = Date.parse(validTo);
  const lifeMs = endMs - Date.parse(validFrom);
  return { stanza, endMs, warnMs: isOfFile ? SOON_MS : Math.min(SOON_MS, lifeMs * OVERDUE_PART) };
}
