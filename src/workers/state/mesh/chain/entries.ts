// What a chain is compiled from: the config entries about routing (spec/fsm.md, section 5). Names are looked up by whoever keeps
// the entries, without regard to case.

import type { ConfigEntry, EntryKind, EntryOf } from '../../../../wire/config-entries/entries.js';

export type ResolverEntry = EntryOf<'service-resolver'>;
type Element<L> = NonNullable<L> extends readonly (infer T)[] ? T : never;
export type ServiceRoute = Element<EntryOf<'service-router'>['Routes']>;
export type ServiceSplit = Element<EntryOf<'service-splitter'>['Splits']>;
export type HeaderModifiers = NonNullable<ServiceSplit['RequestHeaders']>;
export type ResolverFailover = NonNullable<ResolverEntry['Failover']>[string];

/** Where a redirect or a failover leads; what is empty stays as it is. */
export interface Rewrite {
  readonly Service: string;
  readonly ServiceSubset: string;
  readonly Datacenter: string;
  readonly Peer: string;
}

/** An entry by its kind and name. */
export type FindEntry = <K extends EntryKind>(kind: K, name: string) => EntryOf<K> | undefined;

/** The one name of `proxy-defaults`. */
export const GLOBAL = 'global';

export interface EntryGraph {
  readonly find: FindEntry;
  /** All of a kind, by name. */
  readonly all: <K extends EntryKind>(kind: K) => readonly EntryOf<K>[];
}

/** The entry that was written or deleted. */
export type ChangedEntry = Pick<ConfigEntry, 'Kind' | 'Name'>;
