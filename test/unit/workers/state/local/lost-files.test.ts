// Registrations that were acknowledged and are no longer in the store's files: each way to lose them is said with the name
// of the file and stops, nothing is changed by it, and what a crash may leave behind is told apart from it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { MAGIC, UNWITNESSED_MAGIC } from '../../../../../src/workers/state/local/store/log-frames.js';
import { DurableStore } from '../../../../../src/workers/state/local/store/registration-store.js';
import { LocalStoreError } from '../../../../../src/workers/state/local/store/store-error.js';
import { StoreMarker } from '../../../../../src/workers/state/local/store/store-marker.js';
import type { Operation } from '../../../../../src/workers/state/local/store/store-operations.js';
import { NO_SERVICE } from '../../../../../src/workers/state/records/zero-values.js';
import { temporaryDirectory } from '../../../../temporary.js';
import { frame } from './frames.js';

const MARKER = 'log.durable';
const LOG = 'log-0000000001';
const SNAPSHOT = 'snapshot-0000000001';
/** Larger than a log grows before a snapshot is made. */
const LARGE = 9 * 1024 * 1024;

const silent = new Logger('agent', new LogSink('error', () => undefined));
const none = (): Promise<readonly string[]> => Promise.resolve([]);

function put(id: string, name = id): Operation {
  return { kind: 'service', token: '', source: 'remote', service: { ...NO_SERVICE, ID: id, Service: name } };
}

interface Written {
  readonly dataDir: string;
  readonly local: string;
  /** Where the last acknowledged write in the log begins, and where it ends. */
  readonly last: number;
  readonly end: number;
}

/** An imported registration in the snapshot, and two in the log. */
async function written(context: TestContext): Promise<Written> {
  const dataDir = temporaryDirectory(context);
  const { store } = await DurableStore.open(dataDir, silent, () => Promise.resolve([put('imported')]));
  await store.commit([put('a')]);
  await store.commit([put('b')]);
  await store.close();
  const last = MAGIC.length + frame(put('a')).length;
  return { dataDir, local: path.join(dataDir, 'local'), last, end: last + frame(put('b')).length };
}

async function servicesIn(dataDir: string): Promise<string[]> {
  const { store, contents } = await DurableStore.open(dataDir, silent, () => Promise.reject(new Error('asked twice')));
  await store.close();
  return [...contents.services.keys()];
}

function content(folder: string): { readonly [name: string]: string } {
  const files = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, fs.readFileSync(path.join(folder, name), 'latin1')]));
}

/** The start is refused twice in the same words: the first refusal changes nothing. */
async function assertStops({ dataDir, local }: Written, name: string, what: string): Promise<void> {
  const before = content(local);
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(DurableStore.open(dataDir, silent, none), (error) => {
      assert.ok(error instanceof LocalStoreError);
      assert.equal(
        error.message,
        'The store of local registrations is damaged; restore it, or move it away to start without it: ' +
          `${path.join(local, name)}: ${what}`,
      );
      return true;
    });
    assert.deepEqual(content(local), before);
  }
}

function cutFile(file: string, size: number): void {
  fs.truncateSync(file, size);
}

function flipByte(file: string, at: number): void {
  const bytes = fs.readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
}

test('a log cut behind a whole write, in one, or to nothing', async (context) => {
  const store = await written(context);
  const log = path.join(store.local, LOG);
  const good = (offset: number): string => `good up to offset ${offset}, but was durable up to ${store.end}`;
  cutFile(log, store.end - 1);
  await assertStops(store, LOG, good(store.last));
  cutFile(log, store.last);
  await assertStops(store, LOG, good(store.last));
  cutFile(log, MAGIC.length);
  await assertStops(store, LOG, good(MAGIC.length));
  cutFile(log, 3);
  await assertStops(store, LOG, good(0));
  cutFile(log, 0);
  await assertStops(store, LOG, good(0));
});

