// The limits on the metadata of nodes and services, for whoever takes some in: configuration, agent, catalog (spec/agent.md,
// section 4, row "node_meta"; spec/rpc.md, "Rules of single methods"; texts as recorded).

import type { StringMap } from './records.js';

const MAX_PAIRS = 64;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_BYTES = 512;
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

/** What is wrong with one pair; null when nothing is. `kind` is the service's, "" for nodes. */
export function metaPairProblem(key: string, value: string, kind = ''): string | null {
  const isTooLong = Buffer.byteLength(value) > MAX_VALUE_BYTES;
  const problem =
    keyProblem(key, kind) ?? (isTooLong ? `Value is too long (limit: ${MAX_VALUE_BYTES} characters)` : null);
  return problem === null ? null : `Couldn't load metadata pair ('${key}', '${value}'): ${problem}`;
}

/** What is wrong with the first bad pair, or with their number; null when nothing is. */
export function metaProblem(meta: StringMap | null, kind = ''): string | null {
  if (meta === null) return null;
  const pairs = Object.entries(meta);
  if (pairs.length > MAX_PAIRS) return `Node metadata cannot contain more than ${MAX_PAIRS} key/value pairs`;
  for (const [key, value] of pairs) {
    const problem = metaPairProblem(key, value, kind);
    if (problem !== null) return problem;
  }
  return null;
}
