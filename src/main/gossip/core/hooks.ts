// What the core asks the layer above (Serf) in the middle of its work. The answers must be given at once, but for those that
// concern a whole pool: these come in steps of a millisecond or two.

import type { PushPullNode } from '../wire/messages.js';
import { atOnce } from '../wire/steps.js';
import type { NodeInfo } from './node.js';

export interface GossipHooks {
  /** Why no alive message in a packet from there is believed, null when it may be; other messages may come from anywhere. */
  refuseSource(ip: Uint8Array): string | null;
  /**
   * Why a member is not taken in, null when it is. `isJudged`: it is of a list that `refuseMerge` let pass. Without this hook,
   * version bytes may be missing, too.
   */
  readonly refuseAlive: ((node: NodeInfo, isJudged: boolean) => string | null) | null;
  /** The same for all nodes of a push/pull that somebody joins by. */
  refuseMerge(nodes: readonly PushPullNode[]): Generator<void, string | null>;
  /** Goes out with every ack: Serf's coordinate. */
  ackPayload(): Uint8Array | null;
  /** User messages to be spread, for `limit` bytes in which each costs `overhead` bytes more. */
  broadcasts(overhead: number, limit: number): readonly Uint8Array[];
  /** Goes out with every push/pull. */
  localState(isJoin: boolean): Generator<void, Uint8Array | null>;
}

/** A pool without anything above it. */
export const NO_HOOKS: GossipHooks = {
  refuseSource: () => null,
  refuseAlive: null,
  refuseMerge: () => atOnce(null),
  ackPayload: () => null,
  broadcasts: () => [],
  localState: () => atOnce(null),
};
