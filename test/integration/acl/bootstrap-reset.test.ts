// The first token of a cluster by the command line, and another one after it was lost, as the public guide has it: the index that the
// refusal names goes into a file of the leader's data directory.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startAgent } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';
import { lictor } from '../cli/program.js';

/** Nobody has another one before the first. */
const RECOVERY = 'aaaaaaaa-0000-4000-8000-00000000000a';
const ACLS = `-hcl=acl { enabled = true default_policy = "deny" tokens { agent_recovery = "${RECOVERY}" } }`;

test('a lost first token is made once more with the index that the refusal names, and then not again', async (t) => {
  const dataDir = temporaryDirectory(t);
  const args = ['-server', '-bootstrap', `-data-dir=${dataDir}`, ACLS];
  const agent = await startAgent({ args, token: RECOVERY, waitForLeader: false });
  t.after(() => agent.kill());
  const file = path.join(dataDir, 'acl-bootstrap-reset');
  const bootstrap = () => lictor(['acl', 'bootstrap', `-http-addr=${agent.http}`, '-format=json']);
  const secretOf = (text: string): string => (JSON.parse(text) as { readonly SecretID: string }).SecretID;
  const worksWith = async (token: string): Promise<boolean> => {
    const headers = { 'X-Consul-Token': token };
    const response = await fetch(`${agent.http}/v1/acl/tokens`, { headers });
    await response.text();
    return response.status === 200;
  };
  const deadlineMs = Date.now() + 60_000;
  let first = await bootstrap();
  while (first.code !== 0 && Date.now() < deadlineMs) first = await bootstrap();
  assert.equal(first.code, 0, first.stderr);
  assert.ok(await worksWith(secretOf(first.stdout)));

  const refused = await bootstrap();
  assert.notEqual(refused.code, 0);
  const index = /ACL bootstrap no longer allowed \(reset index: (\d+)\)/.exec(refused.stderr)?.[1];
  assert.ok(index !== undefined, refused.stderr);
  for (const wrong of [String(Number(index) + 1), 'no number', '']) {
    fs.writeFileSync(file, wrong);
    assert.notEqual((await bootstrap()).code, 0, wrong);
  }
  assert.ok(fs.existsSync(file), 'one that did not serve stays');

  fs.writeFileSync(file, `${index}\n`);
  const second = await bootstrap();
  assert.equal(second.code, 0, second.stderr);
  assert.ok(await worksWith(secretOf(second.stdout)));
  assert.ok(await worksWith(secretOf(first.stdout)), 'the first one is still there to be deleted');
  assert.ok(!fs.existsSync(file), 'it has served');

  const again = await bootstrap();
  const nextIndex = /reset index: (\d+)/.exec(again.stderr)?.[1];
  assert.notEqual(again.code, 0);
  assert.ok(Number(nextIndex) > Number(index), again.stderr);
  // What served once doesn't serve again.
  fs.writeFileSync(file, index);
  assert.notEqual((await bootstrap()).code, 0);
});
