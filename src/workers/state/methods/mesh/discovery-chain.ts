// DiscoveryChain.Get: the chain of a service, compiled from the entries as they are now. A blocking query waits for those entries
// alone that were looked at, and for another chain.

import type { EntryKind, EntryOf } from '../../../../wire/config-entries/entries.js';
import { formJson } from '../../../../wire/config-entries/json.js';
import type { CompiledChain } from '../../../../wire/mesh/compiled-chain.js';
import { compiledChain } from '../../../../wire/mesh/compiled-chain.js';
import { visibleAddress } from '../../../../wire/mesh/virtual-ip.js';
import { type ChainResult, compileChain } from '../../mesh/chain/compile.js';
import type { Overrides } from '../../mesh/chain/overrides.js';
import type { ReadResult, StoreReads, WatchTarget } from '../../replica/store/read-api.js';
import type { PreparedRead, ReadMethod } from '../contract/method.js';
import { denial } from '../contract/refusal.js';
import { unchangedAs } from '../contract/unchanged.js';

export interface ChainQuestion {
  readonly service: string;
  /** Where the chain is looked at from. */
  readonly datacenter: string;
  readonly overrides: Overrides;
}

/** Stored entries may be at odds with each other in a way that only shows from here. */
export type FoundChain = ChainResult;

class ChainRead implements PreparedRead<FoundChain> {
  readonly #store: StoreReads;
  readonly #question: ChainQuestion;
  readonly missing = unchangedAs(isSameChain);
  /** What the last compilation looked at. */
  #lookedAt: readonly WatchTarget[] = [];

  constructor(store: StoreReads, question: ChainQuestion) {
    this.#store = store;
    this.#question = question;
  }

  read(): ReadResult<FoundChain> {
    const { configEntries, targets, authority, virtualIps } = this.#store;
    const lookedAt = new Map<string, readonly WatchTarget[]>();
    const find = <K extends EntryKind>(kind: K, name: string): EntryOf<K> | undefined => {
      const key = `${kind}/${name}`;
      if (!lookedAt.has(key)) lookedAt.set(key, targets.configEntry(kind, name));
      return configEntries.get(kind, name).value ?? undefined;
    };
    const addresses = virtualIps.find(this.#question.service, '').value;
    const value = compileChain(find, {
      ...this.#question,
      trustDomain: authority.state().value.trustDomain,
      autoVirtualIps: addresses && [visibleAddress(addresses.IP)],
      manualVirtualIps: addresses && (addresses.ManualIPs ?? []),
    });
    this.#lookedAt = [...targets.virtualIps(), ...[...lookedAt.values()].flat()];
    return { index: Math.max(this.#store.index('config-entries'), addresses?.ModifyIndex ?? 0), value };
  }

  watch(): readonly WatchTarget[] {
    return this.#lookedAt;
  }
}

function isSameChain(now: FoundChain, before: FoundChain): boolean {
  if (now.ok && before.ok) return textOf(now.chain) === textOf(before.chain);
  return !now.ok && !before.ok && now.error === before.error;
}

function textOf(chain: CompiledChain): string {
  return formJson(compiledChain, chain);
}

export const discoveryChain: ReadMethod<ChainQuestion, FoundChain> = {
  name: 'DiscoveryChain.Get',
  prepare: (store, question, authorizer) =>
    denial(authorizer, 'service:read', question.service) ?? new ChainRead(store, question),
};
