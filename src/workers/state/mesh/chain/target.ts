// Where a chain ends: the instances of a service, or of a subset of it, in a datacenter or with a peer. Namespace and partition
// are always `default` here and stand in the names all the same.

import type { Rewrite } from './entries.js';

export interface Target {
  readonly service: string;
  /** "" = all instances. */
  readonly subset: string;
  /** "" of a peer's. */
  readonly datacenter: string;
  /** "" = this cluster's own. */
  readonly peer: string;
}

/** As names of nodes have it; a subset's stand before. */
const PLACE = 'default.default';

export function targetId({ service, subset, datacenter, peer }: Target): string {
  if (peer !== '') return `${service}.${PLACE}.external.${peer}`;
  const own = `${service}.${PLACE}.${datacenter}`;
  return subset === '' ? own : `${subset}.${own}`;
}

/** The name of a router's or a splitter's node, behind its type. */
export function serviceNodeName(service: string): string {
  return `${service}.${PLACE}`;
}

/** What a proxy shows for it when it connects. */
export function serverName({ service, subset, datacenter, peer }: Target, trustDomain: string): string {
  if (peer !== '') return `${service}.${PLACE}.${peer}.external.${trustDomain}`;
  const own = `${service}.default.${datacenter}.internal.${trustDomain}`;
  return subset === '' ? own : `${subset}.${own}`;
}

/** Another service begins without a subset, another place of the same one keeps it. */
export function rewritten(target: Target, { Service, ServiceSubset, Datacenter, Peer }: Rewrite): Target {
  const isOther = Service !== '' && Service !== target.service;
  const subset = ServiceSubset !== '' ? ServiceSubset : isOther ? '' : target.subset;
  const service = isOther ? Service : target.service;
  if (Peer !== '') return { service, subset, datacenter: '', peer: Peer };
  return Datacenter === ''
    ? { service, subset, datacenter: target.datacenter, peer: target.peer }
    : { service, subset, datacenter: Datacenter, peer: '' };
}
