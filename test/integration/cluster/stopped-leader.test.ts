// A leader whose process is stopped ends no connection: what was asked of it, and who writes afterwards, must not wait until the
// silence is noticed by timeouts that are made for slow networks. Once nobody can lead, operators are told of the servers all the same.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, it } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { ThreeServers } from './three-servers.js';

/** Yamux finds a connection dead after 40 s; an idle machine needs two. */
const WITHIN_MS = 20_000;
/** A member's status. */
const FAILED = 4;

const cluster = new ThreeServers();
after(() => cluster.stop());

it('writes go on soon after the leader is stopped, one that it was asked for included', async () => {
  await cluster.start();
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

it('any server says who the servers are and what autopilot goes by when nobody leads, also to a client agent', async () => {
  const { servers, client } = cluster;
  const isStopped = ({ child }: AgentProcess) =>
    fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ')[2] === 'T';
  const left = servers.filter((server) => !isStopped(server));
  const [last, other] = left;
  assert.ok(last !== undefined && other !== undefined && left.length === servers.length - 1);
  await other.kill();
  await waitFor(async () => (await last.json('/v1/status/leader')) === '', 'nobody to lead');
  const gone = async () =>
    ((await client.json('/v1/agent/members')) as readonly { Status: number }[]).filter(
      ({ Status }) => Status === FAILED,
    );
  await waitFor(async () => (await gone()).length === 2, 'the client to know who is left');
  for (const agent of [last, client]) {
    const told = async (path: string) => (await agent.request('GET', `/v1/operator/${path}?stale`)).text;
    await waitFor(async () => (await told('raft/configuration')).includes(`"Servers":[{"ID"`), 'the servers');
    assert.equal(
      (JSON.parse(await told('raft/configuration')) as { Servers: unknown[] }).Servers.length,
      servers.length,
    );
    assert.match(await told('autopilot/configuration'), /"CleanupDeadServers":true/);
  }
  assert.equal((await last.request('GET', '/v1/operator/autopilot/configuration')).text, 'No cluster leader');
});
