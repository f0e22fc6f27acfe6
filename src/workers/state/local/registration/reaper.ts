// Removes services whose checks have been critical for too long, if they ask for it (spec/agent.md section 2, "Reaper").

import { formatDuration } from '../../../../gotext/duration.js';
import type { Logger } from '../../../../observe/logger.js';
import type { LocalChecks } from '../checks/local-checks.js';
import type { Clock, Timer } from '../state/clock.js';
import type { LocalState } from '../state/local-state.js';
import type { Registrar } from './registrar.js';

const INTERVAL_MS = 30_000;
const NANOSECONDS_PER_MS = 1e6;

interface ReaperOptions {
  readonly clock: Clock;
  readonly state: LocalState;
  readonly checks: LocalChecks;
  readonly registrar: Registrar;
  readonly logger: Logger;
}

export class Reaper {
  readonly #options: ReaperOptions;
  #timer: Timer | null = null;

  constructor(options: ReaperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.after(INTERVAL_MS, () => {
      void this.reap();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Checks of the node never remove anything. */
  async reap(): Promise<void> {
    const { clock, state, checks, registrar, logger } = this.#options;
    const now = clock.monotonic();
    for (const [id, afterMs] of [...checks.reapable]) {
      const entry = state.check(id);
      if (!entry || entry.criticalSince === null || entry.check.ServiceID === '') continue;
      if (now - entry.criticalSince <= afterMs) continue;
      const { ServiceID: service } = entry.check;
      const outcome = await registrar.deregisterService(service);
      if (outcome.ok) {
        const message =
          "deregistered service with critical health due to exceeding health check's 'deregister_critical_service_after' timeout";
        logger.info(message, 'service', service, 'check', id, 'timeout', formatDuration(afterMs * NANOSECONDS_PER_MS));
      } else if (outcome.code !== 'not-found') {
        logger.error('unable to deregister service with critical health', 'service', service, 'error', outcome.text);
      }
    }
  }
}
