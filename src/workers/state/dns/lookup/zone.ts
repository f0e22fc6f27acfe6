// The zone that a question lies in, and the names this server makes below it.

import type { DnsConfig } from '../../../../wire/config.js';
import { type Name, nameFromText, nameUnder, type Tail } from '../message/name.js';
import { HEADER_LENGTH } from '../message/protocol.js';
import type { Query } from '../message/query.js';
import { type ResourceRecord, soaRecord } from '../message/record.js';

const ROOT: Tail = { wire: Uint8Array.of(0), echoed: 0 };

/** What of the configuration DNS needs, prepared once per (re)load. */
export interface ZoneSettings {
  readonly domains: readonly { readonly wire: Buffer; readonly text: string; readonly soa: ResourceRecord }[];
  /** The SOA of the main domain. */
  readonly soa: ResourceRecord;
  readonly arpa: Buffer;
}

function wireOf(text: string): Buffer {
  const name = nameFromText(text);
  if (name === null) throw new Error(`not a domain name: ${text}`);
  return Buffer.from(name.wire);
}

export function zoneSettings(config: DnsConfig): ZoneSettings {
  const texts = config.altDomain === '' ? [config.domain] : [config.domain, config.altDomain];
  const domains = texts.map((text) => {
    const wire = wireOf(text.toLowerCase());
    return { wire, text, soa: soaRecord(wire, config.soa) };
  });
  const [main] = domains;
  if (main === undefined) throw new Error('no domain');
  // The longest suffix wins, so that one domain may lie below the other.
  domains.sort((a, b) => b.wire.length - a.wire.length);
  return { domains, soa: main.soa, arpa: wireOf('arpa') };
}

/** The zone that a question lies in. */
export interface AskedZone {
  /** Its name, as the question spells it. */
  readonly tail: Tail;
  /** Its name in lower case. */
  readonly canonical: Tail;
  readonly soa: ResourceRecord;
  /** Labels of the question's name left of the domain, lower-cased. */
  readonly labels: readonly string[];
}

/** Whether the name that ends at `end` (root included) ends in `suffix`, at a label and without regard to case. */
function endsWith(packet: Buffer, end: number, suffix: Buffer): boolean {
  const from = end - suffix.length;
  if (from < HEADER_LENGTH) return false;
  for (let index = 0; index < suffix.length; index++) {
    const byte = packet[from + index] ?? 0;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== suffix[index]) return false;
  }
  for (let at = HEADER_LENGTH; at <= from; at += (packet[at] ?? 0) + 1) if (at === from) return true;
  return false;
}

export type Place =
  | { readonly kind: 'zone'; readonly domain: ZoneSettings['domains'][number] }
  | { readonly kind: 'reverse' }
  | { readonly kind: 'elsewhere' };

/** Which zone a question is in: the domain, the alternative one, arpa, or none of them. */
export function placeOf(query: Query, settings: ZoneSettings): Place {
  const end = query.questionEnd - 4;
  for (const domain of settings.domains) if (endsWith(query.packet, end, domain.wire)) return { kind: 'zone', domain };
  return endsWith(query.packet, end, settings.arpa) ? { kind: 'reverse' } : { kind: 'elsewhere' };
}

/** `NODE.node.DC` below a tail; null when the node's name can't be a domain name. */
export function nodeName(node: string, datacenter: string, tail: Tail): Name | null {
  return nameUnder([...node.split('.'), 'node', datacenter], tail);
}

/** `SERVICE.service.DC` below a tail. */
export function serviceName(service: string, datacenter: string, tail: Tail): Name | null {
  return nameUnder([...service.split('.'), 'service', datacenter], tail);
}

/** The datacenter's label and the domain, for names of addresses. */
export function datacenterTail(datacenter: string, tail: Tail): Tail {
  const wire = nameUnder([datacenter], tail)?.wire;
  return wire === undefined ? ROOT : { wire, echoed: tail.echoed };
}
