// Questions answered from the store (spec/dns.md, section 2), as functions of methods and settings. Each
// result carries what it depends on, so that it can be kept until that changes.

import { ipText } from '../../../../gotext/ip.js';
import { wanNode } from '../../methods/catalog/wan-addresses.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { addressOfLabel, addressOfReverse, parseAddress } from '../message/address.js';
import { type Answer, answer } from '../message/answer.js';
import { Name, nameFromText } from '../message/name.js';
import { HEADER_LENGTH, Rcode, Type } from '../message/protocol.js';
import type { Query } from '../message/query.js';
import { addressRecord, nameRecord } from '../message/record.js';
import {
  always,
  isTranslated,
  type LookupContext,
  nodeTtl,
  type Resolved,
  refusedAnswer,
  refusedIn,
} from './lookup-context.js';
import { nameServers } from './lookup-nameservers.js';
import { queryAnswer } from './lookup-query.js';
import { serviceAnswer } from './lookup-service.js';
import { metaRecords } from './node-meta.js';
import { type AskedZone, nodeName, placeOf, serviceName } from './zone.js';
import { readZoneName, type ZoneQuestion } from './zone-name.js';

function noSuchName(zone: AskedZone): Answer {
  return answer({ rcode: Rcode.NXDOMAIN, authority: [zone.soa] });
}

/** Metadata goes along with addresses unless that is switched off; who asks for it gets it always. */
function nodeAnswer(context: LookupContext, zone: AskedZone, node: string, type: number): Resolved {
  const isAddress = type === Type.A || type === Type.AAAA || type === Type.ANY;
  if (!isAddress && type !== Type.TXT) return { answer: answer({}), isCurrent: always };
  const read = context.reads.node(node, context.datacenter);
  if (isRefusal(read)) return refusedIn(zone, read);
  const { value, isCurrent } = read;
  const found = value !== null && isTranslated(context) ? wanNode(value) : value;
  if (found === null) return { answer: noSuchName(zone), isCurrent };
  const ttl = nodeTtl(context.config);
  const texts = metaRecords(null, found.Meta, ttl);
  if (type === Type.TXT) return { answer: answer({ answers: texts }), isCurrent };
  const additional = type !== Type.ANY && context.config.nodeMetaTxt ? texts : [];
  const also = type === Type.ANY ? texts : [];
  const address = parseAddress(found.Address);
  if (address === null) {
    const host = nameFromText(found.Address);
    const alias = host === null || found.Address === '' ? [] : [nameRecord(null, Type.CNAME, host, ttl)];
    return { answer: answer({ answers: [...alias, ...also], additional }), isCurrent };
  }
  const record = addressRecord(null, address, ttl);
  const answers = type === record.type || type === Type.ANY ? [record, ...also] : also;
  return { answer: answer({ answers, additional }), isCurrent };
}

/** The place behind `addr` isn't looked at; the record's owner is the question in lower case but for the domain. */
function addressAnswer(context: LookupContext, zone: AskedZone, query: Query, label: string): Resolved {
  const address = addressOfLabel(label);
  if (address === null) return { answer: noSuchName(zone), isCurrent: always };
  const wire = Uint8Array.from(query.packet.subarray(HEADER_LENGTH, query.questionEnd - 4));
  const owner = new Name(wire, zone.tail.echoed);
  const record = addressRecord(owner, address, nodeTtl(context.config));
  const isAsked = query.type === record.type || query.type === Type.ANY;
  return { answer: answer(isAsked ? { answers: [record] } : { additional: [record] }), isCurrent: always };
}

/** An address record of whatever was asked for (recorded), and nothing where there is none, whether the service exists or not. */
function virtualAnswer(context: LookupContext, zone: AskedZone, service: string, peer: string): Resolved {
  const read = context.reads.virtualIp(service, peer);
  if (isRefusal(read)) return refusedIn(zone, read);
  const { value, isCurrent } = read;
  const address = parseAddress(value);
  return { answer: answer({ answers: address === null ? [] : [addressRecord(null, address, 0)] }), isCurrent };
}

