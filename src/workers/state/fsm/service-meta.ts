// The limits on the metadata of services (spec/rpc.md, "Rules of single methods"; texts as recorded).

import type { StringMap } from '../../../wire/records.js';

const MAX_PAIRS = 64;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 512;
const KEY = /^[a-zA-Z0-9_-]+$/;
const RESERVED_PREFIX = 'consul-';
/** The one reserved key users set: it marks mesh gateways that federate datacenters. */
const MESH_GATEWAY_KEY = 'consul-wan-federation';

function keyProblem(key: string, kind: string): string | null {
  if (key === '') return 'Key cannot be blank';
  if (!KEY.test(key)) return 'Key contains invalid characters';
  if (key.length > MAX_KEY_LENGTH) return `Key is too long (limit: ${MAX_KEY_LENGTH} characters)`;
  if (key.startsWith(RESERVED_PREFIX) && !(kind === 'mesh-gateway' && key === MESH_GATEWAY_KEY)) {
    return `Key prefix '${RESERVED_PREFIX}' is reserved for internal use`;
  }
  return null;
}

/** null when fine, else what is wrong with the first bad pair. */
export function serviceMetaProblem(kind: string, meta: StringMap | null): string | null {
  if (!meta) return null;
  const keys = Object.keys(meta);
  if (keys.length > MAX_PAIRS) return `Node metadata cannot contain more than ${MAX_PAIRS} key/value pairs`;
  for (const key of keys) {
    const value = meta[key] ?? '';
    const problem =
      keyProblem(key, kind) ??
      (Buffer.byteLength(value) > MAX_VALUE_LENGTH
        ? `Value is too long (limit: ${MAX_VALUE_LENGTH} characters)`
        : null);
    if (problem) return `Couldn't load metadata pair ('${key}', '${value}'): ${problem}`;
  }
  return null;
}
