// The numbers of a pool (spec/gossip.md, section 9) and the ones Consul uses (section 20). Every time is in milliseconds.

export interface GossipSettings {
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly indirectChecks: number;
  /** Whether a target that doesn't answer packets is tried over a stream. */
  readonly isStreamPingEnabled: boolean;
  /** The health score stays below this. */
  readonly awarenessMax: number;
  readonly suspicionMult: number;
  readonly suspicionMaxMult: number;
  readonly gossipIntervalMs: number;
  readonly gossipNodes: number;
  /** How long the dead are still told what is going on; afterwards they are forgotten. */
  readonly gossipToTheDeadMs: number;
  readonly retransmitMult: number;
  /** 0: no periodic exchange. */
  readonly pushPullIntervalMs: number;
  /** For dialling, and again for the whole exchange. */
  readonly streamTimeoutMs: number;
  /** After this time a dead node's name may come back with another address; 0: never. */
  readonly deadNodeReclaimMs: number;
  /** Packets are filled up to this, the layers around them included. */
  readonly packetBytes: number;
  /** Nodes the table takes, so that a sender of made-up names can't fill the memory. */
  readonly mostNodes: number;
}

/** memberlist's profile for local networks. */
export const LAN: GossipSettings = {
  probeIntervalMs: 1000,
  probeTimeoutMs: 500,
  indirectChecks: 3,
  isStreamPingEnabled: true,
  awarenessMax: 8,
  suspicionMult: 4,
  suspicionMaxMult: 6,
  gossipIntervalMs: 200,
  gossipNodes: 3,
  gossipToTheDeadMs: 30_000,
  retransmitMult: 4,
  pushPullIntervalMs: 30_000,
  streamTimeoutMs: 10_000,
  deadNodeReclaimMs: 0,
  packetBytes: 1400,
  mostNodes: 131_072,
};

/** memberlist's profile for wide area networks. */
export const WAN: GossipSettings = {
  ...LAN,
  probeIntervalMs: 5000,
  probeTimeoutMs: 3000,
  suspicionMult: 6,
  gossipIntervalMs: 500,
  gossipNodes: 4,
  gossipToTheDeadMs: 60_000,
  pushPullIntervalMs: 60_000,
  streamTimeoutMs: 30_000,
};

/** Consul's pool of one datacenter. */
export const CONSUL_LAN: GossipSettings = { ...LAN, deadNodeReclaimMs: 30_000 };

/** Consul's pool of servers of all datacenters. */
export const CONSUL_WAN: GossipSettings = { ...WAN, gossipNodes: 3, deadNodeReclaimMs: 30_000 };

/** What Consul's development mode changes in both. */
export const DEVELOPMENT = {
  gossipIntervalMs: 100,
  probeIntervalMs: 100,
  probeTimeoutMs: 100,
  suspicionMult: 3,
} as const;
