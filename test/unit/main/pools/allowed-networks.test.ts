import assert from 'node:assert/strict';
import { BlockList, SocketAddress } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipText } from '../../../../src/gotext/ip.js';
import { allowedNetworks } from '../../../../src/main/pools/allowed-networks.js';

const v6 = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

test('addresses are allowed inside the networks of their family only', () => {
  const allows = allowedNetworks(['10.1.0.0/16', '192.168.0.3/32', '2001:db8::/33']);
  assert.ok(allows(Uint8Array.of(10, 1, 255, 255)));
  assert.ok(!allows(Uint8Array.of(10, 2, 0, 0)));
  assert.ok(allows(Uint8Array.of(192, 168, 0, 3)));
  assert.ok(!allows(Uint8Array.of(192, 168, 0, 2)));
  assert.ok(allows(v6('20010db87fff00000000000000000001')));
  assert.ok(!allows(v6('20010db8800000000000000000000001')));
  assert.ok(allows(v6('00000000000000000000ffff0a010001')), 'IPv4 in 16 bytes');
});

test('without networks everybody is allowed, in /0 everybody of the family', () => {
  assert.ok(allowedNetworks([])(Uint8Array.of(1, 2, 3, 4)));
  const allows = allowedNetworks(['0.0.0.0/0']);
  assert.ok(allows(Uint8Array.of(1, 2, 3, 4)));
  assert.ok(!allows(v6('20010db8000000000000000000000001')));
});

test("any network agrees with the platform's", () => {
  const ip = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(ip, fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 31 }), (base, prefix, bit) => {
      const list = new BlockList();
      list.addSubnet(ipText(base), prefix, 'ipv4');
      const other = Uint8Array.from(base);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (128 >> (bit & 7));
      const expected = list.check(new SocketAddress({ address: ipText(other), family: 'ipv4' }));
      assert.equal(allowedNetworks([`${ipText(base)}/${prefix}`])(other), expected);
    }),
  );
});
