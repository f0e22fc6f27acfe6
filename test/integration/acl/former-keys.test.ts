// The ACL settings of the tutorials' day, which lictor still takes: each has its meaning, and a warning that names its new key.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startAgent, waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';

const MASTER = 'aaaaaaaa-0000-4000-8000-00000000000a';
const DEFAULT = 'bbbbbbbb-0000-4000-8000-00000000000b';
const DEADLINE_MS = 15_000;

const FORMER = {
  acl_datacenter: ['dc1', 'primary_datacenter'],
  acl_default_policy: ['deny', 'acl.default_policy'],
  acl_down_policy: ['extend-cache', 'acl.down_policy'],
  acl_master_token: [MASTER, 'acl.tokens.initial_management'],
  acl_token: [DEFAULT, 'acl.tokens.default'],
  acl_ttl: ['5s', 'acl.token_ttl'],
  acl_agent_token: [MASTER, 'acl.tokens.agent'],
} as const;

test('the keys of the tutorials turn ACLs on, with their tokens, and each is named with its new one', async (t) => {
  const file = path.join(temporaryDirectory(t), 'former.json');
  const settings = Object.fromEntries(Object.entries(FORMER).map(([key, [value]]) => [key, value]));
  fs.writeFileSync(file, JSON.stringify(settings));
  const agent = await startAgent({ args: ['-dev', `-config-file=${file}`], token: MASTER });
  t.after(() => agent.stop());
  for (const [key, [, to]] of Object.entries(FORMER)) {
    const warning = `The '${key}' field is deprecated. Use the '${to}' field instead.`;
    await waitFor(() => agent.output.includes(warning), warning);
  }

  const self = (await agent.json('/v1/agent/self')) as {
    readonly Member: { readonly Tags: { readonly [tag: string]: string } };
    readonly DebugConfig: { readonly [key: string]: unknown };
  };
  assert.equal(self.Member.Tags['acls'], '1');
  const resolver = self.DebugConfig['ACLResolverSettings'] as { readonly [key: string]: unknown };
  assert.deepEqual([resolver['ACLTokenTTL'], resolver['ACLDownPolicy']], ['5s', 'extend-cache']);

  // What brings no token is asked with the default one, which nobody made yet.
  const asAnybody = (target: string) => fetch(`${agent.http}${target}`).then((answer) => answer.text());
  assert.equal(await asAnybody('/v1/kv/a'), 'ACL not found');
  const put = async (target: string, body: object): Promise<void> => {
    const { status, text } = await agent.request('PUT', target, JSON.stringify(body));
    assert.equal(status, 200, text);
  };
  await put('/v1/acl/policy', { Name: 'reading', Rules: 'key_prefix "a" { policy = "read" }' });
  await put('/v1/acl/token', { SecretID: DEFAULT, Policies: [{ Name: 'reading' }] });
  await put('/v1/kv/a', {});
  await put('/v1/kv/b', {});
  assert.equal(await asAnybody('/v1/kv/a?raw'), '{}');
  assert.match(
    await asAnybody('/v1/kv/b'),
    /^Permission denied: token with AccessorID '[^']+' lacks permission 'key:read'/,
  );

  // Nor is a token in a query to be read in the log, be it one that is refused.
  const shown = 'cccccccc-0000-4000-8000-00000000000c';
  await asAnybody(`/v1/agent/self?token=${shown}`);
  await asAnybody(`/v1/kv/a?token=${MASTER}`);
  await agent.stop();
  await waitFor(() => agent.exited !== null, 'all of its output', DEADLINE_MS);
  for (const secret of [shown, MASTER, DEFAULT]) assert.ok(!agent.output.includes(secret), 'a secret is in the log');
});
