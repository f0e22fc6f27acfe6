// NS and SOA of the zone (spec/dns.md, section 2): answered for any name in it, from the healthy servers.

import { SERVER_SERVICE } from '../../../../wire/leader-registration.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { parseAddress } from '../message/address.js';
import { answer, type Item } from '../message/answer.js';
import { Name } from '../message/name.js';
import { Type } from '../message/protocol.js';
import { addressRecord, nameRecord } from '../message/record.js';
import { type LookupContext, nodeTtl, type Resolved, refusedAnswer } from './lookup-context.js';
import { type AskedZone, nodeName } from './zone.js';

const MAX_NAME_SERVERS = 3;

function isHostName(node: string): boolean {
  return /^[A-Za-z0-9-]+$/.test(node);
}

export function nameServers(context: LookupContext, zone: AskedZone, type: number): Resolved {
  const { reads, config, datacenter, zones } = context;
  const read = reads.instances(SERVER_SERVICE, 'service', datacenter);
  if (isRefusal(read)) return refusedAnswer(read);
  const { value: entries, isCurrent } = read;
  const owner = new Name(zone.tail.wire, zone.tail.echoed);
  const ttl = nodeTtl(config);
  const items: Item[] = [];
  for (const { node, service, checks } of entries) {
    if (!isHostName(node.Node) || checks.some((check) => check.Status === 'critical')) continue;
    const target = nodeName(node.Node.toLowerCase(), datacenter, zone.canonical);
    if (target === null) continue;
    const address = parseAddress(service.Address === '' ? node.Address : service.Address);
    items.push({
      record: nameRecord(owner, Type.NS, target, ttl),
      additional: address === null ? [] : [addressRecord(target, address, ttl)],
    });
  }
  const shared = { items, itemLimit: MAX_NAME_SERVERS };
  if (type === Type.NS) return { answer: answer(shared), isCurrent, records: entries.length };
  // Asked for itself, the SOA is the main domain's, also when the alternative domain was asked about.
  return {
    answer: answer({ ...shared, answers: [zones.soa], itemsIn: 'authority' }),
    isCurrent,
    records: entries.length,
  };
}
