// What is read from the output of the DNS and the CLI kit's replayers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReplay } from '../../../conformance/replayer.js';

const CLOSING = '1 passed, 3 failed\n';

test('passed and failed steps, and failed preparations, by name', () => {
  const output = `ok   ttl/plain
FAIL ttl/query-own  {"name":"x.query.consul","type":"A"}
       rcode
         want "ok   ttl/not-a-line"
FAIL ttl: setup POST /v1/query: HTTP 404 no such: endpoint
FAIL watch-lock: w: no output matched /END/:
ok   ttl/node.meta_1
${CLOSING}`;
  const { passed, failed, refusal, lost } = readReplay(output, false);
  assert.deepEqual(passed, ['plain', 'node.meta_1']);
  assert.deepEqual(failed, ['query-own', 'setup POST /v1/query', 'w']);
  assert.deepEqual([refusal, lost], [null, null]);
});

test('an agent that did not start has said why', () => {
  const cli = 'FAIL acl: agent main did not start:\n[ERROR] no ACLs\n0 passed, 4 failed\n';
  assert.equal(readReplay(cli, false).refusal, cli);
  const dns = 'Error: agent did not start:\n[ERROR] no ACLs\n    at startAgent\n';
  assert.equal(readReplay(dns, false).refusal, dns);
  assert.equal(readReplay(dns, false).lost, null);
});

test('an agent that died, and a replayer that ended early or not at all, are told', () => {
  assert.equal(readReplay(`         got  "the agent died"\n${CLOSING}`, false).lost, 'the agent died');
  assert.equal(readReplay('ok   ttl/plain\n', false).lost, 'the replayer ended early');
  assert.match(String(readReplay('ok   ttl/plain\n', true).lost), /^still running after \d+ s$/);
});
