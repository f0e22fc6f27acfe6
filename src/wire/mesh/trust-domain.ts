// As a cluster is called in the URIs of its certificates.

const DOMAIN = '.consul';

/** "" where there is no cluster ID yet. */
export function trustDomainOf(clusterId: string): string {
  return clusterId === '' ? '' : `${clusterId}${DOMAIN}`;
}

/** Of which cluster it is; "" where that isn't to be seen. */
export function clusterIdOf(trustDomain: string): string {
  return trustDomain.endsWith(DOMAIN) ? trustDomain.slice(0, -DOMAIN.length) : '';
}
