// The user events that were meant for this agent: the last 256, for /v1/event/list and whoever waits there for the next.

import type { Logger } from '../../../../observe/logger.js';
import type { FiredEvent } from '../../../../wire/gossip-pools.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import { concerns } from './event-filter.js';

const KEPT = 256;
const KNOWN_VERSION = 1;
/** Remote execution, which this agent doesn't offer: such events are never listed. */
const REMOTE_EXEC = '_rexec';

export interface EventLogOptions {
  readonly nodeName: string;
  /** This agent's own services as they are now. */
  readonly services: () => Iterable<ServiceRecord>;
  /** Named `agent`. */
  readonly logger: Logger;
}

export class EventLog {
  readonly #options: EventLogOptions;
  readonly #events: FiredEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  receive(event: FiredEvent): void {
    const { nodeName, services, logger } = this.#options;
    const { id, name, version } = event;
    if (version > KNOWN_VERSION) {
      logger.warn('event version may have unsupported features', 'event_version', version, 'event_id', id);
    }
    if (!concerns(event, nodeName, services())) return;
    if (name === REMOTE_EXEC) {
      logger.info('ignoring remote exec event, disabled.', 'event_name', name, 'event_id', id);
      return;
    }
    logger.debug('new event', 'event_name', name, 'event_id', id);
    if (this.#events.length === KEPT) this.#events.shift();
    this.#events.push(event);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Oldest first; "" for all names. */
  list(name: string): readonly FiredEvent[] {
    return name === '' ? [...this.#events] : this.#events.filter((event) => event.name === name);
  }

  /** Calls `wake` after every new event; the result takes the watch back. */
  watch(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }
}
