// How long the agent's certificates are good for: the gauge, and the lines while one is about to end.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { loadConfig } from '../../../../../src/main/config/load.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import type { RuntimeConfig } from '../../../../../src/wire/config.js';
import { CertificateExpiry } from '../../../../../src/workers/state/assembly/tls/certificate-expiry.js';
import { TestAuthority } from '../../../../tls.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const authority = await TestAuthority.make();
const loaded = loadConfig(['-dev']);
assert.ok(loaded.ok);
const plain = loaded.config;

let lines: string[];
let metrics: Metrics;
let expiry: CertificateExpiry;

async function certified(toMs: number, { isGiven = false, fromMs = -DAY_MS } = {}): Promise<RuntimeConfig> {
  const { cert, key } = await authority.leaf(['agent'], { fromMs, toMs });
  const { internalRpc } = plain.tls;
  const material = { ca: [], cert, key, ticketKeys: new Uint8Array(0) };
  return {
    ...plain,
    autoEncrypt: { ...plain.autoEncrypt, tls: isGiven },
    tls: { ...plain.tls, internalRpc: { ...internalRpc, material } },
  };
}

const gauge = (): number | undefined =>
  metrics.report().gauges.find(({ name }) => name === 'agent.tls.cert.expiry')?.value;

beforeEach(() => {
  lines = [];
  metrics = new Metrics();
  const sink = new LogSink('trace', ({ level, message, fields }) =>
    lines.push(`${level} ${message} ${fields.join(' ')}`),
  );
  expiry = new CertificateExpiry(new Logger('agent.tls', sink), metrics);
});
afterEach(() => {
  expiry.stop();
  mock.timers.reset();
});

/** The time of day goes on a minute at a time. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 60_000) mock.timers.tick(60_000);
}

test('without a certificate there is neither gauge nor line', () => {
  expiry.watch(plain);
  assert.equal(gauge(), undefined);
  assert.deepEqual(lines, []);
});

test('the gauge counts down', async () => {
  const config = await certified(20 * DAY_MS);
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
  expiry.watch(config);
  const before = gauge();
  assert.ok(before !== undefined && Math.abs(before - (20 * DAY_MS) / 1000) < 5, `${before} s`);
  pass(HOUR_MS);
  assert.equal(gauge(), before - 3600);
});

test('under 30 days there is a line an hour, under one day another one, and at last an error', async () => {
  const config = await certified(26 * HOUR_MS);
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
  expiry.watch(config);
  assert.match(lines[0] ?? '', /^warn certificate expires soon stanza tls\.internal_rpc expires \S+Z days 1$/);
  pass(HOUR_MS);
  assert.equal(lines.length, 2);
  pass(HOUR_MS);
  assert.match(lines[2] ?? '', /^warn certificate expires within a day stanza tls\.internal_rpc/);
  pass(24 * HOUR_MS);
  assert.match(lines.at(-1) ?? '', /^error certificate has expired/);
  assert.equal(lines.length, 27);
});

test('one that is renewed by itself is told of when that is overdue', async () => {
  const config = await certified(3 * DAY_MS, { isGiven: true, fromMs: 0 });
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
  expiry.watch(config);
  pass(2 * DAY_MS);
  assert.deepEqual(lines, []);
  pass(20 * HOUR_MS);
  assert.match(lines[0] ?? '', /^warn certificate expires within a day/);
});

test('a new certificate ends the lines', async () => {
  const [old, fresh] = [await certified(DAY_MS), await certified(29.9 * DAY_MS, { isGiven: true })];
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
  expiry.watch(old);
  expiry.watch(fresh);
  assert.equal(lines.length, 1);
  pass(3 * HOUR_MS);
  assert.equal(lines.length, 1);
});
