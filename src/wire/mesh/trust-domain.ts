// As a cluster is called in the URIs of its certificates.

/** "" where there is no cluster ID yet. */
export function trustDomainOf(clusterId: string): string {
  return clusterId === '' ? '' : `${clusterId}.consul`;
}