test('a changed byte in the last acknowledged write', async (context) => {
  const store = await written(context);
  for (const at of [store.last, store.last + 4, store.last + 8, store.end - 1]) {
    flipByte(path.join(store.local, LOG), at);
    await assertStops(store, LOG, `good up to offset ${store.last}, but was durable up to ${store.end}`);
    flipByte(path.join(store.local, LOG), at);
  }
  assert.deepEqual(await servicesIn(store.dataDir), ['imported', 'a', 'b']);
});

test('a log that is gone', async (context) => {
  const store = await written(context);
  fs.unlinkSync(path.join(store.local, LOG));
  await assertStops(store, LOG, 'is missing');
});

test('a snapshot that is gone, alone or with its log', async (context) => {
  const store = await written(context);
  fs.unlinkSync(path.join(store.local, SNAPSHOT));
  await assertStops(store, SNAPSHOT, 'is missing');
  fs.unlinkSync(path.join(store.local, LOG));
  await assertStops(store, SNAPSHOT, 'is missing');
});

test('a snapshot cut behind a whole record, or to nothing', async (context) => {
  const store = await written(context);
  const snapshot = path.join(store.local, SNAPSHOT);
  const { size } = fs.statSync(snapshot);
  cutFile(snapshot, MAGIC.length);
  await assertStops(store, SNAPSHOT, `${MAGIC.length} bytes where ${size} were written`);
  cutFile(snapshot, 0);
  await assertStops(store, SNAPSHOT, 'bad record at offset 0');
});

test('a marker that is gone, empty or damaged', async (context) => {
  const store = await written(context);
  const marker = path.join(store.local, MARKER);
  flipByte(marker, 40);
  await assertStops(store, MARKER, 'checksum mismatch');
  cutFile(marker, 40);
  await assertStops(store, MARKER, '40 bytes where 512 were written');
  cutFile(marker, 0);
  await assertStops(store, MARKER, 'is missing or empty');
  fs.unlinkSync(marker);
  await assertStops(store, MARKER, 'is missing or empty');
});

test('an unfinished write behind the last acknowledged one is cut, whatever it left', async (context) => {
  const store = await written(context);
  const log = path.join(store.local, LOG);
  const torn = Buffer.from(frame(put('torn')));
  for (const rest of [torn.subarray(0, 5), torn.subarray(0, torn.length - 1), Buffer.alloc(20, 7)]) {
    cutFile(log, store.end);
    fs.appendFileSync(log, rest);
    assert.deepEqual(await servicesIn(store.dataDir), ['imported', 'a', 'b']);
  }
  // A write that got to the disk, but was never acknowledged, may stay: it is acknowledged from now on.
  fs.appendFileSync(log, torn);
  assert.deepEqual(await servicesIn(store.dataDir), ['imported', 'a', 'b', 'torn']);
  cutFile(log, store.end);
  await assertStops(store, LOG, `good up to offset ${store.end}, but was durable up to ${store.end + torn.length}`);
});

test('after a compaction the marker knows the new files', async (context) => {
  const dataDir = temporaryDirectory(context);
  const { store } = await DurableStore.open(dataDir, silent, none);
  store.attach(
    () => [put('a', 'x'.repeat(LARGE))],
    () => 0,
  );
  await store.commit([put('a', 'x'.repeat(LARGE))]);
  await store.commit([put('b')]);
  await store.close();
  const local = path.join(dataDir, 'local');
  const names = fs.readdirSync(local).sort();
  assert.deepEqual(names, ['log-0000000002', MARKER, 'snapshot-0000000002']);
  const end = MAGIC.length + frame(put('b')).length;
  const there: Written = { dataDir, local, last: MAGIC.length, end };
  cutFile(path.join(local, 'log-0000000002'), MAGIC.length);
  await assertStops(there, 'log-0000000002', `good up to offset ${MAGIC.length}, but was durable up to ${end}`);
  fs.unlinkSync(path.join(local, 'log-0000000002'));
  await assertStops(there, 'log-0000000002', 'is missing');
  fs.renameSync(path.join(local, 'snapshot-0000000002'), path.join(local, 'snapshot-0000000001'));
  await assertStops(there, 'snapshot-0000000002', 'is missing');
});

