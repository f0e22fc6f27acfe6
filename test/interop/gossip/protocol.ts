// What the driver and the node processes of these tests say to each other, a JSON value per line: commands go to standard
// input, results and events come from standard output. Both node programs (lictor-node.ts and go/) speak it.

export type NodeKind = 'serf' | 'memberlist';

export interface Timing {
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly gossipIntervalMs: number;
  readonly pushPullIntervalMs: number;
  readonly suspicionMult: number;
  readonly reconnectIntervalMs: number;
  readonly propagateDelayMs: number;
}

export interface NodeOptions {
  readonly kind: NodeKind;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tags: Readonly<Record<string, string>>;
  /** In base64, the primary one first; none: not encrypted. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly timing: Timing;
  /** Path of the snapshot file, "" for none. */
  readonly snapshot: string;
  readonly rejoinAfterLeave: boolean;
  /** Events of one name within this time are told once when they allow it. 0: each is told. */
  readonly userCoalesceMs: number;
}

export interface QueryOptions {
  readonly name: string;
  readonly payload: string;
  readonly timeoutMs: number;
  readonly filterNodes: readonly string[];
  /** Tag to regular expression. */
  readonly filterTags: Readonly<Record<string, string>>;
  readonly requestAck: boolean;
  readonly relayFactor: number;
}

export type KeyOperation = 'install' | 'use' | 'remove' | 'list';

export type Command =
  | { readonly do: 'start'; readonly options: NodeOptions }
  | { readonly do: 'members' }
  | { readonly do: 'join'; readonly addresses: readonly string[] }
  | { readonly do: 'event'; readonly name: string; readonly payload: string; readonly coalesce: boolean }
  | { readonly do: 'query'; readonly query: QueryOptions }
  | { readonly do: 'tags'; readonly tags: Readonly<Record<string, string>> }
  | { readonly do: 'key'; readonly operation: KeyOperation; readonly key: string }
  | { readonly do: 'forceLeave'; readonly name: string; readonly prune: boolean }
  | { readonly do: 'leave' }
  /** Stopped without a word to the others. */
  | { readonly do: 'kill' };

/** A command as it is sent: with a number for its result and the node it is for. */
export type SentCommand = Command & { readonly id: number; readonly node: string };

export interface Member {
  readonly name: string;
  /** `gone`: left or failed; the stock memberlist doesn't tell which. */
  readonly status: 'alive' | 'leaving' | 'left' | 'failed' | 'none' | 'gone';
  readonly tags: Readonly<Record<string, string>>;
}

export interface QueryAnswers {
  readonly acks: readonly string[];
  /** Node to payload. Every node answers with "<name>: <payload of the query>". */
  readonly responses: Readonly<Record<string, string>>;
}

export interface KeyAnswers {
  readonly nodes: number;
  readonly responses: number;
  readonly errors: number;
  readonly messages: Readonly<Record<string, string>> | null;
  /** Key to the number of nodes that have it. */
  readonly keys: Readonly<Record<string, number>> | null;
  readonly primaryKeys: Readonly<Record<string, number>> | null;
}

/** What a node tells of its own accord. */
export type NodeEvent =
  | { readonly event: 'user'; readonly name: string; readonly payload: string; readonly coalesce: boolean }
  | { readonly event: 'query'; readonly name: string; readonly payload: string; readonly from: string }
  | {
      readonly event: 'member-join' | 'member-leave' | 'member-failed' | 'member-update' | 'member-reap';
      readonly members: readonly string[];
    }
  | { readonly event: 'problem'; readonly text: string };

export type Told =
  | { readonly id: number; readonly result?: unknown; readonly error?: string }
  | ({ readonly node: string } & NodeEvent);

/** A member of a test's pool, whatever program runs it. */
export interface Peer {
  readonly name: string;
  /** `ip:port` of its gossip. */
  readonly address: string;
  members(): Promise<readonly Member[]>;
  /** How many of the addresses were joined. */
  join(addresses: readonly string[]): Promise<number>;
  event(name: string, payload: string, coalesce: boolean): Promise<void>;
  query(query: QueryOptions): Promise<QueryAnswers>;
  setTags(tags: Readonly<Record<string, string>>): Promise<void>;
  key(operation: KeyOperation, key: string): Promise<KeyAnswers>;
  forceLeave(name: string, prune: boolean): Promise<void>;
  /** Leaves and ends. */
  leave(): Promise<void>;
  /** `name=payload` of the user events it was told, in order. */
  userEvents(): readonly string[];
  /** What it logged last. */
  log(): string;
}
