// How limits and intervals grow with the pool (spec/gossip.md, sections 8 and 13).

/** ⌈log₁₀ n⌉ for an integer n ≥ 1, exact at the powers of ten. */
function ceilLog10(n: number): number {
  let digits = 0;
  for (let power = 1; power < n; power *= 10) digits += 1;
  return digits;
}

/** How often one message is sent to a pool of `nodes`. */
export function retransmitLimit(mult: number, nodes: number): number {
  return mult * ceilLog10(nodes + 1);
}

/** Time between two push/pulls of one node: large pools exchange less often. */
export function pushPullIntervalMs(baseMs: number, nodes: number): number {
  const unscaled = 32;
  return nodes <= unscaled ? baseMs : baseMs * (Math.ceil(Math.log2(nodes / unscaled)) + 1);
}

/** A pool that has grown by more than this share between two exchanges is still being got to know. */
const GROWTH = 0.01;

/**
 * From a push/pull of one node, which knows `nodes` by now and knew `before` at the one `sinceMs` before, until the next. Thousands
 * that start together have more to tell than gossip has room for, and with intervals that grow with the pool all of them would
 * know each other minutes later only. Nor does the interval of a large pool follow at once on the plain one: who has missed a
 * few would wait for them that long (docs/gossip-simulation.md).
 */
export function nextPushPullMs(baseMs: number, nodes: number, before: number, sinceMs: number): number {
  return nodes > before * (1 + GROWTH) ? baseMs : Math.min(2 * sinceMs, pushPullIntervalMs(baseMs, nodes));
}

/** Serf's default timeout of a query; `nodes` are those neither dead nor left. */
export function queryTimeoutMs(gossipIntervalMs: number, nodes: number): number {
  return gossipIntervalMs * 16 * ceilLog10(nodes + 1);
}
