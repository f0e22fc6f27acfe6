// Prepared queries by name (spec/dns.md, section 6): what they find is said as instances of a service are, in the order that they
// give it, with their own time to live where they have one, and with names of the datacenter where it was found.

import { parseDuration } from '../../../../gotext/duration.js';
import { ipText } from '../../../../gotext/ip.js';
import { wanEntry } from '../../methods/catalog/wan-addresses.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import type { Executed } from '../../methods/query/query-execute.js';
import { plainAddress } from '../../sockets/client-limit.js';
import { type Answer, answer } from '../message/answer.js';
import { Rcode } from '../message/protocol.js';
import type { Edns, Query } from '../message/query.js';
import { isTranslated, type LookupContext, type Resolved, refusedAnswer, refusedIn } from './lookup-context.js';
import { instancesAnswer } from './lookup-service.js';
import type { AskedZone } from './zone.js';

const NS_PER_SECOND = 1e9;
/** A kept answer keeps the query that was rendered for its name: so many characters weigh as much as a record. */
const CHARACTERS_PER_RECORD = 64;
/** Sorts from the node with the address of whoever asks. */
const FROM_ASKER = '_ip';
/** Of a client subnet: family, the lengths of source and scope. */
const SUBNET_HEAD = 4;
const ADDRESS_BYTES: { readonly [family: number]: number } = { 1: 4, 2: 16 };

/** The network that a resolver asks for goes before the resolver's own address. */
function addressOf(edns: Edns | null, asker: string): string {
  const subnet = edns?.subnet ?? null;
  const length = subnet === null ? undefined : ADDRESS_BYTES[((subnet[0] ?? 0) << 8) | (subnet[1] ?? 0)];
  if (subnet === null || length === undefined || subnet.length <= SUBNET_HEAD) return plainAddress(asker);
  const address = new Uint8Array(length);
  address.set(subnet.subarray(SUBNET_HEAD, SUBNET_HEAD + length));
  return ipText(address);
}

function noneFound(zone: AskedZone): Answer {
  return answer({ rcode: Rcode.NXDOMAIN, authority: [zone.soa] });
}

function refusedQuery(zone: AskedZone, refusal: Refusal): Resolved {
  if (refusal.refused !== 'not-found') return refusedIn(zone, refusal);
  return { ...refusedAnswer(refusal), answer: noneFound(zone) };
}

function secondsOf({ ttl, service }: Executed, { serviceTtl }: LookupContext): number {
  const parsed = parseDuration(ttl);
  return parsed.ok ? Math.max(0, Math.floor(parsed.ns / NS_PER_SECOND)) : serviceTtl.of(service.toLowerCase());
}

export function queryAnswer(context: LookupContext, zone: AskedZone, idOrName: string, query: Query): Resolved {
  const ip = addressOf(query.edns, context.asker);
  const read = context.reads.execute({ idOrName, datacenter: context.datacenter, ip });
  if (isRefusal(read)) return refusedQuery(zone, read);
  const { value, isCurrent } = read;
  const { nodes, datacenter, isOrdered, mayFailOver, of } = value;
  if (mayFailOver && !context.reads.reachesBeyond) return { answer: noneFound(zone), isCurrent, isBeyond: true };
  const personal = of?.query.Service.Near === FROM_ASKER ? ({ isPersonal: true } as const) : {};
  const records = nodes.length + Math.ceil((of?.madeLength ?? 0) / CHARACTERS_PER_RECORD);
  if (nodes.length === 0) return { ...personal, answer: noneFound(zone), isCurrent, records };
  // Another datacenter may have stood in.
  const there = { ...context, datacenter, isBeyond: context.isBeyond || datacenter !== context.datacenter };
  const entries = isTranslated(there) ? nodes.map(wanEntry) : nodes;
  const found = instancesAnswer(there, zone, entries, query.type, secondsOf(value, context));
  const shown = { ...found, isOrdered, isForSubnet: true };
  return { ...personal, answer: shown, isCurrent, records };
}
