// There is one namespace and one partition, and both may be left out. An intention that is meant for another one would come to
// stand between services of these, where nobody meant it.

import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';

const ONLY = 'default';

/** What is wrong with an intention that names another namespace or partition; null when it names none. */
export function otherNamespaceProblem(given: IntentionRecord): string | null {
  const { SourceNS, DestinationNS, SourcePartition, DestinationPartition } = given;
  return (
    problemOf('source namespace', SourceNS, 'Namespaces') ??
    problemOf('destination namespace', DestinationNS, 'Namespaces') ??
    problemOf('source partition', SourcePartition, 'Partitions') ??
    problemOf('destination partition', DestinationPartition, 'Partitions')
  );
}

function problemOf(what: string, name: string, feature: string): string | null {
  if (name === '' || name === ONLY) return null;
  return `Invalid ${what} ${JSON.stringify(name)}. ${feature} is a Consul Enterprise feature`;
}
