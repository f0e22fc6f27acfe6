import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText } from '../../../../../src/main/gossip/core/node.js';
import { isSameIp, readEndpoint } from '../../../../../src/main/gossip/serf/protocol/endpoint.js';

test('addresses as text and back', () => {
  for (const text of [
    '10.0.0.1:8301',
    '[2001:db8::1]:1',
    '[::]:65535',
    '[::1]:80',
    '[1:2:3:4:5:6:7:8]:9',
    '[1::2:0:0:3]:9',
  ]) {
    const endpoint = readEndpoint(text);
    assert.ok(endpoint !== null, text);
    assert.equal(addressText(endpoint), text);
  }
  assert.equal(
    addressText(readEndpoint('[1:0:0:2:0:0:0:3]:9') ?? { ip: new Uint8Array(4), port: 0 }),
    '[1:0:0:2::3]:9',
  );
  assert.deepEqual(readEndpoint('[::ffff:10.0.0.1]:7')?.ip, Uint8Array.of(10, 0, 0, 1));
  for (const text of [
    '',
    'host:1',
    '10.0.0.1',
    '10.0.0.1:',
    '10.0.0.1:70000',
    '::1:80',
    '[fe80::1%eth0]:80',
    '10.0.0.1%eth0:80',
    '[10.0.0.1:80',
  ]) {
    assert.equal(readEndpoint(text), null, text);
  }
});

test('IPv4 in 16 bytes is the same as in 4', () => {
  const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1);
  assert.ok(isSameIp(mapped, Uint8Array.of(10, 0, 0, 1)));
  assert.ok(!isSameIp(new Uint8Array(0), Uint8Array.of(10, 0, 0, 1)));
});
