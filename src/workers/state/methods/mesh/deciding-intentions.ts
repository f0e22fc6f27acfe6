// Which intention decides about two services, for who asks about many pairs one after the other: those of the destination that was
// asked for last are kept in order.

import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';
import { intentionsOf } from '../../mesh/intentions/from-entry.js';
import { allowsConnections, firstFrom } from '../../mesh/intentions/match.js';
import { comparePrecedence } from '../../mesh/intentions/precedence.js';
import type { StoreReads } from '../../replica/store/read-api.js';

export const WILDCARD = '*';
const INTENTIONS = 'service-intentions';

export class DecidingIntentions {
  readonly #store: StoreReads;
  readonly #ofAll: readonly IntentionRecord[];
  #ofOne: { readonly destination: string; readonly sorted: readonly IntentionRecord[] } | null = null;

  constructor(store: StoreReads) {
    this.#store = store;
    this.#ofAll = this.#sorted(WILDCARD);
  }

  /** What is said of a service counts more than what is said of all. */
  of(source: string, destination: string): IntentionRecord | undefined {
    if (this.#ofOne?.destination !== destination) this.#ofOne = { destination, sorted: this.#sorted(destination) };
    return firstFrom(this.#ofOne.sorted, source) ?? firstFrom(this.#ofAll, source);
  }

  #sorted(destination: string): readonly IntentionRecord[] {
    const entry = this.#store.configEntries.get(INTENTIONS, destination).value;
    return entry === null ? [] : [...intentionsOf(entry)].sort(comparePrecedence);
  }
}

/** Where connections can be of use. What depends on the request is allowed for some of them. */
export function isUsable(deciding: IntentionRecord | undefined, isAllowedByDefault: boolean): boolean {
  if (deciding === undefined) return isAllowedByDefault;
  return allowsConnections(deciding) || (deciding.Permissions ?? []).length > 0;
}
