// What the state worker may order of the consensus beside entries: changes of who is in the cluster, by gossip, autopilot and
// operators, and that leadership be handed over. And the configuration, as it is shown to them.

export type RaftSuffrage = 'voter' | 'nonvoter' | 'staging';

export interface RaftPeer {
  readonly suffrage: RaftSuffrage;
  /** The node ID. */
  readonly id: string;
  /** `host:port` of Raft and RPC. */
  readonly address: string;
}

/** The latest configuration, committed or not, and the index of its entry. */
export interface RaftConfiguration {
  readonly index: number;
  readonly peers: readonly RaftPeer[];
}

export type RaftOrder =
  /** A new server gets a vote, a known one too; its address becomes this one. */
  | { readonly order: 'add-voter'; readonly id: string; readonly address: string }
  /** A new server without a vote; a known one keeps what it has, at this address. */
  | { readonly order: 'add-nonvoter'; readonly id: string; readonly address: string }
  /** Its vote is taken away. */
  | { readonly order: 'demote'; readonly id: string }
  | { readonly order: 'remove'; readonly id: string }
  /** null: to the voter that holds most. */
  | { readonly order: 'transfer'; readonly id: string | null }
  /** A server without any state begins a cluster of these; each of them may do so at the same time. */
  | { readonly order: 'bootstrap'; readonly peers: readonly RaftPeer[] };
