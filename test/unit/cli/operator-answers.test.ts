// What `lictor operator` and `lictor acl` say when the answer it gets isn't one of an agent's: a line in Go's words, never a stack.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Heard } from './heard-commands.js';

const NO_LIST = '{"Servers":12}';
const COMMANDS = 18;
const ANSWERS = [
  ...['null', '{}', '[]', '"x"', '12', 'true', '', '<html>'],
  ...['{"Servers":[null]}', '{"Servers":{"a":null},"Voters":null}', NO_LIST, '{"Voters":[7]}'],
  ...['{} x', '[null]', '[7]', '{"Policies":[null],"Roles":7}', '{"ExpandedPolicies":[null],"ExpandedRoles":[null]}'],
  ...['{"x":null}', '{"Schema":"{","Template":null}', '{"Config":{"a":[1,{}]},"BindVars":{"name":null}}'],
  ...['{"Usage":{"dc1":null}}', '{"Usage":[1]}', '{"Usage":{"dc1":{"Nodes":"x"}}}', '{"MaxTrailingLogs":1e300}'],
];

const server = http.createServer((request, response) => {
  response.end(ANSWERS[Number(request.headers['x-consul-token'])]);
});
const heard: Heard[] = [];

before(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const program = fileURLToPath(new URL('./heard-commands.js', import.meta.url));
  const child = fork(program, [address, String(ANSWERS.length)]);
  child.on('message', (message: Heard) => heard.push(message));
  // All that it has sent is heard by then.
  await new Promise((closed) => child.once('close', closed));
});
after(() => server.close());

test('whatever is answered, a command ends with a word', () => {
  assert.equal(heard.length, COMMANDS * ANSWERS.length);
  for (const { name, answer, code, said } of heard) {
    const which = `${name}: ${ANSWERS[answer]}`;
    assert.ok(code === 0 || code === 1, `${which}: ${said}`);
    assert.doesNotMatch(said, /undefined|NaN|\[object/, which);
    // Of nothing a list says nothing.
    assert.ok(said.length > 0 || (code === 0 && name.endsWith(' list')), which);
  }
});

test('what is wrong with it is said', () => {
  const found = heard.find(({ name, answer }) => name === 'list-peers' && ANSWERS[answer] === NO_LIST);
  const mismatch = 'json: cannot unmarshal number into Go struct field RaftConfiguration.Servers of type []RaftServer';
  assert.deepEqual(
    [found?.code, found?.said],
    [1, `Error getting peers: Failed to retrieve raft configuration: ${mismatch}\n`],
  );
});
