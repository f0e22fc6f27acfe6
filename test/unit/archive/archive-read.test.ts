import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { META, STATE, SUMS } from '../../../src/archive/archive-format.js';
import { writeArchive } from '../../../src/archive/archive-write.js';
import { tarEnd } from '../../../src/archive/tar.js';
import { dataPath } from '../../data.js';
import { type File, metaOf, readBytes, readTar, STATE_BYTES, soundFiles, sumsOf, tarOf } from './archive.js';

const RECORDED = readFileSync(dataPath('raft/populated.snap.tgz'));
const STATE_SHA = '39daae4f97d0c0c8c974913b4055e422af69d358fff329d927df117ff4c38207';

async function errorOf(tar: Buffer): Promise<string> {
  const { outcome } = await readTar(tar);
  assert.ok(!outcome.ok, 'it was taken');
  return outcome.error;
}

test("a stock server's archive is read, whatever the pieces it comes in", async () => {
  for (const pieceBytes of [1, 513, 1 << 20]) {
    const { outcome, state } = await readBytes(RECORDED, pieceBytes);
    const meta = { id: '2-143-1795430115715', index: 143, term: 2, version: 1, size: 40117 };
    assert.deepEqual(outcome, { ok: true, meta });
    assert.equal(state.length, 40117);
    assert.equal(sumsOf([{ name: 's', bytes: state }]).bytes.toString(), `${STATE_SHA}  s\n`);
  }
});

test("what is written has the same bytes as a stock server's", async () => {
  const recorded = gunzipSync(RECORDED);
  const { state } = await readBytes(RECORDED);
  const meta = recorded.toString('utf8', 512, 512 + 250);
  async function* stateInPieces() {
    yield state.subarray(0, 100);
    yield state.subarray(100);
  }
  const unixSeconds = Number.parseInt(recorded.toString('latin1', 136, 147), 8);
  const content = { meta, size: state.length, state: stateInPieces(), unixSeconds };
  const written: Buffer[] = [];
  for await (const bytes of writeArchive(content)) written.push(bytes as Buffer);
  assert.equal(gunzipSync(Buffer.concat(written)).toString('hex'), recorded.toString('hex'));
});

