// Options common to all reads, from query and headers, with the recorded refusals (spec/http.md, section 3).

import { type Reply, text } from '../message/reply.js';
import type { ParameterSource, ReadOptions } from '../message/request.js';
import { CONSISTENCY, WAITING } from './common-parameters.js';
import { Refused } from './parameters.js';

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

/** Waits get up to a sixteenth more, so that clients that started together don't come back together. */
const JITTER = 16;

export function parseReadOptions(source: ParameterSource, limits: ReadLimits, discovery: boolean): ReadOptions | Reply {
  const { query } = source;
  const minIndex = WAITING.index.read(source, 'index');
  if (minIndex instanceof Refused) return minIndex.reply;
  const wait = WAITING.wait.read(source, 'wait');
  if (wait instanceof Refused) return wait.reply;

  const consistent = query.has('consistent');
  const cached = limits.useCache && query.has('cached');
  let stale = query.has('stale');
  const maxStale = CONSISTENCY.max_stale.read(source, 'max_stale');
  if (maxStale instanceof Refused) return maxStale.reply;
  let maxStaleMs = maxStale;
  if (maxStaleMs > 0) stale = true;
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
  if (cached && !isCacheControl(source.header('cache-control') ?? '')) {
    return text(400, 'Invalid Cache-Control header.');
  }
  return {
    consistency: consistent ? 'consistent' : stale ? 'stale' : 'default',
    minIndex: Math.min(Number(minIndex), Number.MAX_SAFE_INTEGER),
    waitMs: withinLimits(wait, limits),
    maxStaleMs,
    cached,
    hash: query.first('hash'),
  };
}

/** Milliseconds with jitter. */
function withinLimits(asked: number, limits: ReadLimits): number {
  let waitMs = asked;
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
