// What the parts of a Serf machine share.

import type { GossipCore } from '../../core/gossip-core.js';
import { isGone } from '../../core/node.js';
import type { Timers } from '../../core/timers.js';
import type { NetworkCoordinates } from '../coordinates/network-coordinates.js';
import type { LamportClock } from '../protocol/lamport-clock.js';
import type { Broadcasts } from './broadcasts.js';
import type { Members } from './members.js';
import type { PoolOptions } from './options.js';
import type { SerfOutbox } from './serf-outbox.js';

export interface Clocks {
  readonly member: LamportClock;
  readonly event: LamportClock;
  readonly query: LamportClock;
}

/** Of ourselves: `shutdown` after a lost vote about our name. */
export type SerfState = 'alive' | 'leaving' | 'left' | 'shutdown';

export interface SerfPool {
  readonly options: PoolOptions;
  readonly core: GossipCore;
  readonly timers: Timers;
  readonly clocks: Clocks;
  readonly members: Members;
  readonly broadcasts: Broadcasts;
  readonly coordinates: NetworkCoordinates;
  readonly out: SerfOutbox;
  state: SerfState;
  /** When the machine was last called. */
  latestMs: number;
}

/** Members as memberlist counts them: those that aren't dead and didn't leave, ourselves included. */
export function presentNodes({ core }: Pick<SerfPool, 'core'>): number {
  return core.nodes.reduce((count, node) => count + (isGone(node) ? 0 : 1), 0);
}

/** Their names. */
export function presentNames({ core }: Pick<SerfPool, 'core'>): readonly string[] {
  return core.nodes.flatMap((node) => (isGone(node) ? [] : [node.name]));
}
