import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decrypt,
  ENCRYPTION_OVERHEAD,
  encrypt,
  encryptedLength,
} from '../../../../../src/main/gossip/wire/encryption.js';
import { Keyring } from '../../../../../src/main/gossip/wire/keyring.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface EncryptCase {
  readonly name: string;
  readonly hex: string;
  readonly key: string;
  readonly aad: string;
  readonly nonce: string;
  readonly plaintext: string;
  readonly version: 0 | 1;
  readonly stream?: boolean;
  readonly error?: string;
}

function ringOf(...keys: string[]): Keyring {
  const ring = new Keyring();
  for (const key of keys) assert.equal(ring.add(fromHex(key)), null);
  return ring;
}

test('recorded packets and streams are encrypted to the byte and decrypted; the refused ones say why', () => {
  const { cases } = readVectors<EncryptCase>('encrypt');
  assert.ok(cases.length >= 40);
  for (const item of cases) {
    const ring = ringOf(item.key);
    const payload = fromHex(item.stream === true ? item.hex.slice(10) : item.hex);
    const decrypted = decrypt(ring, payload, fromHex(item.aad));
    if (item.error !== undefined) {
      assert.deepEqual(decrypted, { ok: false, problem: item.error }, item.name);
      continue;
    }
    assert.ok(decrypted.ok, item.name);
    assert.equal(toHex(decrypted.plaintext), item.plaintext, item.name);
    const [key] = ring.keys;
    assert.ok(key !== undefined);
    const plaintext = fromHex(item.plaintext);
    const encrypted = encrypt(item.version, key, plaintext, fromHex(item.aad), fromHex(item.nonce));
    assert.equal(toHex(encrypted), toHex(payload), item.name);
    assert.equal(encryptedLength(item.version, plaintext.length), payload.length, item.name);
    assert.ok(payload.length - plaintext.length <= ENCRYPTION_OVERHEAD[item.version], item.name);
  }
});

const KEYS = ['01', '02', '03'].map((byte) => byte.repeat(16));

test('every key of the ring decrypts, a removed one does not', () => {
  const ring = ringOf(...KEYS);
  const empty = new Uint8Array(0);
  const sent = ring.keys.map((key) => encrypt(1, key, Buffer.from('gossip'), empty));
  for (const payload of sent) {
    const decrypted = decrypt(ring, payload, empty);
    assert.ok(decrypted.ok && Buffer.from(decrypted.plaintext).toString() === 'gossip');
  }
  ring.remove(fromHex(KEYS[1] ?? ''));
  assert.deepEqual(
    sent.map((payload) => decrypt(ring, payload, empty).ok),
    [true, false, true],
  );
});

test('a nonce is used once', () => {
  const [key] = ringOf('07'.repeat(16)).keys;
  assert.ok(key !== undefined);
  const empty = new Uint8Array(0);
  const first = encrypt(1, key, empty, empty);
  assert.notEqual(toHex(first), toHex(encrypt(1, key, empty, empty)));
});

test('padding that cannot be is refused, though its sender has the key', () => {
  const ring = ringOf('07'.repeat(16));
  const [key] = ring.keys;
  assert.ok(key !== undefined);
  const empty = new Uint8Array(0);
  for (const last of [0, 17, 255]) {
    // A version 1 text under a version 0 header: the version isn't authenticated.
    const text = new Uint8Array(32);
    text[31] = last;
    const payload: Uint8Array = Uint8Array.from(encrypt(1, key, text, empty));
    payload[0] = 0;
    assert.equal(decrypt(ring, payload, empty).ok, false, `padding ${last}`);
  }
});
