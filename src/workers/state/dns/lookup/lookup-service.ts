// The instances of a service as addresses or SRV records (spec/dns.md, section 2).

import type { CheckRecord } from '../../../../wire/records.js';
import { portOf } from '../../../../wire/service-ports.js';
import type { HealthEntry } from '../../methods/catalog/health.js';
import { wanEntry } from '../../methods/catalog/wan-addresses.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { parseAddress } from '../message/address.js';
import { type Answer, answer, type Item } from '../message/answer.js';
import { type Name, nameFromText, type Tail } from '../message/name.js';
import { Rcode, Type } from '../message/protocol.js';
import { addressName, addressRecord, nameRecord, type ResourceRecord, srvRecord } from '../message/record.js';
import { isTranslated, type LookupContext, type Resolved, refusedIn } from './lookup-context.js';
import { metaRecords } from './node-meta.js';
import { type AskedZone, datacenterTail, nodeName } from './zone.js';
import type { ZoneQuestion } from './zone-name.js';

type ServiceQuestion = Extract<ZoneQuestion, { kind: 'service' }>;

/** The worst status among the checks; no checks are passing. */
function worstStatus(checks: readonly CheckRecord[]): 'passing' | 'warning' | 'critical' {
  let worst: 'passing' | 'warning' = 'passing';
  for (const check of checks) {
    if (check.Status === 'critical') return 'critical';
    if (check.Status !== 'passing') worst = 'warning';
  }
  return worst;
}

function hasTag(entry: HealthEntry, tag: string): boolean {
  return tag === '' || (entry.service.Tags?.some((own) => own.toLowerCase() === tag) ?? false);
}

function isHealthy(entry: HealthEntry, onlyPassing: boolean): boolean {
  const status = worstStatus(entry.checks);
  return status === 'passing' || (status === 'warning' && !onlyPassing);
}

function addressOf(entry: HealthEntry): string {
  return entry.service.Address === '' ? entry.node.Address : entry.service.Address;
}

function weightOf(entry: HealthEntry): number {
  const weights = entry.service.Weights;
  if (weights === null) return 1;
  return worstStatus(entry.checks) === 'warning' ? weights.Warning : weights.Passing;
}

/** One address record for each distinct address of the family; a host name only where no address was found. */
function addressItems(entries: readonly HealthEntry[], type: number, ttl: number): Item[] {
  const items = new Map<string, Item>();
  let alias: Item | null = null;
  for (const entry of entries) {
    const text = addressOf(entry);
    if (items.has(text)) continue;
    const address = parseAddress(text);
    if (address === null) {
      const host = text === '' ? null : nameFromText(text);
      if (host !== null) alias ??= { record: nameRecord(null, Type.CNAME, host, ttl), additional: [] };
      continue;
    }
    const record = addressRecord(null, address, ttl);
    const isWanted = type === Type.ANY || type === Type.TXT || type === record.type;
    if (isWanted) items.set(text, { record, additional: [] });
  }
  if (items.size > 0 || alias === null) return [...items.values()];
  return [alias];
}

class SrvNames {
  readonly #context: LookupContext;
  readonly #zone: AskedZone;
  readonly #tail: Tail;
  readonly #nodes = new Map<string, Name | null>();

  constructor(context: LookupContext, zone: AskedZone) {
    this.#context = context;
    this.#zone = zone;
    this.#tail = datacenterTail(context.datacenter, zone.tail);
  }

  node(name: string): Name | null {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const made = nodeName(name, this.#context.datacenter, this.#zone.tail);
    this.#nodes.set(name, made);
    return made;
  }

  address(bytes: Uint8Array): Name {
    return addressName(bytes, this.#tail);
  }
}

function srvItem(entry: HealthEntry, names: SrvNames, ttl: number, withMeta: boolean): Item | null {
  const { service, node } = entry;
  const address = parseAddress(addressOf(entry));
  const ofNode = names.node(node.Node);
  const target =
    address === null ? nameFromText(addressOf(entry)) : service.Address === '' ? ofNode : names.address(address);
  if (target === null) return null;
  const additional: ResourceRecord[] = address === null ? [] : [addressRecord(target, address, ttl)];
  if (withMeta && ofNode !== null) additional.push(...metaRecords(ofNode, node.Meta, ttl));
  return { record: srvRecord(weightOf(entry), portOf(service), target, ttl), additional };
}

/** One SRV record for each distinct node, service address and port. */
function srvItems(context: LookupContext, zone: AskedZone, entries: readonly HealthEntry[], ttl: number): Item[] {
  const names = new SrvNames(context, zone);
  const seen = new Set<string>();
  const items: Item[] = [];
  for (const entry of entries) {
    const key = `${entry.node.Node}\u0000${entry.service.Address}\u0000${portOf(entry.service)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const item = srvItem(entry, names, ttl, context.config.nodeMetaTxt);
    if (item !== null) items.push(item);
  }
  return items;
}

export function serviceAnswer(
  context: LookupContext,
  zone: AskedZone,
  question: ServiceQuestion,
  type: number,
): Resolved {
  const { reads, config } = context;
  const read = reads.instances(question.service, question.by, context.datacenter);
  if (isRefusal(read)) return refusedIn(zone, read);
  const { value, isCurrent } = read;
  const kept = value.filter((entry) => hasTag(entry, question.tag) && isHealthy(entry, config.onlyPassing));
  const entries = isTranslated(context) ? kept.map(wanEntry) : kept;
  if (entries.length === 0) {
    return { answer: answer({ rcode: Rcode.NXDOMAIN, authority: [zone.soa] }), isCurrent, records: value.length };
  }
  const ttl = context.serviceTtl.of(question.service);
  return { answer: instancesAnswer(context, zone, entries, type, ttl), isCurrent, records: value.length };
}

/** What is said of instances of which there are some, be they a service's or a prepared query's. */
export function instancesAnswer(
  context: LookupContext,
  zone: AskedZone,
  entries: readonly HealthEntry[],
  type: number,
  ttl: number,
): Answer {
  const isAddress = type === Type.A || type === Type.AAAA || type === Type.ANY;
  let items: Item[] = [];
  if (type === Type.SRV) items = srvItems(context, zone, entries, ttl);
  else if (isAddress || type === Type.TXT) items = addressItems(entries, type, ttl);
  if (items.length === 0) return answer({ authority: [zone.soa] });
  const { aRecordLimit } = context.config;
  const itemLimit = isAddress && aRecordLimit > 0 ? aRecordLimit : Number.POSITIVE_INFINITY;
  return answer({ items, itemLimit });
}
