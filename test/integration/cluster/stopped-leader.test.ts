// A leader whose process is stopped ends no connection: what was asked of it, and who writes afterwards, must not wait until the
// silence is noticed by timeouts that are made for slow networks.

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { waitFor } from '../../agent-process.js';
import { ThreeServers } from './three-servers.js';

/** Yamux finds a connection dead after 40 s; an idle machine needs two. */
const WITHIN_MS = 20_000;

const cluster = new ThreeServers();
after(() => cluster.stop());

it('writes go on soon after the leader is stopped, one that it was asked for included', async () => {
  await cluster.startServers();
  const { servers } = cluster;
  const leader = servers[await cluster.leader()];
  const follower = servers.find((server) => server !== leader) ?? assert.fail();
  const put = (key: string) => follower.request('PUT', `/v1/kv/${key}`, 'x');
  await waitFor(async () => (await put('before')).status === 200, 'a write at a follower');
  leader?.child.kill('SIGSTOP');
  const stoppedMs = performance.now();
  // It may have happened or not: nobody knows, but who asked is told so.
  await put('under-way').catch(() => undefined);
  await waitFor(async () => (await put('after')).status === 200, 'a write under another leader');
  const tookMs = performance.now() - stoppedMs;
  assert.ok(tookMs < WITHIN_MS, `${Math.round(tookMs)} ms`);
});
