// Whose right it is to change what is in the catalog. What a change takes the place of counts as what it brings: a service's token
// can't take over another one's ID, nor a check that is the node's. Names are found whatever their case, so a record's own is judged.

import type { CheckRecord, NodeRecord } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import { denial, type Refusal } from '../contract/refusal.js';

/** The node of that name, and the one that has the ID now. */
export function nodeDenial(authorizer: Authorizer, store: StoreReads, id: string, name: string): Refusal | null {
  if (authorizer.isUnlimited) return null;
  const { catalog } = store;
  const names = new Set([name]);
  for (const stored of [catalog.node(name), id === '' ? undefined : catalog.nodeById(id)]) {
    if (stored !== undefined) names.add(stored.Node);
  }
  return firstDenial([...names].map((one) => denial(authorizer, 'node:write', one)));
}

/** The service, and what has its ID on the node now. `service`: "" where only the ID is given. */
export function serviceDenial(
  authorizer: Authorizer,
  { catalog }: StoreReads,
  node: string,
  id: string,
  service: string,
): Refusal | null {
  if (authorizer.isUnlimited) return null;
  const stored = catalog.nodeService(node, id === '' ? service : id)?.Service;
  if (service === '') return denial(authorizer, 'service:write', stored ?? '');
  const denied = denial(authorizer, 'service:write', service);
  return denied ?? (stored === undefined ? null : denial(authorizer, 'service:write', stored));
}

/** The node or the service that the check is of, and that it is of now. */
export function checkDenial(
  authorizer: Authorizer,
  { catalog }: StoreReads,
  given: CheckRecord,
  /** A service that comes with it. */
  coming: { readonly id: string; readonly name: string } | null = null,
): Refusal | null {
  if (authorizer.isUnlimited) return null;
  const { Node, CheckID, ServiceID, ServiceName } = given;
  const known = catalog.nodeService(Node, ServiceID)?.Service;
  const named = known ?? (coming !== null && coming.id === ServiceID ? coming.name : ServiceName);
  const denied = ServiceID === '' ? denial(authorizer, 'node:write', Node) : denial(authorizer, 'service:write', named);
  if (denied !== null) return denied;
  const stored = catalog.check(Node, CheckID);
  return stored === undefined ? null : ownerDenial(authorizer, stored);
}

/** Of a check as it is stored. */
export function ownerDenial(authorizer: Authorizer, { Node, ServiceID, ServiceName }: CheckRecord): Refusal | null {
  return ServiceID === '' ? denial(authorizer, 'node:write', Node) : denial(authorizer, 'service:write', ServiceName);
}

function firstDenial(denials: readonly (Refusal | null)[]): Refusal | null {
  return denials.find((one) => one !== null) ?? null;
}

/** Whether a registration says anything of its node that isn't so already. */
export function changesNode(
  stored: NodeRecord | undefined,
  given: {
    readonly ID: string;
    readonly Node: string;
    readonly Address: string;
    readonly TaggedAddresses: NodeRecord['TaggedAddresses'];
    readonly NodeMeta: NodeRecord['Meta'];
    readonly SkipNodeUpdate: boolean;
    readonly Locality: NodeRecord['Locality'];
  },
): boolean {
  if (stored === undefined) return true;
  if (given.SkipNodeUpdate) return false;
  return (
    (given.ID !== '' && given.ID !== stored.ID) ||
    given.Node !== stored.Node ||
    given.Address !== stored.Address ||
    !areSameMaps(given.TaggedAddresses, stored.TaggedAddresses) ||
    !areSameMaps(given.NodeMeta, stored.Meta) ||
    given.Locality?.Region !== stored.Locality?.Region ||
    given.Locality?.Zone !== stored.Locality?.Zone
  );
}

/** An empty map is as good as none. */
function areSameMaps(one: NodeRecord['Meta'], other: NodeRecord['Meta']): boolean {
  const entries = Object.entries(one ?? {});
  const others = other ?? {};
  return (
    entries.length === Object.keys(others).length &&
    entries.every(([key, value]) => Object.hasOwn(others, key) && others[key] === value)
  );
}
