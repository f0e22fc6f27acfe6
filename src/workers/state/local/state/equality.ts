// When two definitions are the same to anti-entropy (spec/agent.md section 2, "Comparison"): the listed fields by content,
// a nil list or map equal to an empty one.

import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

function sameMembers(a: object, b: object): boolean {
  for (const name in a) if (!sameContent(Reflect.get(a, name), Reflect.get(b, name))) return false;
  // Not `in`: a key may be called like something that every object has.
  for (const name in b) if (!Object.hasOwn(a, name) && !isEmpty(Reflect.get(b, name))) return false;
  return true;
}

/** Null, primitives, arrays and plain objects by content; null equals an empty list or map. */
export function sameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return isEmpty(a) && isEmpty(b);
  if (a === null || b === null) return isEmpty(a) && isEmpty(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: unknown, index) => sameContent(item, b[index]));
  }
  return sameMembers(a, b);
}

export function sameService(a: ServiceRecord, b: ServiceRecord): boolean {
  return (
    a.ID === b.ID &&
    a.Service === b.Service &&
    a.Address === b.Address &&
    a.Port === b.Port &&
    a.SocketPath === b.SocketPath &&
    a.EnableTagOverride === b.EnableTagOverride &&
    a.Kind === b.Kind &&
    sameContent(a.Tags, b.Tags) &&
    sameContent(a.Ports, b.Ports) &&
    sameContent(a.Weights, b.Weights) &&
    sameContent(a.Meta, b.Meta) &&
    sameContent(a.TaggedAddresses, b.TaggedAddresses) &&
    sameContent(a.Proxy, b.Proxy) &&
    sameContent(a.Connect, b.Connect) &&
    sameContent(a.Locality, b.Locality)
  );
}

export function sameCheck(a: CheckRecord, b: CheckRecord): boolean {
  return a.Output === b.Output && sameCheckButOutput(a, b);
}

/** For a check whose output is deferred: the catalog may still have the one before. */
export function sameCheckButOutput(a: CheckRecord, b: CheckRecord): boolean {
  return (
    a.CheckID === b.CheckID &&
    a.Status === b.Status &&
    a.Name === b.Name &&
    a.Notes === b.Notes &&
    a.ServiceID === b.ServiceID &&
    a.ServiceName === b.ServiceName &&
    (a.Node === b.Node || a.Node.toLowerCase() === b.Node.toLowerCase()) &&
    sameContent(a.ServiceTags, b.ServiceTags) &&
    sameContent(a.Definition, b.Definition)
  );
}
