// What a name inside the zone asks for (spec/dns.md, section 1): read from the right, the first label that names a kind
// parts the subject on its left from the place on its right.

import type { ServiceNodesKind } from '../../methods/catalog/health.js';
import { Type } from '../message/protocol.js';

export type ZoneQuestion =
  | { readonly kind: 'node'; readonly node: string; readonly datacenter: string | null }
  | {
      readonly kind: 'service';
      readonly service: string;
      /** Its instances, or what leads to them in the mesh. */
      readonly by: ServiceNodesKind;
      /** "" for none. */
      readonly tag: string;
      readonly datacenter: string | null;
    }
  | { readonly kind: 'query'; readonly query: string; readonly datacenter: string | null }
  | {
      readonly kind: 'virtual';
      readonly service: string;
      /** "" = this cluster. */
      readonly peer: string;
    }
  | { readonly kind: 'address'; readonly label: string }
  | { readonly kind: 'nothing' };

const NOTHING: ZoneQuestion = { kind: 'nothing' };
const KINDS = new Set(['service', 'connect', 'virtual', 'ingress', 'node', 'query', 'addr']);

/** The datacenter: null for the own one, undefined when the place is none that can exist. */
function placeOf(labels: readonly string[]): string | null | undefined {
  if (labels.length === 0) return null;
  if (labels.length === 1) return labels[0];
  return labels.length === 2 && labels[1] === 'dc' ? labels[0] : undefined;
}

function serviceQuestion(subject: readonly string[], datacenter: string | null): ZoneQuestion {
  const [first = '', second = ''] = subject;
  if (subject.length === 2 && first.startsWith('_') && second.startsWith('_')) {
    const tag = second.slice(1);
    return { kind: 'service', service: first.slice(1), by: 'service', tag: tag === 'tcp' ? '' : tag, datacenter };
  }
  const service = subject[subject.length - 1] ?? '';
  return { kind: 'service', service, by: 'service', tag: subject.slice(0, -1).join('.'), datacenter };
}

/** The subject of a mesh name is its last label; what stands before it means nothing (recorded). */
function meshName(subject: readonly string[]): string {
  return subject[subject.length - 1] ?? '';
}

/** The place behind `virtual` is a peer: `web.virtual.east`, `web.virtual.east.peer`. */
function virtualQuestion(subject: readonly string[], place: readonly string[]): ZoneQuestion {
  const [peer = '', suffix] = place;
  if (place.length > 2 || (suffix !== undefined && suffix !== 'peer')) return NOTHING;
  return { kind: 'virtual', service: meshName(subject), peer };
}

/** `_NAME._tcp` is NAME; else all labels together are the name. */
function queryQuestion(subject: readonly string[], datacenter: string | null): ZoneQuestion {
  const [first = '', second = ''] = subject;
  const isRfc2782 = subject.length === 2 && first.startsWith('_') && second === '_tcp';
  return { kind: 'query', query: isRfc2782 ? first.slice(1) : subject.join('.'), datacenter };
}

/** `labels` of the name without the domain, lower-cased. Kinds that are not served yet are names that don't exist. */
export function readZoneName(labels: readonly string[], type: number): ZoneQuestion {
  let at = labels.length - 1;
  let isBare = false;
  for (; at >= 0; at--) {
    const label = labels[at] ?? '';
    if (KINDS.has(label)) break;
    isBare = type === Type.SRV && label.startsWith('_');
    if (isBare) break;
  }
  if (at < 0) return NOTHING;
  const kind = isBare ? 'service' : labels[at];
  const subject = labels.slice(0, isBare ? at + 1 : at);
  if (subject.length === 0) return NOTHING;
  if (kind === 'addr') return { kind: 'address', label: subject.length === 1 ? (subject[0] ?? '') : '' };
  if (kind === 'virtual') return virtualQuestion(subject, labels.slice(at + 1));
  const datacenter = placeOf(labels.slice(at + 1));
  if (datacenter === undefined) return NOTHING;
  if (kind === 'node') return { kind: 'node', node: subject.join('.'), datacenter };
  if (kind === 'query') return queryQuestion(subject, datacenter);
  if (kind === 'connect' || kind === 'ingress') {
    return { kind: 'service', service: meshName(subject), by: kind, tag: '', datacenter };
  }
  return kind === 'service' ? serviceQuestion(subject, datacenter) : NOTHING;
}
