// The instances that a prepared query selects: by health, tags and metadata.

import type { QueryService } from '../../../../wire/records.js';
import type { HealthEntry, ReadResult, StoreReads } from '../../replica/store/read-api.js';
import { hasMeta } from '../contract/narrowing.js';

type Entries = readonly HealthEntry[];

const NONE: Entries = [];

/** The store's own list of all instances. */
export function instancesFor({ catalog }: StoreReads, service: QueryService, connect: boolean): Entries {
  // What peers export is not imported yet.
  if (service.Peer !== '') return NONE;
  const { Service: name } = service;
  const found: ReadResult<Entries> =
    connect || service.Connect ? catalog.connectHealth(name) : catalog.serviceHealth(name);
  return found.value;
}

export function selected(all: Entries, service: QueryService): HealthEntry[] {
  const tags = tagRule(service.Tags);
  return all.filter(
    ({ node, service: instance, checks }) =>
      isHealthy(checks, service) &&
      hasMeta(node.Meta, service.NodeMeta) &&
      hasMeta(instance.Meta, service.ServiceMeta) &&
      tags(instance.Tags),
  );
}

function isHealthy(checks: HealthEntry['checks'], { OnlyPassing, IgnoreCheckIDs }: QueryService): boolean {
  return checks.every(
    ({ Status, CheckID }) =>
      (OnlyPassing ? Status === 'passing' : Status !== 'critical') || (IgnoreCheckIDs?.includes(CheckID) ?? false),
  );
}

/** All of the wanted ones must be there, none of those with `!` in front, whatever their case. */
function tagRule(given: readonly string[] | null): (tags: readonly string[] | null) => boolean {
  const lower = (given ?? []).map((tag) => tag.toLowerCase());
  const excluded = lower.filter((tag) => tag.startsWith('!')).map((tag) => tag.slice(1));
  const wanted = lower.filter((tag) => !tag.startsWith('!'));
  if (lower.length === 0) return () => true;
  return (tags) => {
    const present = new Set((tags ?? []).map((tag) => tag.toLowerCase()));
    return wanted.every((tag) => present.has(tag)) && !excluded.some((tag) => present.has(tag));
  };
}
