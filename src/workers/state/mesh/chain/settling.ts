// Which target is meant, once redirects and default subsets are followed. Every reference of an entry to a service goes through
// here: a redirect takes the place of a service wherever it is named. What was followed once is kept, so that all references
// together cost no more than all redirects do.

import type { FindEntry, ResolverEntry } from './entries.js';
import type { CommonProtocol } from './protocol.js';
import { rewritten, type Target, targetId } from './target.js';

export interface Settled {
  readonly id: string;
  readonly target: Target;
  /** None of a peer's: what happens there is that cluster's affair. */
  readonly resolver: ResolverEntry | undefined;
}

export class Settling {
  readonly #find: FindEntry;
  readonly #protocol: CommonProtocol;
  readonly #known = new Map<string, Settled>();

  constructor(find: FindEntry, protocol: CommonProtocol) {
    this.#find = find;
    this.#protocol = protocol;
  }

  /** A text says why there is none. */
  settle(from: Target): Settled | string {
    const followed = new Set<string>();
    let target = from;
    for (;;) {
      const id = targetId(target);
      const known = this.#known.get(id);
      if (known !== undefined) return this.#keep(followed, known);
      if (followed.has(id)) return circular(followed, id);
      followed.add(id);
      const next = this.#next(target, id);
      if (typeof next === 'string') return next;
      if ('id' in next) return this.#keep(followed, next);
      target = next;
    }
  }

  /** The target that stands in its place, or itself with all that is known of it. */
  #next(target: Target, id: string): Target | Settled | string {
    if (target.peer !== '') return { id, target, resolver: undefined };
    const problem = this.#protocol.meet(target.service);
    if (problem !== null) return problem;
    const resolver = this.#find('service-resolver', target.service);
    const isExternal = (this.#find('service-defaults', target.service)?.ExternalSNI ?? '') !== '';
    if (resolver === undefined) {
      return target.subset === '' ? { id, target, resolver } : noSubset(target);
    }
    const misuse = isExternal ? misuseOf(resolver, target.service) : null;
    if (misuse !== null) return misuse;
    if (resolver.Redirect !== null) {
      const next = rewritten(target, resolver.Redirect);
      // A redirect to another datacenter meets itself there.
      if (targetId(next) !== id) return next;
    }
    if (target.subset === '' && resolver.DefaultSubset !== '') return { ...target, subset: resolver.DefaultSubset };
    const isThere = target.subset === '' || Object.hasOwn(resolver.Subsets ?? {}, target.subset);
    return isThere ? { id, target, resolver } : noSubset(target);
  }

  #keep(followed: ReadonlySet<string>, settled: Settled): Settled {
    for (const id of followed) this.#known.set(id, settled);
    return settled;
  }
}

function noSubset({ service, subset }: Target): string {
  return `service "${service}" does not have a subset named "${subset}"`;
}

function circular(followed: ReadonlySet<string>, again: string): string {
  return `detected circular resolver redirect: [${[...followed, again].join(' -> ')}]`;
}

/** What is outside of the mesh has one name, which no subset and no other place could share. */
function misuseOf({ Subsets, Redirect, Failover }: ResolverEntry, service: string): string | null {
  const refuse = (what: string) =>
    `service "${service}" has an external SNI set; cannot define ${what} for external services`;
  if (Redirect !== null) return refuse('redirects');
  if (Object.keys(Subsets ?? {}).length > 0) return refuse('subsets');
  return Object.keys(Failover ?? {}).length > 0 ? refuse('failover') : null;
}
