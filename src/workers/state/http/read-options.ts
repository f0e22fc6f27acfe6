// Options common to all reads, from query and headers, with the recorded refusals (spec/http.md, section 3).

import { parseDuration } from '../../../gotext/duration.js';
import { parseGoUint } from '../../../gotext/numbers.js';
import { type Reply, text } from './reply.js';
import type { QueryParameters, ReadOptions } from './request.js';

/** What of the configuration decides about reads. */
export interface ReadLimits {
  readonly defaultQueryTimeMs: number;
  readonly maxQueryTimeMs: number;
  readonly useCache: boolean;
  /** > 0 makes the default of catalog and health reads stale. */
  readonly discoveryMaxStaleMs: number;
}

export const DEFAULT_READ: ReadOptions = {
  consistency: 'default',
  minIndex: 0,
  waitMs: 0,
  maxStaleMs: 0,
  cached: false,
  hash: '',
};

const ZERO = { ok: true, value: 0 } as const;
const NANOSECONDS_PER_MS = 1e6;
/** Waits get up to a sixteenth more, so that clients that started together don't come back together. */
const JITTER = 16;

export function parseReadOptions(
  query: QueryParameters,
  cacheControl: string | undefined,
  limits: ReadLimits,
  discovery: boolean,
): ReadOptions | Reply {
  const index = query.first('index');
  const minIndex = index === '' ? ZERO : parseGoUint(index);
  if (!minIndex.ok) return text(400, 'Invalid index');
  const waitMs = parseWait(query.first('wait'), limits);
  if (waitMs === null) return text(400, 'Invalid wait time');

  const consistent = query.has('consistent');
  const cached = limits.useCache && query.has('cached');
  let stale = query.has('stale');
  let maxStaleMs = 0;
  const maxStale = query.first('max_stale');
  if (maxStale !== '') {
    const parsed = parseDuration(maxStale);
    if (!parsed.ok) return text(400, `Invalid max_stale value ${JSON.stringify(maxStale)}`);
    maxStaleMs = parsed.ns / NANOSECONDS_PER_MS;
    if (maxStaleMs > 0) stale = true;
  }
  if (!consistent && !stale && discovery && limits.discoveryMaxStaleMs > 0 && !query.has('leader')) {
    maxStaleMs = limits.discoveryMaxStaleMs;
    stale = true;
  }
  if (stale && consistent) {
    return text(400, 'Cannot specify ?stale with ?consistent, conflicting semantics.');
  }
  if (cached && consistent) {
    return text(400, 'Cannot specify ?cached with ?consistent, conflicting semantics.');
  }
  if (cached && cacheControl !== undefined && !isCacheControl(cacheControl)) {
    return text(400, 'Invalid Cache-Control header.');
  }
  return {
    consistency: consistent ? 'consistent' : stale ? 'stale' : 'default',
    minIndex: Number(minIndex.value),
    waitMs,
    maxStaleMs,
    cached,
    hash: query.first('hash'),
  };
}

/** Milliseconds with jitter; null when it isn't a duration. */
function parseWait(wait: string, limits: ReadLimits): number | null {
  let waitMs = 0;
  if (wait !== '') {
    const parsed = parseDuration(wait);
    if (!parsed.ok) return null;
    waitMs = parsed.ns / NANOSECONDS_PER_MS;
  }
  if (waitMs <= 0) waitMs = limits.defaultQueryTimeMs;
  else if (waitMs > limits.maxQueryTimeMs) waitMs = limits.maxQueryTimeMs;
  return waitMs + (Math.random() * waitMs) / JITTER;
}

function isCacheControl(value: string): boolean {
  for (const part of value.toLowerCase().split(',')) {
    const directive = part.trim();
    const equals = directive.indexOf('=');
    const name = equals < 0 ? directive : directive.slice(0, equals);
    if (name !== 'max-age' && name !== 'stale-if-error') continue;
    if (equals < 0 || !/^[0-9]{1,9}$/.test(directive.slice(equals + 1))) return false;
  }
  return true;
}
