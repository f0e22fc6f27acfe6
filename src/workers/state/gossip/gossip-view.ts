// What this thread knows of the gossip pools, which live in main: who is in them, the user events for this agent, where nodes
// are in the network. Fed by main's messages alone.

import type { Logger } from '../../../observe/logger.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import { ORIGIN } from '../../../wire/coordinate.js';
import type { Coordinate, Member } from '../../../wire/gossip-pools.js';
import type { CoordinateRecord, ServiceRecord } from '../../../wire/records.js';
import type { MainToState } from '../../../wire/state-worker.js';
import { EventLog } from './events/event-log.js';
import { PoolMembers } from './members/pool-members.js';

export type GossipMessage = Extract<MainToState, { kind: 'members' | 'user-event' | 'coordinates' }>;

export interface GossipViewOptions {
  readonly config: RuntimeConfig;
  /** Named `agent`. */
  readonly logger: Logger;
  /** This agent's own services. */
  readonly services: () => Iterable<ServiceRecord>;
  /** Where coordinates of the LAN pool are written; null while this agent isn't the one to write them. */
  readonly coordinateUpdates: () => { add(record: CoordinateRecord): void } | null;
}

export class GossipView {
  readonly lan = new PoolMembers();
  readonly wan = new PoolMembers();
  readonly events: EventLog;
  readonly #options: GossipViewOptions;
  #coordinate: Coordinate = ORIGIN;

  constructor(options: GossipViewOptions) {
    this.#options = options;
    const { config, logger, services } = options;
    this.events = new EventLog({ nodeName: config.nodeName, services, logger });
  }

  /** Main names the members before any request can arrive: the port keeps the order. */
  get self(): Member {
    const self = this.lan.find(this.#options.config.nodeName);
    if (!self) throw new Error('this agent is not among the members');
    return self;
  }

  /** This agent's in the LAN pool; null where coordinates are disabled. */
  get coordinate(): Coordinate | null {
    return this.#options.config.disableCoordinates ? null : this.#coordinate;
  }

  receive(message: GossipMessage): void {
    switch (message.kind) {
      case 'members':
        this[message.changes.pool].apply(message.changes);
        return;
      case 'user-event':
        this.events.receive(message.event);
        return;
      case 'coordinates':
        this.#located(message);
        return;
    }
  }

  #located({ lan, seen }: Extract<GossipMessage, { kind: 'coordinates' }>): void {
    const { config, coordinateUpdates } = this.#options;
    this.#coordinate = lan;
    if (config.disableCoordinates) return;
    const updates = coordinateUpdates();
    if (updates === null) return;
    for (const { node, coordinate } of [{ node: config.nodeName, coordinate: lan }, ...seen]) {
      updates.add({ Node: node, Segment: '', Partition: '', Coord: coordinate });
    }
  }
}
