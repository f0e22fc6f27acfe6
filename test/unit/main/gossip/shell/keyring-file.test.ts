import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  type KeyringOptions,
  type OpenedKeyring,
  openKeyring,
} from '../../../../../src/main/gossip/shell/keyring-file.js';
import { temporaryDirectory, writeFiles } from '../../../../temporary.js';

const KEYS = ['AAAAAAAAAAAAAAAAAAAAAA==', 'oKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr8='] as const;
const UNKNOWN = "keyring doesn't include key provided with -encrypt, using keyring";

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}

function open(dataDir: string | null, options: Partial<KeyringOptions> = {}): OpenedKeyring {
  return openKeyring({ pool: 'lan', dataDir, isFileDisabled: false, encryptKey: '', ...options });
}

function keysOf(opened: OpenedKeyring): string[] | null {
  assert.ok(opened.ok);
  return opened.keyring?.keys.map((key) => Buffer.from(key.bytes).toString('base64')) ?? null;
}

test('the file is made from the key given, for its owner only', (context) => {
  const dataDir = temporaryDirectory(context);
  for (const [pool, name] of [['lan', 'local'] as const, ['wan', 'remote'] as const]) {
    const opened = open(dataDir, { pool, encryptKey: KEYS[1] });
    assert.deepEqual(keysOf(opened), [KEYS[1]]);
    const file = path.join(dataDir, 'serf', `${name}.keyring`);
    assert.equal(fs.readFileSync(file, 'utf8'), `["${KEYS[1]}"]`);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.ok(opened.ok && opened.file?.path === file && opened.warning === null);
  }
  assert.deepEqual(fs.readdirSync(path.join(dataDir, 'serf')), ['local.keyring', 'remote.keyring']);
});

test('a file that is there wins over the key given', (context) => {
  const dataDir = temporaryDirectory(context);
  writeFiles(dataDir, { 'serf/local.keyring': [KEYS[1]] });
  const opened = open(dataDir, { encryptKey: KEYS[0] });
  assert.deepEqual(keysOf(opened), [KEYS[1]]);
  assert.equal(opened.ok && opened.warning, UNKNOWN);
  assert.equal(fs.readFileSync(path.join(dataDir, 'serf/local.keyring'), 'utf8'), `["${KEYS[1]}"]`);
});

test('a key given that is in the file is no reason for a warning, and the order stays', (context) => {
  const dataDir = temporaryDirectory(context);
  writeFiles(dataDir, { 'serf/local.keyring': [KEYS[1], KEYS[0]] });
  const opened = open(dataDir, { encryptKey: KEYS[0] });
  assert.deepEqual(keysOf(opened), [KEYS[1], KEYS[0]]);
  assert.equal(opened.ok && opened.warning, null);
  assert.deepEqual(keysOf(open(dataDir)), [KEYS[1], KEYS[0]]);
});

test('without file and key there is no keyring, and no file comes of it', (context) => {
  const dataDir = temporaryDirectory(context);
  assert.equal(keysOf(open(dataDir)), null);
  assert.deepEqual(fs.readdirSync(dataDir), []);
});

test('without a directory, or with the file disabled, the key is only in memory', (context) => {
  const dataDir = temporaryDirectory(context);
  for (const opened of [
    open(null, { encryptKey: KEYS[0] }),
    open(dataDir, { encryptKey: KEYS[0], isFileDisabled: true }),
  ]) {
    assert.deepEqual(keysOf(opened), [KEYS[0]]);
    assert.equal(opened.ok && opened.file, null);
  }
  assert.deepEqual(fs.readdirSync(dataDir), []);
  writeFiles(dataDir, { 'serf/local.keyring': [KEYS[1]] });
  assert.equal(keysOf(open(dataDir, { isFileDisabled: true })), null);
});

test('changes are written with two spaces, the last state wins', async (context) => {
  const dataDir = temporaryDirectory(context);
  const opened = open(dataDir, { encryptKey: KEYS[0] });
  assert.ok(opened.ok && opened.keyring !== null && opened.file !== null);
  const { keyring, file } = opened;
  assert.equal(keyring.add(bytes(KEYS[1])), null);
  const first = file.save();
  assert.equal(keyring.use(bytes(KEYS[1])), null);
  const second = file.save();
  await first;
  assert.equal(keyring.remove(bytes(KEYS[0])), null);
  assert.deepEqual(await Promise.all([first, second, file.save()]), [null, null, null]);
  assert.equal(fs.readFileSync(file.path, 'utf8'), `[\n  "${KEYS[1]}"\n]`);
  assert.equal(fs.statSync(file.path).mode & 0o777, 0o600);
  assert.deepEqual(keysOf(open(dataDir)), [KEYS[1]]);
});

test('a write that fails says so, and leaves the file as it was', async (context) => {
  const dataDir = temporaryDirectory(context);
  const opened = open(dataDir, { encryptKey: KEYS[0] });
  assert.ok(opened.ok && opened.file !== null);
  fs.mkdirSync(`${opened.file.path}.tmp`);
  opened.keyring?.add(bytes(KEYS[1]));
  assert.match((await opened.file.save()) ?? '', /^failed to write keyring file .*local\.keyring: EISDIR/);
  assert.deepEqual(keysOf(open(dataDir)), [KEYS[0]]);
  fs.rmdirSync(`${opened.file.path}.tmp`);
  assert.equal(await opened.file.save(), null);
  assert.deepEqual(keysOf(open(dataDir)), [...KEYS]);
});

test('bad content ends the start with the name of the file and what would be right', (context) => {
  const dataDir = temporaryDirectory(context);
  const file = path.join(dataDir, 'serf/local.keyring');
  const right = 'it must be a JSON array of base64 keys of 16, 24 or 32 bytes, the primary one first';
  const cases: readonly (readonly [content: string, problem: string])[] = [
    ['', 'is not JSON'],
    ['["', 'is not JSON'],
    [`"${KEYS[0]}"`, 'is not an array'],
    ['null', 'is not an array'],
    ['[]', 'has no keys'],
    [`["${KEYS[0]}", 5]`, 'has something else than base64 in place 2'],
    ['["AAAA!"]', 'has something else than base64 in place 1'],
    ['["AAAA"]', 'has a key of 3 bytes in place 1'],
    [`[${' '.repeat(300_000)}"${KEYS[0]}"]`, 'is not JSON'],
  ];
  for (const [content, problem] of cases) {
    writeFiles(dataDir, { 'serf/local.keyring': content });
    const opened = open(dataDir, { encryptKey: KEYS[0] });
    assert.deepEqual(opened, { ok: false, error: `Failed to configure keyring: ${file} ${problem}: ${right}` });
  }
});

test('a key that is none ends the start', (context) => {
  const dataDir = temporaryDirectory(context);
  const error = (encryptKey: string): string | false => {
    const opened = open(dataDir, { encryptKey });
    return !opened.ok && opened.error;
  };
  assert.equal(error('AAAA'), 'Failed to configure keyring: Invalid key: key size must be 16, 24 or 32 bytes');
  assert.equal(error('A'), 'Failed to configure keyring: Invalid key: it is not base64');
  assert.deepEqual(fs.readdirSync(dataDir), []);
  fs.writeFileSync(path.join(dataDir, 'serf'), '');
  assert.match(error(KEYS[0]) || '', /^Failed to configure keyring: ENOTDIR/);
});
