// What `peers.json` may say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePeers } from '../../../../src/workers/raft/store/peers-file.js';

const ONE = { id: 'a', address: '10.0.0.1:8300', non_voter: false };

test('servers with and without a vote; a vote is what there is without a word', () => {
  const two = { id: 'b', address: '[2001:db8::1]:8300', non_voter: true };
  const { non_voter: _, ...three } = { ...ONE, id: 'c', address: 'host.example:1' };
  assert.deepEqual(parsePeers(JSON.stringify([ONE, two, three])), {
    servers: [
      { suffrage: 'voter', id: 'a', address: '10.0.0.1:8300' },
      { suffrage: 'nonvoter', id: 'b', address: '[2001:db8::1]:8300' },
      { suffrage: 'voter', id: 'c', address: 'host.example:1' },
    ],
  });
});

test('what is wrong is said with the place', () => {
  const wrong: readonly [unknown, RegExp][] = [
    [{}, /must be an array/],
    [[], /need at least one voter/],
    [['127.0.0.1:8300'], /^server 1: it must be an object/],
    [[ONE, null], /^server 2: it must be an object/],
    [[{ ...ONE, id: '' }], /^server 1: "id"/],
    [[{ ...ONE, address: 'here' }], /^server 1: "address" must be host:port/],
    [[{ ...ONE, address: ':8300' }], /^server 1: "address" must be host:port/],
    [[{ ...ONE, address: 'a:65536' }], /^server 1: "address" must be host:port/],
    [[{ ...ONE, non_voter: 1 }], /^server 1: "non_voter"/],
    [[{ ...ONE, nonvoter: true }], /^server 1: unknown field "nonvoter"/],
    [[ONE, ONE], /found duplicate ID/],
    [[ONE, { ...ONE, id: 'b' }], /found duplicate address/],
    [[{ ...ONE, non_voter: true }], /need at least one voter/],
  ];
  for (const [said, text] of wrong) assert.match(String(parsePeers(JSON.stringify(said))), text);
});

test('whatever the file holds, it is a configuration or a reason', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const peers = parsePeers(text);
      assert.ok(typeof peers === 'string' ? peers.length > 0 : peers.servers.length > 0);
    }),
  );
});
