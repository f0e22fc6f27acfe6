import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipText, parseIp, unmapped } from '../../../src/gotext/ip.js';

const v6 = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

test('addresses look as Go prints them', () => {
  assert.equal(ipText(Uint8Array.of(10, 0, 0, 255)), '10.0.0.255');
  assert.equal(ipText(v6('20010db8000000000000000000000002')), '2001:db8::2');
  assert.equal(ipText(v6('00000000000000000000000000000000')), '::');
  assert.equal(ipText(v6('00000000000000000000000000000001')), '::1');
  assert.equal(ipText(v6('fe800000000000000000000000000000')), 'fe80::');
  assert.equal(ipText(v6('20010000000100010001000100010001')), '2001:0:1:1:1:1:1:1');
  assert.equal(ipText(v6('20010000000000010000000000000001')), '2001:0:0:1::1');
  assert.equal(ipText(v6('20010000000000010001000000000001')), '2001::1:1:0:0:1');
  assert.equal(ipText(v6('00000000000000000000ffff0a000001')), '10.0.0.1');
});

test('IPv4 in 16 bytes is taken out of them', () => {
  assert.deepEqual(unmapped(v6('00000000000000000000ffff0a000001')), Uint8Array.of(10, 0, 0, 1));
  assert.equal(unmapped(v6('00000000000000000001ffff0a000001')).length, 16);
});

test('every IPv6 text is an address without two zero groups side by side', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 1, 0xabcd), { minLength: 8, maxLength: 8 }), (groups) => {
      const text = ipText(Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255])));
      if (text.includes('.')) return;
      assert.ok(isIPv6(text), text);
      const runs = text.match(/(?:^|:)0:0(?=:|$)/g) ?? [];
      assert.ok(runs.length === 0 || text.includes('::'), text);
    }),
  );
});

test('texts are read as Go reads them, a zone left out', () => {
  const hex = (text: string): string | null => {
    const ip = parseIp(text);
    return ip && Buffer.from(ip).toString('hex');
  };
  assert.equal(hex('10.0.0.255'), '0a0000ff');
  assert.equal(hex('::'), '0'.repeat(32));
  assert.equal(hex('FE80::1%eth0'), 'fe800000000000000000000000000001');
  assert.equal(hex('1:2:3:4:5:6:7:8'), '00010002000300040005000600070008');
  assert.equal(hex('64:ff9b::10.0.0.1'), '0064ff9b00000000000000000a000001');
  assert.equal(hex('::ffff:10.0.0.1'), '0a000001');
  for (const text of ['', 'host', '10.0.0', '10.0.0.256', '1::2::3', '[::1]']) assert.equal(hex(text), null, text);
});

test('an address read from its own text is the same', () => {
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.array(fc.constantFrom(0, 0, 255, 1), { minLength: 16, maxLength: 16 }).map((bytes) => Uint8Array.from(bytes)),
  );
  fc.assert(fc.property(address, (ip) => assert.deepEqual(parseIp(ipText(ip)), Uint8Array.from(unmapped(ip)))));
});
