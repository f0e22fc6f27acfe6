// Stock snapshots are readable here, and what is written here has their form.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { logIndex, term } from '../../../../src/workers/raft/core/entry.js';
import { parseMeta, renderMeta } from '../../../../src/workers/raft/snapshot/meta.js';
import { SnapshotDirectory } from '../../../../src/workers/raft/snapshot/snapshot-directory.js';
import { dataPath } from '../../../data.js';

const STOCK = '2-143-1795430115715';
const stockMeta = (): string => readFileSync(dataPath(`raft/snapshots/${STOCK}/meta.json`), 'utf8');

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lictor-snapshots-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('the recorded meta.json is read and written to the same bytes', () => {
  const parsed = parseMeta(stockMeta());
  assert.ok(typeof parsed !== 'string');
  assert.deepEqual(parsed.position, { index: 143, term: 2 });
  assert.equal(parsed.configuration.index, 1);
  assert.equal(renderMeta(parsed).trimEnd(), stockMeta().trimEnd());
});

test('a meta.json that is none is described', () => {
  assert.match(String(parseMeta('{')), /^meta\.json: /);
  assert.match(String(parseMeta('[]')), /not an object/);
  assert.match(String(parseMeta(stockMeta().replace('"Version":1', '"Version":2'))), /unsupported snapshot version 2/);
  assert.match(String(parseMeta(stockMeta().replace('"Index":143', '"Index":-1'))), /must be numbers/);
  assert.match(String(parseMeta(stockMeta().replace('"CRC":"rbac', '"CRC":"'))), /not readable/);
});

test('the newest readable snapshot is found; damaged, foreign and unfinished ones are not', async (context) => {
  const path = folder(context);
  cpSync(dataPath(`raft/snapshots/${STOCK}`), join(path, STOCK), { recursive: true });
  for (const [name, change] of [
    ['2-144-1', (bytes: Buffer) => bytes.fill(1, 100, 101)],
    ['3-1-1', (bytes: Buffer) => bytes.subarray(1)],
  ] as const) {
    cpSync(join(path, STOCK), join(path, name), { recursive: true });
    writeFileSync(join(path, name, 'state.bin'), change(readFileSync(join(path, STOCK, 'state.bin'))));
  }
  mkdirSync(join(path, '9-9-9.tmp'));
  mkdirSync(join(path, 'something else'));
  const store = await SnapshotDirectory.open(path, () => 5);
  assert.ok(!readdirSync(path).includes('9-9-9.tmp'));
  const problems: string[] = [];
  const found = await store.newestReadable((id, problem) => problems.push(`${id}: ${problem}`));
  assert.deepEqual(problems, ['3-1-1: state.bin has 40116 bytes, meta.json says 40117', '2-144-1: CRC mismatch']);
  assert.equal(found?.id, STOCK);
});

test('two snapshots are retained; a cancelled one leaves nothing', async (context) => {
  const path = folder(context);
  let now = 10;
  const store = await SnapshotDirectory.open(path, () => now++);
  const configuration = { index: logIndex(1), configuration: { servers: [] } };
  for (const index of [9, 10, 11]) {
    const sink = await store.create({ index: logIndex(index), term: term(2) }, configuration);
    await sink.write(Buffer.from(`state at ${index}`));
    await sink.finish();
  }
  const cancelled = await store.create({ index: logIndex(12), term: term(2) }, configuration);
  await cancelled.write(Buffer.from('half'));
  await cancelled.cancel();
  assert.deepEqual(readdirSync(path).sort(), ['2-10-11', '2-11-12']);
  const newest = await store.newestReadable(() => assert.fail('all are readable'));
  assert.ok(newest);
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(newest)) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), 'state at 11');
});
