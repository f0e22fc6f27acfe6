// What main tells the state worker of the gossip pools, and what the state worker may ask of them. The pools live in main;
// the API shows copies that are kept up to date by changes, many in one message, never by whole lists.

import type { CoordinateRecord } from './records.js';
import type { Uint64 } from './uint64.js';

export type PoolName = 'lan' | 'wan';

/** Serf's numbers of a member's status, as the API shows them. */
export const MEMBER_STATUS = { none: 0, alive: 1, leaving: 2, left: 3, failed: 4 } as const;

const STATUS_NAMES: readonly string[] = Object.keys(MEMBER_STATUS);

/** A number that stands for nothing is none. */
export function memberStatusName(status: number): string {
  return STATUS_NAMES[status] ?? 'none';
}

export function memberStatusCalled(name: string): number {
  return Math.max(STATUS_NAMES.indexOf(name), MEMBER_STATUS.none);
}

/** A member of a pool as the API shows it. */
export interface Member {
  readonly name: string;
  /** IP address in text. */
  readonly address: string;
  readonly port: number;
  /** The tags as JSON text, keys sorted: one string of a member is much smaller than an object, and shown as it is. */
  readonly tags: string;
  /** A value of {@link MEMBER_STATUS}. */
  readonly status: number;
  readonly protocolMin: number;
  readonly protocolMax: number;
  readonly protocolCurrent: number;
  readonly delegateMin: number;
  readonly delegateMax: number;
  readonly delegateCurrent: number;
  /** A lictor server that takes packed requests of Raft's; its tag for that isn't among {@link tags}, since Consul has none. */
  readonly takesPackedLog?: true;
}

/** What happened in a pool since the last message, in order of names. */
export interface MemberChanges {
  readonly pool: PoolName;
  /** New or changed members. */
  readonly changed: readonly Member[];
  /** Names of members that are forgotten (reaped or pruned). */
  readonly removed: readonly string[];
}

export type Coordinate = CoordinateRecord['Coord'];

/** A user event as it came in over the LAN pool; the filters are the receiver's to apply. */
export interface FiredEvent {
  readonly id: string;
  readonly name: string;
  readonly payload: Uint8Array | null;
  /** Regular expressions, "" for none. */
  readonly nodeFilter: string;
  readonly serviceFilter: string;
  readonly tagFilter: string;
  readonly version: number;
  readonly lTime: Uint64;
}

export type KeyringOperation = 'list' | 'install' | 'use' | 'remove';

/** One pool's answers to a keyring operation, counted. */
export interface KeyringAnswer {
  readonly pool: PoolName;
  readonly numNodes: number;
  /** By node: failures and remarks. */
  readonly messages: { readonly [node: string]: string };
  /** Base64 key → number of nodes that have it. */
  readonly keys: { readonly [key: string]: number };
  readonly primaryKeys: { readonly [key: string]: number };
  /** "" for success, else Serf's text: `1/2 nodes reported failure`. */
  readonly error: string;
}

/** A pool's figures in `info`, by Serf's names. */
export type PoolFigures = { readonly [name: string]: string };
