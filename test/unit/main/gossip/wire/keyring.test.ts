import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY_PROBLEMS, Keyring } from '../../../../../src/main/gossip/wire/keyring.js';

function key(byte: number, length = 16): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

function order(ring: Keyring): number[] {
  return ring.keys.map((ringKey) => ringKey.bytes[0] ?? -1);
}

test('the first key becomes primary, later ones go to the end, once each', () => {
  const ring = new Keyring();
  assert.deepEqual(order(ring), []);
  for (const byte of [1, 2, 3, 2, 1]) assert.equal(ring.add(key(byte)), null);
  assert.deepEqual(order(ring), [1, 2, 3]);
  assert.equal(ring.primary?.bytes[0], 1);
});

test('using a key moves it to the front and leaves the order of the others', () => {
  const ring = new Keyring();
  for (const byte of [1, 2, 3, 4]) ring.add(key(byte));
  assert.equal(ring.use(key(3)), null);
  assert.deepEqual(order(ring), [3, 1, 2, 4]);
  assert.equal(ring.use(key(9)), 'unknown');
  assert.deepEqual(order(ring), [3, 1, 2, 4]);
});

test('the primary key stays; an unknown one is removed successfully', () => {
  const ring = new Keyring();
  for (const byte of [1, 2]) ring.add(key(byte));
  assert.equal(ring.remove(key(1)), 'primary');
  assert.equal(ring.remove(key(9)), null);
  assert.equal(ring.remove(key(2)), null);
  assert.deepEqual(order(ring), [1]);
});

test('keys have 16, 24 or 32 bytes; the texts are the protocol’s', () => {
  const ring = new Keyring();
  for (const length of [0, 15, 17, 31, 33, 64]) assert.equal(ring.add(key(1, length)), 'size');
  for (const length of [16, 24, 32]) assert.equal(ring.add(key(1, length)), null);
  assert.deepEqual(
    ring.keys.map((ringKey) => ringKey.cipher),
    ['aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm'],
  );
  assert.deepEqual(KEY_PROBLEMS, {
    size: 'key size must be 16, 24 or 32 bytes',
    unknown: 'Requested key is not in the keyring',
    primary: 'Removing the primary key is not allowed',
  });
});

test('the ring keeps its own copy of a key', () => {
  const ring = new Keyring();
  const bytes = key(5);
  ring.add(bytes);
  bytes.fill(0);
  assert.deepEqual(order(ring), [5]);
});