test('a state that is shorter than it was said to be makes no archive', async () => {
  async function* short() {
    yield Buffer.from('short');
  }
  const archive = writeArchive({ meta: '{}', size: 6, state: short(), unixSeconds: 0 });
  await assert.rejects(async () => {
    for await (const _ of archive);
  }, /size didn't match \(5 != 6\)/);
});

test('what is no gzip is told from nothing at all', async () => {
  const of = async (bytes: Buffer) => (await readBytes(bytes)).outcome;
  assert.deepEqual(await of(Buffer.alloc(0)), { ok: false, error: 'failed to decompress snapshot: EOF' });
  const junk = { ok: false, error: 'failed to decompress snapshot: gzip: invalid header' };
  assert.deepEqual(await of(Buffer.from('not a snapshot')), junk);
});

test('an archive that is cut anywhere, or has a byte changed, is refused', async () => {
  for (let length = 1; length < RECORDED.length; length += 97) {
    const { outcome } = await readBytes(RECORDED.subarray(0, length));
    assert.equal(outcome.ok, false, `cut to ${length} bytes`);
  }
  const tar = gunzipSync(RECORDED);
  // The padding of a file is nobody's; the last bytes of a header neither, but for its checksum.
  for (const at of [0, 3, 125, 149, 156, 520, 1024, 1030, 1536 + 5, 1536 + 40000, tar.length - 1024 - 500]) {
    const changed = Buffer.from(tar);
    changed[at] = (changed[at] ?? 0) ^ 0x15;
    const { outcome } = await readTar(changed);
    assert.equal(outcome.ok, false, `byte ${at}`);
  }
});

test('checksums must be right, of both files, and of nothing else', async () => {
  const [meta, state] = soundFiles() as [File, File, File];
  const check = 'failed to read snapshot file: failed checking integrity of snapshot: ';
  const wrong = { name: STATE, bytes: Buffer.from('other one') };
  assert.equal(await errorOf(tarOf([meta, wrong, sumsOf([meta, state])])), `${check}hash check failed for "state.bin"`);
  assert.equal(await errorOf(tarOf([meta, state, sumsOf([meta])])), `${check}file missing for "state.bin"`);
  assert.equal(await errorOf(tarOf([meta, state])), `${check}file missing for "meta.json"`);
  const both = sumsOf([meta, state]);
  assert.equal(await errorOf(tarOf([meta, both])), `${check}hash check failed for "state.bin"`);
  assert.equal(await errorOf(tarOf([state, both])), `${check}hash check failed for "meta.json"`);
  const nothing = sumsOf([meta, { name: STATE, bytes: Buffer.alloc(0) }]);
  assert.match(await errorOf(tarOf([meta, nothing])), /file missing/);
  const more = sumsOf([meta, state, { name: 'x', bytes: state.bytes }]);
  assert.equal(await errorOf(tarOf([meta, state, more])), `${check}list missing hash for "x"`);
  const { outcome } = await readTar(tarOf([meta, state, sumsOf([state, meta])]));
  assert.ok(outcome.ok, 'either order of the lines');
});

test('other files, paths and second ones are refused', async () => {
  const [meta, state, sums] = soundFiles() as [File, File, File];
  for (const name of ['../state.bin', '/etc/passwd', './meta.json', 'x']) {
    const error = await errorOf(tarOf([{ name, bytes: STATE_BYTES }, meta, state, sums]));
    assert.equal(error, `failed to read snapshot file: unexpected file "${name}" in snapshot`);
  }
  for (const again of [meta, state, sums]) {
    const error = await errorOf(tarOf([meta, state, sums, again]));
    assert.equal(error, `failed to read snapshot file: unexpected file "${again.name}" in snapshot`);
  }
});

test('links, folders and extended headers are refused', async () => {
  for (const type of '1256xgLK') {
    const tar = tarOf(soundFiles());
    tar.write(type, 156, 'latin1');
    let sum = 8 * 0x20;
    for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += tar[at] ?? 0;
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const error = await errorOf(tar);
    assert.equal(error, 'failed to read snapshot file: unexpected file "meta.json" in snapshot', `type ${type}`);
  }
});

test('a size that the bytes do not cover costs nothing', async () => {
  const [meta, , sums] = soundFiles() as [File, File, File];
  for (const size of [2 ** 31, 2 ** 40]) {
    for (const name of [META, SUMS]) {
      const error = await errorOf(tarOf([{ name, bytes: STATE_BYTES, size }]));
      assert.match(error, /too large, at most \d+ are taken$/);
    }
    const { outcome, begun, state } = await readTar(tarOf([meta, { name: STATE, bytes: STATE_BYTES, size }, sums]));
    assert.deepEqual(outcome, {
      ok: false,
      error: 'failed to read snapshot file: failed to read snapshot: unexpected EOF',
    });
    assert.equal(begun, size);
    assert.ok(state.length < 10_000);
  }
});

test("meta.json must be one, and say the state's length", async () => {
  const of = (bytes: Buffer) => {
    const both = [
      { name: META, bytes },
      { name: STATE, bytes: STATE_BYTES },
    ];
    return errorOf(tarOf([...both, sumsOf(both)]));
  };
  assert.match(await of(Buffer.from('{')), /failed to decode snapshot metadata/);
  assert.match(await of(Buffer.from('{"Version":2}')), /unsupported snapshot version 2/);
  assert.equal(
    await of(metaOf(8)),
    "failed to read snapshot file: failed to write snapshot, size didn't match (9 != 8)",
  );
});

test('what lies behind the end is refused, however much it is', async () => {
  const files = soundFiles();
  assert.match(
    await errorOf(tarOf(files, Buffer.concat([tarEnd(), Buffer.alloc(5)]))),
    /: 5 unread uncompressed bytes/,
  );
  const bomb = Buffer.concat([gzipSync(tarOf(files)), gzipSync(Buffer.alloc(64 * 1024 * 1024))]);
  const { outcome } = await readBytes(bomb);
  assert.ok(!outcome.ok);
  assert.match(outcome.error, /unread uncompressed bytes remain$/);
  assert.match(await errorOf(tarOf(files, Buffer.alloc(0))), /unexpected EOF/);
});
