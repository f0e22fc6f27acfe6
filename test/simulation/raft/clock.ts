// The clocks that simulated servers go by: each begins anywhere when its machine starts, and runs a little too fast or too slow.
import type { Random } from '../../random.js';

/** Milliseconds of the simulated world → the server's own. */
export type Clock = (worldMs: number) => number;

export const TRUE_CLOCK: Clock = (worldMs) => worldMs;

const MOST_OFFSET_MS = 1e9;
/** A hundred times what a bad quartz does. */
const MOST_DRIFT = 0.01;

export function skewedClock(random: Random): Clock {
  const offsetMs = random.below(MOST_OFFSET_MS);
  const rate = 1 + MOST_DRIFT * (2 * random.next() - 1);
  return (worldMs) => offsetMs + Math.floor(worldMs * rate);
}
