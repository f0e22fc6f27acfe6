// HTTPS as the configuration has it, for the state worker and its readers alike.

import type { Logger } from '../../../../observe/logger.js';
import type { Metrics } from '../../../../observe/metrics.js';
import type { Listener, RuntimeConfig } from '../../../../wire/config.js';
import type { HttpsOptions } from '../../http/http-server.js';
import { TlsRefusals } from '../../sockets/tls/refusals.js';

/** null: there is none. */
export function httpsOptions(
  { tls, limits }: RuntimeConfig,
  listeners: readonly Listener[],
  logger: Logger,
  metrics: Metrics,
): HttpsOptions | null {
  if (listeners.length === 0) return null;
  return {
    listeners,
    stanza: tls.https,
    handshakeTimeoutMs: limits.httpsHandshakeTimeoutMs,
    refusals: new TlsRefusals('https', logger.child('http'), metrics),
  };
}
