// What others reach instead: with `translate_wan_addrs`, answers of another datacenter have the WAN addresses of its nodes and
// services where they are registered with one.

import type { NodeRecord, ServiceRecord } from '../../../../wire/records.js';
import type { NodeServices, ServiceInstance } from './catalog.js';
import type { HealthEntry } from './health.js';

const WAN = 'wan';

export function wanNode(node: NodeRecord): NodeRecord {
  const Address = node.TaggedAddresses?.[WAN] ?? '';
  return Address === '' || Address === node.Address ? node : { ...node, Address };
}

export function wanService(service: ServiceRecord): ServiceRecord {
  const wan = service.TaggedAddresses?.[WAN];
  if (wan === undefined) return service;
  const Address = wan.Address === '' ? service.Address : wan.Address;
  const Port = wan.Port === 0 ? service.Port : wan.Port;
  return { ...service, Address, Port };
}

export function wanInstance({ node, service }: ServiceInstance): ServiceInstance {
  return { node: wanNode(node), service: wanService(service) };
}

export function wanEntry({ node, service, checks }: HealthEntry): HealthEntry {
  return { node: wanNode(node), service: wanService(service), checks };
}

export function wanNodeServices(value: NodeServices | null): NodeServices | null {
  return value === null ? null : { node: wanNode(value.node), services: value.services.map(wanService) };
}
