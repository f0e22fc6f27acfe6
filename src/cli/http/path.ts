// Names in the paths of requests.

/** A key or an address with its slashes and colons kept, as Go's URLs show them. */
export function keyPath(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%3A', ':');
}

/** Of a config entry. */
export function entryPath(kind: string, name: string): string {
  return `/v1/config/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
}
