// The rules for key/value metadata of nodes and services (spec/agent.md section 4, row "node_meta").

const MAX_PAIRS = 64;
const MAX_KEY = 128;
const MAX_VALUE = 512;

/** What is wrong with one pair, null if nothing. */
export function metaPairProblem(key: string, value: string): string | null {
  const because = pairProblem(key, value);
  return because === null ? null : `Couldn't load metadata pair ('${key}', '${value}'): ${because}`;
}

/** What is wrong with a node's metadata, null if nothing. */
export function nodeMetaProblem(meta: { readonly [key: string]: string }): string | null {
  const pairs = Object.entries(meta);
  if (pairs.length > MAX_PAIRS) return `Node metadata cannot contain more than ${MAX_PAIRS} key/value pairs`;
  for (const [key, value] of pairs) {
    const problem = metaPairProblem(key, value);
    if (problem !== null) return problem;
  }
  return null;
}

function pairProblem(key: string, value: string): string | null {
  if (key === '') return 'Key cannot be blank';
  if (!/^[A-Za-z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > MAX_KEY) return `Key is too long (limit: ${MAX_KEY} characters)`;
  if (key.startsWith('consul-')) return "Key prefix 'consul-' is reserved for internal use";
  if (Buffer.byteLength(value) > MAX_VALUE) return `Value is too long (limit: ${MAX_VALUE} characters)`;
  return null;
}