function isOwnDatacenter(context: LookupContext, datacenter: string | null): datacenter is null {
  return datacenter === null || datacenter === context.datacenter.toLowerCase();
}

function catalogAnswer(
  context: LookupContext,
  zone: AskedZone,
  question: Extract<ZoneQuestion, { datacenter: string | null }>,
  query: Query,
): Resolved {
  const { type } = query;
  if (question.kind === 'node') return nodeAnswer(context, zone, question.node, type);
  if (question.kind === 'query') return queryAnswer(context, zone, question.query, query);
  return serviceAnswer(context, zone, question, type);
}

function zoneAnswer(context: LookupContext, zone: AskedZone, query: Query): Resolved {
  if (query.type === Type.AXFR) return { answer: answer({ rcode: Rcode.NOTIMP }), isCurrent: always };
  if (query.type === Type.SOA || query.type === Type.NS) return nameServers(context, zone, query.type);
  const question = readZoneName(zone.labels, query.type);
  if (question.kind === 'nothing') return { answer: noSuchName(zone), isCurrent: always };
  if (question.kind === 'address') return addressAnswer(context, zone, query, question.label);
  if (question.kind === 'virtual') return virtualAnswer(context, zone, question.service, question.peer);
  const { datacenter } = question;
  if (isOwnDatacenter(context, datacenter)) return catalogAnswer(context, zone, question, query);
  if (!context.reads.reachesBeyond) return { answer: noSuchName(zone), isCurrent: always, isBeyond: true };
  return catalogAnswer({ ...context, datacenter, isBeyond: true }, zone, question, query);
}

/** Reverse lookups give names of the main domain, whatever type was asked for. */
function reverseAnswer(context: LookupContext, query: Query, labels: readonly string[]): Resolved {
  const { zones, datacenter, reads } = context;
  const domain = { wire: zones.soa.owner?.wire ?? Uint8Array.of(0), echoed: 0 };
  const bytes = addressOfReverse(labels);
  const nothing = answer({ rcode: Rcode.NXDOMAIN, authority: [zones.soa] });
  if (bytes === null) return { answer: nothing, isCurrent: always };
  const read = reads.owners(ipText(bytes));
  if (isRefusal(read)) return refusedAnswer(read);
  const { node, instance } = read.value;
  const { isCurrent } = read;
  const target =
    node !== undefined
      ? nodeName(node.Node, datacenter, domain)
      : instance !== undefined
        ? serviceName(instance.service.Service, datacenter, domain)
        : null;
  if (target === null) return { answer: nothing, isCurrent };
  const answers = [nameRecord(null, Type.PTR, target, 0)];
  return { answer: answer({ answers, authority: query.type === Type.SOA ? [zones.soa] : [] }), isCurrent };
}

/** The answer to a well-formed question whose name is in lower case. `labels` are those of the name, escaped. */
export function lookup(context: LookupContext, query: Query, labels: readonly string[]): Resolved {
  const place = placeOf(query, context.zones);
  if (place.kind === 'elsewhere') {
    return { answer: answer({ rcode: Rcode.REFUSED, authoritative: false }), isCurrent: always };
  }
  if (place.kind === 'reverse') return reverseAnswer(context, query, labels);
  const { wire, soa } = place.domain;
  const zone: AskedZone = {
    tail: { wire, echoed: wire.length },
    canonical: { wire, echoed: 0 },
    soa,
    labels: labels.slice(0, labels.length - wireLabels(wire)),
  };
  return zoneAnswer(context, zone, query);
}

function wireLabels(wire: Uint8Array): number {
  let count = 0;
  for (let at = 0; (wire[at] ?? 0) !== 0; at += (wire[at] ?? 0) + 1) count++;
  return count;
}
