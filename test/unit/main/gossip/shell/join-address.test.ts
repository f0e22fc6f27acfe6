import assert from 'node:assert/strict';
import { SocketAddress } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipText, parseIp } from '../../../../../src/gotext/ip.js';
import { addressText } from '../../../../../src/main/gossip/core/node.js';
import { parseJoinAddress, resolveJoinAddress } from '../../../../../src/main/gossip/shell/join-address.js';

test('join addresses: name, host, port', () => {
  const cases = [
    ['10.0.0.1', '', '10.0.0.1', 8301],
    ['10.0.0.1:1', '', '10.0.0.1', 1],
    ['n1/10.0.0.1:1', 'n1', '10.0.0.1', 1],
    ['n1.dc1/host.example', 'n1.dc1', 'host.example', 8301],
    ['::1', '', '::1', 8301],
    ['[::1]', '', '::1', 8301],
    ['[::1]:7', '', '::1', 7],
    ['n/[2001:db8::1]:7', 'n', '2001:db8::1', 7],
  ] as const;
  for (const [text, name, host, port] of cases) {
    assert.deepEqual(parseJoinAddress(text, 8301), { ok: true, address: { name, host, port } }, text);
  }
  const errors = [
    ['/x', 'empty node name provided'],
    ['a:b:c', 'address a:b:c: too many colons in address'],
    ['a:x', 'strconv.ParseUint: parsing "x": invalid syntax'],
    ['a:70000', 'strconv.ParseUint: parsing "70000": value out of range'],
  ] as const;
  for (const [text, error] of errors) assert.deepEqual(parseJoinAddress(text, 8301), { ok: false, error }, text);
});

test('addresses resolve to themselves, names to all they stand for, and unknown ones not at all', async () => {
  assert.deepEqual(await resolveJoinAddress({ name: '', host: '127.0.0.7', port: 9 }), {
    ok: true,
    addresses: [{ ip: Uint8Array.of(127, 0, 0, 7), port: 9 }],
  });
  const local = await resolveJoinAddress({ name: '', host: 'localhost', port: 9 });
  assert.ok(local.ok && local.addresses.some((address) => ['127.0.0.1', '::1'].includes(ipText(address.ip))));
});

test('addresses as text and as bytes', () => {
  assert.equal(addressText({ ip: Uint8Array.of(10, 0, 0, 1), port: 8301 }), '10.0.0.1:8301');
  assert.deepEqual(parseIp('::ffff:10.0.0.1'), Uint8Array.of(10, 0, 0, 1));
  assert.equal(parseIp('fe80::1%eth0')?.[15], 1);
  for (const text of ['', 'x', '1.2.3', '1.2.3.4.5', ':::', '1.2.3.256']) assert.equal(parseIp(text), null, text);
  for (const text of ['::', '::1', '1::', '2001:db8::1', '2001:db8:0:1:1:1:1:1', '1:0:0:2::3', 'fe80::1:0:0:1']) {
    assert.equal(ipText(parseIp(text) ?? new Uint8Array(0)), text);
  }
  const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 65535 })), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, (values) => {
      const ip = Uint8Array.from(values.flatMap((value) => [value >> 8, value & 255]));
      const full = values.map((value) => value.toString(16)).join(':');
      const parsed = parseIp(full);
      fc.pre(parsed?.length === 16);
      assert.deepEqual(parsed, ip);
      assert.deepEqual(parseIp(ipText(ip)), ip);
      const { address } = new SocketAddress({ address: full, family: 'ipv6' });
      if (!address.includes('.')) assert.equal(ipText(ip), address);
    }),
  );
});
