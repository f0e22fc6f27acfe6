// Secrets that requests bring are in no log line, however detailed the log is and however they are brought: not in what the agent
// writes, nor in what it streams to whoever watches it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAgent, waitFor } from '../../agent-process.js';

const MANAGEMENT = 'aaaaaaaa-0000-4000-8000-00000000000a';
const UNKNOWN = 'dddddddd-0000-4000-8000-00000000000d';
const BEARER = 'eeeeeeee-0000-4000-8000-00000000000e';
const DEADLINE_MS = 30_000;
const ACLS = `-hcl=acl { enabled = true default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" } }`;

const encoded = (secret: string): string => [...secret].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');

/** Each with the secret somewhere in its target. */
const TARGETS: readonly (readonly [method: string, target: (secret: string) => string])[] = [
  ['GET', (secret) => `/v1/kv/a?token=${secret}`],
  ['PUT', (secret) => `/v1/kv/a?flags=nonsense&token=${secret}`],
  ['GET', (secret) => `/v1/kv/a?token=${secret}&index=1&wait=10ms`],
  ['GET', (secret) => `/v1/kv/a?Token=x&token=${encoded(secret)}`],
  ['GET', (secret) => `/v1/catalog/nodes?stale&token=${secret}&dc=nowhere`],
  ['GET', (secret) => `/v1/agent/self?token=${secret}`],
  ['PUT', (secret) => `/v1/agent/check/pass/none?token=${secret}`],
  ['POST', (secret) => `/v1/agent/self?token=${secret}`],
  ['GET', (secret) => `/v1/no/such/path?token=${secret}`],
  ['GET', (secret) => `/v1/acl/info/${secret}`],
  ['PUT', (secret) => `/v1/acl/clone/${secret}?token=${secret}`],
  ['PUT', (secret) => `/v1/acl/destroy/${secret}`],
  ['GET', (secret) => `/v1/acl/token/self?token=${secret}`],
  ['GET', (secret) => `/v1/snapshot?token=${secret}`],
];

test('no secret is in the log at any level, nor in what is streamed of it', async (t) => {
  const agent = await startAgent({ args: ['-dev', '-log-level=trace', ACLS], token: MANAGEMENT });
  t.after(() => agent.kill());
  const watch = new AbortController();
  t.after(() => watch.abort());
  let streamed = '';
  const streams = ['trace', 'debug'].map(async (level) => {
    const target = `${agent.http}/v1/agent/monitor?loglevel=${level}&logjson=${level === 'debug'}&token=${MANAGEMENT}`;
    const response = await fetch(target, { signal: watch.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const part = await reader?.read().catch(() => undefined);
      if (part === undefined || part.done) return;
      streamed += part.value;
    }
  });
  // Until both streams have begun: lines are streamed once they are watched.
  let attempts = 0;
  const register = async (name: string): Promise<void> => {
    const body = JSON.stringify({ Name: name });
    const target = `${agent.http}/v1/agent/service/register?token=${MANAGEMENT}`;
    const response = await fetch(target, { method: 'PUT', body });
    const told = await response.text();
    assert.equal(response.status, 200, told);
  };
  const sees = async (mark: string): Promise<void> => {
    const has = async () => {
      attempts += 1;
      await register(`${mark}-${attempts}`);
      return streamed.split(`${mark}-`).length > 2 && agent.output.includes(`${mark}-`);
    };
    await waitFor(has, `${mark} in the log and in both streams`, DEADLINE_MS);
  };
  await sees('before-all');
  for (const secret of [MANAGEMENT, UNKNOWN]) {
    for (const [method, target] of TARGETS) {
      const response = await fetch(`${agent.http}${target(secret)}`, { method });
      await response.arrayBuffer();
    }
  }
  for (const headers of [{ 'X-Consul-Token': BEARER }, { Authorization: `Bearer ${BEARER}` }]) {
    await (await fetch(`${agent.http}/v1/kv/with-header`, { headers })).text();
  }
  await sees('after-all');
  watch.abort();
  await Promise.all(streams);
  for (const shown of [agent.output, streamed]) {
    for (const secret of [MANAGEMENT, UNKNOWN, BEARER, encoded(UNKNOWN)]) {
      const at = shown.indexOf(secret);
      assert.equal(at, -1, shown.slice(Math.max(0, at - 200), at + 50));
    }
  }
});