test('of several logs behind one snapshot each must be there, and whole', async (context) => {
  const dataDir = temporaryDirectory(context);
  const { store } = await DurableStore.open(dataDir, silent, none);
  // A snapshot that can't be made leaves the logs as they are.
  fs.mkdirSync(path.join(dataDir, 'local', 'snapshot-0000000002.tmp'));
  store.attach(
    () => [],
    () => 0,
  );
  await store.commit([put('a', 'x'.repeat(LARGE))]);
  await store.commit([put('b')]);
  await store.close();
  fs.rmdirSync(path.join(dataDir, 'local', 'snapshot-0000000002.tmp'));
  const local = path.join(dataDir, 'local');
  const first = path.join(local, LOG);
  const end = MAGIC.length + frame(put('a', 'x'.repeat(LARGE))).length;
  const there: Written = { dataDir, local, last: MAGIC.length, end };
  const whole = fs.readFileSync(first);
  cutFile(first, MAGIC.length);
  await assertStops(there, LOG, `good up to offset ${MAGIC.length}, but was durable up to ${end}`);
  fs.unlinkSync(first);
  await assertStops(there, LOG, 'is missing');
  fs.writeFileSync(first, whole);
  assert.deepEqual(await servicesIn(dataDir), ['a', 'b']);
});

test("an older agent's directory has no marker: it is taken as it is, and has one from then on", async (context) => {
  const store = await written(context);
  fs.unlinkSync(path.join(store.local, MARKER));
  for (const name of [SNAPSHOT, LOG]) {
    const file = path.join(store.local, name);
    fs.writeFileSync(file, Buffer.concat([UNWITNESSED_MAGIC, fs.readFileSync(file).subarray(MAGIC.length)]));
  }
  assert.deepEqual(await servicesIn(store.dataDir), ['imported', 'a', 'b']);
  fs.unlinkSync(path.join(store.local, MARKER));
  await assertStops(store, MARKER, 'is missing or empty');
});

test('a first start goes on wherever it was cut off', async (context) => {
  const whole = await written(context);
  const dataDir = temporaryDirectory(context);
  const local = path.join(dataDir, 'local');
  fs.mkdirSync(local);
  const marker = new StoreMarker(path.join(local, MARKER));
  const write = (name: string, bytes: Uint8Array) => (): void => fs.writeFileSync(path.join(local, name), bytes);
  const snapshot = fs.readFileSync(path.join(whole.local, SNAPSHOT));
  const steps: readonly (() => void)[] = [
    write(MARKER, Buffer.alloc(0)),
    () => marker.begin(),
    write(`${SNAPSHOT}.tmp`, snapshot.subarray(0, 20)),
    write(`${SNAPSHOT}.tmp`, snapshot),
    () => fs.renameSync(path.join(local, `${SNAPSHOT}.tmp`), path.join(local, SNAPSHOT)),
    () => marker.snapshotTaken(1, snapshot.length),
    write(LOG, Buffer.alloc(0)),
    write(LOG, MAGIC.subarray(0, 3)),
    write(LOG, MAGIC),
    () => marker.logBegan(1, MAGIC.length),
  ];
  for (const [at, step] of steps.entries()) {
    step();
    const copy = path.join(temporaryDirectory(context), 'copy');
    fs.cpSync(dataDir, copy, { recursive: true });
    const { store, contents } = await DurableStore.open(copy, silent, () => Promise.resolve([put('imported')]));
    assert.deepEqual([...contents.services.keys()], ['imported'], `after step ${at}`);
    await store.close();
  }
  marker.close();
});
