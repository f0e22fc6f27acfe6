// Whether a user event is meant for this agent (spec/agent.md, section 7; spec/gossip.md, section 20). The filters are regular
// expressions that match anywhere: one on the node's name, one on the IDs of local services, one on the tags of the same.

import { compileRegexp } from '../../../../gotext/regexp.js';
import type { FiredEvent } from '../../../../wire/gossip-pools.js';
import type { ServiceRecord } from '../../../../wire/records.js';

export type EventFilters = Pick<FiredEvent, 'nodeFilter' | 'serviceFilter' | 'tagFilter'>;

/** Why an event with these filters can't be fired, in Consul's words; null when it can. */
export function refuseFilters({ nodeFilter, serviceFilter, tagFilter }: EventFilters): string | null {
  if (tagFilter !== '' && serviceFilter === '') return 'Cannot provide tag filter without service filter';
  const filters = [
    ['node', nodeFilter],
    ['service', serviceFilter],
    ['tag', tagFilter],
  ] as const;
  for (const [subject, filter] of filters) {
    if (filter === '') continue;
    const compiled = compileRegexp(filter);
    if (!compiled.ok) return `Invalid ${subject} filter: ${compiled.error}`;
  }
  return null;
}

/** The test that a filter stands for; a broken one, which only another agent can have let through, fits nothing. */
function testOf(filter: string): (text: string) => boolean {
  if (filter === '') return () => true;
  const compiled = compileRegexp(filter);
  return compiled.ok ? (text) => compiled.re.test(text) : () => false;
}

export function concerns(filters: EventFilters, nodeName: string, services: Iterable<ServiceRecord>): boolean {
  if (!testOf(filters.nodeFilter)(nodeName)) return false;
  if (filters.serviceFilter === '') return true;
  const isService = testOf(filters.serviceFilter);
  const isTag = testOf(filters.tagFilter);
  for (const { ID, Tags } of services) {
    if (isService(ID) && (filters.tagFilter === '' || Tags?.some(isTag))) return true;
  }
  return false;
}
