// Addresses and networks as numbers, against Node's own judgement.

import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addressNumber, addressText, blockContains, parseBlock } from '../../../../src/main/config/sockaddr/block.js';

describe('networks', () => {
  test('addresses come back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const number = addressNumber(text);
        assert.ok(number !== null);
        const again = addressNumber(addressText(number.family, number.value));
        assert.deepEqual(again, number);
      }),
    );
  });

  test('the shortest form of IPv6', () => {
    const shortened = (text: string): string => addressText(6, addressNumber(text)?.value ?? -1n);
    assert.equal(shortened('2001:0db8:0:0:0:0:0:1'), '2001:db8::1');
    assert.equal(shortened('0:0:0:0:0:0:0:0'), '::');
    assert.equal(shortened('fe80:0:0:0:1:0:0:0'), 'fe80::1:0:0:0');
    assert.equal(shortened('0:0:0:1:0:0:0:1'), '::1:0:0:0:1');
    assert.equal(shortened('1:0:2:0:3:0:4:0'), '1:0:2:0:3:0:4:0');
  });

  test('IPv4 written as IPv6 is IPv4, an address as well as a network, as in Go', () => {
    assert.deepEqual(addressNumber('::ffff:1.2.3.4'), addressNumber('1.2.3.4'));
    assert.deepEqual(parseBlock('::ffff:10.1.2.3/104'), parseBlock('10.0.0.0/8'));
    assert.deepEqual(parseBlock('::ffff:10.0.0.1/8'), parseBlock('::/8'));
  });

  test('what is beyond an address is cut off', () => {
    assert.equal(addressText(4, 2n ** 32n + 1n), '0.0.0.1');
    assert.equal(addressText(6, -1n), 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
  });

  test('membership agrees with node:net', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), fc.ipV4(), (base, prefix, address) => {
        const list = new BlockList();
        list.addSubnet(base, prefix);
        const block = parseBlock(`${base}/${prefix}`);
        assert.ok(block !== null);
        assert.equal(blockContains(block, address), list.check(address));
        assert.ok(blockContains(block, base));
      }),
    );
  });

  test('what is no network', () => {
    for (const text of ['1.2.3.4', '1.2.3.4/33', '::/129', 'x/8', '1.2.3.4/', '1.2.3.4/-1', '/8']) {
      assert.equal(parseBlock(text), null, text);
    }
  });
});
