// What this thread knows of the gossip pools, which live in main: who is in them, the user events for this agent, where nodes
// are in the network. Fed by main's messages alone.

import type { Logger } from '../../../observe/logger.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import { ORIGIN } from '../../../wire/coordinate.js';
import type { Coordinate, Member, MemberChanges } from '../../../wire/gossip-pools.js';
import { type ToldChanges, unpackChanges } from '../../../wire/packed-members.js';
import type { ServiceRecord } from '../../../wire/records.js';
import type { MainToState } from '../../../wire/state-worker.js';
import { EventLog } from './events/event-log.js';
import { memberOf } from './members/member-view.js';
import { PoolMembers } from './members/pool-members.js';

export type GossipMessage = Extract<
  MainToState,
  { kind: 'members' | 'server-suspected' | 'user-event' | 'coordinate' }
>;

export interface GossipViewOptions {
  readonly config: RuntimeConfig;
  /** Named `agent`. */
  readonly logger: Logger;
}

/** What is made of the news of the pools. */
export interface LanListener {
  /** Of the LAN pool, after the change is in {@link GossipView.lan}. */
  membersChanged(changes: MemberChanges): void;
  /** Of the WAN pool. */
  wanChanged?(changes: MemberChanges): void;
  /** A server may be failing. */
  serverSuspected?(name: string): void;
}

export class GossipView {
  readonly lan = new PoolMembers();
  readonly wan = new PoolMembers();
  readonly events: EventLog;
  readonly #options: GossipViewOptions;
  readonly #listeners: LanListener[] = [];
  #services: () => Iterable<ServiceRecord> = () => [];
  #coordinate: Coordinate = ORIGIN;

  constructor(options: GossipViewOptions) {
    this.#options = options;
    const { config, logger } = options;
    this.events = new EventLog({ nodeName: config.nodeName, services: () => this.#services(), logger });
  }

  /** This agent's own services, from when they are known on: events are for whoever has one. */
  setServices(services: () => Iterable<ServiceRecord>): void {
    this.#services = services;
  }

  listen(listener: LanListener): void {
    this.#listeners.push(listener);
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
        this.#membersTold(unpackChanges(message.changes));
        return;
      case 'server-suspected':
        for (const listener of this.#listeners) listener.serverSuspected?.(message.name);
        return;
      case 'user-event':
        this.events.receive(message.event);
        return;
      case 'coordinate':
        this.#coordinate = message.coordinate;
        return;
    }
  }

  #membersTold({ pool, changed, removed }: ToldChanges): void {
    const changes: MemberChanges = { pool, changed: changed.map(memberOf), removed };
    this[changes.pool].apply(changes);
    for (const listener of this.#listeners) {
      if (changes.pool === 'lan') listener.membersChanged(changes);
      else listener.wanChanged?.(changes);
    }
  }
}
