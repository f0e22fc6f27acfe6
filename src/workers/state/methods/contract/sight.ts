// What of an answer its asker may see. Lists are looked through before anything else is asked of them, in steps, and it is noted
// whether something was left out: the answer says so. Who may see everything has no sight, and its lists stay the store's own.

import type { CheckRecord } from '../../../../wire/records.js';
import type { Authorizer, NeededRule } from '../../acl/access.js';
import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import type { Steps } from '../../turns/turns.js';

/** Items of one step: some tenths of a millisecond. */
const ITEMS_PER_STEP = 512;

export class Sight {
  readonly authorizer: Authorizer;
  #hasHidden = false;
  /** Instances of a service come together. */
  #lastService = '';
  #seesLast: boolean | null = null;

  constructor(authorizer: Authorizer) {
    this.authorizer = authorizer;
  }

  /** Something was left out, and the asker is told: not so whoever has no token (recorded). */
  get tellsHidden(): boolean {
    return this.#hasHidden && this.authorizer.accessor !== ANONYMOUS_ACCESSOR;
  }

  hide(): void {
    this.#hasHidden = true;
  }

  node(name: string): boolean {
    return this.authorizer.allows('node:read', name);
  }

  service(name: string): boolean {
    if (this.#seesLast === null || name !== this.#lastService) {
      this.#seesLast = this.authorizer.allows('service:read', name);
      this.#lastService = name;
    }
    return this.#seesLast;
  }

  instance(node: string, service: string): boolean {
    return this.service(service) && this.node(node);
  }

  /** One of the node itself is seen with the node. */
  check({ Node, ServiceName }: CheckRecord): boolean {
    return (ServiceName === '' || this.service(ServiceName)) && this.node(Node);
  }

  /** `item` if it is seen, else what stands for nothing. */
  one<Item, Nothing>(item: Item, isSeen: boolean, nothing: Nothing): Item | Nothing {
    if (!isSeen) this.hide();
    return isSeen ? item : nothing;
  }

  /** The items that are seen: `items` itself where all are. */
  *keep<Item>(items: readonly Item[], isSeen: (item: Item) => boolean): Steps<readonly Item[]> {
    let kept: Item[] | null = null;
    for (const [at, item] of items.entries()) {
      if (!isSeen(item)) kept ??= items.slice(0, at);
      else kept?.push(item);
      if (at % ITEMS_PER_STEP === ITEMS_PER_STEP - 1) yield;
    }
    if (kept === null) return items;
    this.hide();
    return kept;
  }

  /** At once: of what is short, or is gone through in steps already. */
  keepNow<Item>(items: readonly Item[], isSeen: (item: Item) => boolean): readonly Item[] {
    if (items.every(isSeen)) return items;
    this.hide();
    return items.filter(isSeen);
  }
}

/** null: it may see everything that these rules are asked for. */
export function sightOf(authorizer: Authorizer, ...rules: readonly NeededRule[]): Sight | null {
  if (authorizer.isUnlimited || rules.every((rule) => authorizer.allowsAll(rule, ''))) return null;
  return new Sight(authorizer);
}

/** What a read of a value has of a sight. */
export interface Seeing<Value> {
  readonly sight?: Sight;
  visible?(value: Value): Steps<Value>;
}

const EVERYTHING: Seeing<never> = {};

export function seen<Value>(sight: Sight | null, visible: (value: Value, sight: Sight) => Steps<Value>): Seeing<Value> {
  return sight === null ? EVERYTHING : { sight, visible: (value) => visible(value, sight) };
}

/** Of a list. */
export function seenItems<Item>(
  sight: Sight | null,
  isSeen: (sight: Sight, item: Item) => boolean,
): Seeing<readonly Item[]> {
  return sight === null ? EVERYTHING : { sight, visible: (items) => sight.keep(items, (item) => isSeen(sight, item)) };
}

/** Of a record that may not be there; null as well where it isn't seen. */
export function seenRecord<Item>(
  sight: Sight | null,
  isSeen: (sight: Sight, item: Item) => boolean,
): Seeing<Item | null> {
  if (sight === null) return EVERYTHING;
  return {
    sight,
    // biome-ignore lint/correctness/useYield: there is but one step
    *visible(item) {
      return item === null ? null : sight.one(item, isSeen(sight, item), null);
    },
  };
}
