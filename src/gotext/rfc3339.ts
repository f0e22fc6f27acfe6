// Moments as texts, as Go's JSON has them.

const NEVER = '0001-01-01T00:00:00Z';
const YEAR_10000_MS = Date.UTC(10000, 0);

/** In UTC, with as many digits of the second as there are; what no such text is for is Go's zero time. `ms`: since 1970. */
export function timeText(ms: number | null): string {
  if (ms === null || Number.isNaN(ms) || ms >= YEAR_10000_MS || ms < Date.UTC(0, 0)) return NEVER;
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}
