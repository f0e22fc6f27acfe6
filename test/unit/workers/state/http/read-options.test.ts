// How long a blocking read waits: what is asked for, within the configured bounds, and up to a sixteenth more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReply } from '../../../../../src/workers/state/http/message/reply.js';
import type { ReadOptions } from '../../../../../src/workers/state/http/message/request.js';
import { parseQuery } from '../../../../../src/workers/state/http/parameters/query.js';
import { parseReadOptions, type ReadLimits } from '../../../../../src/workers/state/http/parameters/read-options.js';

const LIMITS: ReadLimits = {
  defaultQueryTimeMs: 300_000,
  maxQueryTimeMs: 600_000,
  useCache: true,
  discoveryMaxStaleMs: 0,
};

function optionsOf(query: string, limits = LIMITS): ReadOptions {
  const parsed = parseQuery(query);
  assert.ok(parsed !== null);
  const options = parseReadOptions({ query: parsed, header: () => undefined }, limits, false);
  assert.ok(!isReply(options), query);
  return options;
}

function waitMs(query: string, limits = LIMITS): number {
  return optionsOf(query, limits).waitMs;
}

/** The wait without its share of chance, which is at most a sixteenth. */
function expectWait(query: string, ms: number, limits = LIMITS): void {
  const waits = Array.from({ length: 200 }, () => waitMs(query, limits));
  for (const wait of waits) assert.ok(wait >= ms && wait <= ms * (1 + 1 / 16), `${query}: ${wait}`);
  assert.ok(new Set(waits).size > 100, 'clients that started together must not come back together');
}

test('a wait is kept to the longest that is configured', () => {
  expectWait('index=1&wait=10m', 600_000);
  expectWait('index=1&wait=601s', 600_000);
  expectWait('index=1&wait=100h', 600_000);
  expectWait('index=1&wait=3s', 2_000, { ...LIMITS, maxQueryTimeMs: 2_000 });
});

test('a shorter wait is as long as it was asked for; none, 0 and less are the default', () => {
  expectWait('index=1&wait=599s', 599_000);
  expectWait('index=1&wait=1500us', 1.5);
  for (const query of ['index=1', 'index=1&wait=', 'index=1&wait=0s', 'index=1&wait=-5s']) expectWait(query, 300_000);
  expectWait('index=1', 7_000, { ...LIMITS, defaultQueryTimeMs: 7_000 });
});

test('an index beyond every real one stays one that can be told to another server', () => {
  assert.equal(optionsOf('index=18446744073709551615').minIndex, Number.MAX_SAFE_INTEGER);
  assert.equal(optionsOf('index=9007199254740993').minIndex, Number.MAX_SAFE_INTEGER);
  assert.equal(optionsOf('index=7').minIndex, 7);
});
