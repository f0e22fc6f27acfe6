// Serf's three queues of what is to be spread (spec/gossip.md, sections 8, 10 and 16). What others send must not make them
// grow: far above its limit a queue is cut at once, not only at the next check.

import { BroadcastQueue } from '../../core/queue.js';
import { retransmitLimit } from '../../core/scale.js';
import type { GossipSettings } from '../../core/settings.js';
import type { SerfSettings } from './options.js';

/** Type byte, place in the compound's table, and the compound's own two bytes. */
const PACKET_OVERHEAD = 5;

export type QueueName = 'intents' | 'queries' | 'events';

/** In the order in which they fill a packet. */
const QUEUES: readonly { readonly name: QueueName; readonly label: string }[] = [
  { name: 'intents', label: 'Intent' },
  { name: 'queries', label: 'Query' },
  { name: 'events', label: 'Event' },
];

export interface BroadcastsOptions {
  readonly serf: SerfSettings;
  readonly gossip: GossipSettings;
  readonly layerOverhead: () => number;
  readonly memberCount: () => number;
}

export class Broadcasts {
  readonly #options: BroadcastsOptions;
  readonly #queues: { readonly [name in QueueName]: BroadcastQueue } = {
    intents: new BroadcastQueue(),
    queries: new BroadcastQueue(),
    events: new BroadcastQueue(),
  };

  constructor(options: BroadcastsOptions) {
    this.#options = options;
  }

  lengthOf(name: QueueName): number {
    return this.#queues[name].length;
  }

  get #most(): number {
    const { serf, memberCount } = this.#options;
    return serf.minQueueDepth > 0 ? Math.max(serf.minQueueDepth, 2 * memberCount()) : serf.maxQueueDepth;
  }

  /** `onFinished` as in the queue. One that fits no packet would wait for ever: it is dropped. */
  spread(name: QueueName, message: Uint8Array, onFinished?: () => void): void {
    const { gossip, layerOverhead } = this.#options;
    if (message.length > gossip.packetBytes - PACKET_OVERHEAD - layerOverhead()) {
      onFinished?.();
      return;
    }
    const queue = this.#queues[name];
    queue.queue(onFinished === undefined ? { key: null, message } : { key: null, message, onFinished });
    const most = this.#most;
    if (queue.length > 2 * most) queue.prune(most);
  }

  /** For one packet: `limit` bytes in which each message costs `overhead` bytes more. */
  take(overhead: number, limit: number): Uint8Array[] {
    const transmitLimit = retransmitLimit(this.#options.gossip.retransmitMult, this.#options.memberCount());
    const taken: Uint8Array[] = [];
    let free = limit;
    for (const { name } of QUEUES) {
      for (const message of this.#queues[name].take(overhead, free, transmitLimit)) {
        taken.push(message);
        free -= message.length + overhead;
      }
    }
    return taken;
  }

  check(warn: (text: string) => void): void {
    const most = this.#most;
    for (const { name, label } of QUEUES) {
      const queue = this.#queues[name];
      const depth = queue.length;
      if (depth >= this.#options.serf.queueDepthWarning) warn(`${label} queue depth: ${depth}`);
      if (depth <= most) continue;
      warn(`${label} queue depth (${depth}) exceeds limit (${most}), dropping messages!`);
      queue.prune(most);
    }
  }
}
