import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { MAGIC, readFrames } from '../../../../../src/workers/state/local/store/log-frames.js';
import { DurableStore } from '../../../../../src/workers/state/local/store/registration-store.js';
import { LocalStoreError } from '../../../../../src/workers/state/local/store/store-error.js';
import {
  applyText,
  dropServiceText,
  emptyContents,
  type Operation,
  type PutService,
} from '../../../../../src/workers/state/local/store/store-operations.js';
import { NO_CHECK, NO_CHECK_TYPE, NO_PROXY, NO_SERVICE } from '../../../../../src/workers/state/records/zero-values.js';
import { frame, textOf } from './frames.js';

const silent = new Logger('agent', new LogSink('error', () => undefined));
const none = (): Promise<readonly string[]> => Promise.resolve([]);

function temporaryFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-store-'));
}

function put(id: string, port = 0): PutService {
  return { kind: 'service', token: '', source: 'remote', service: { ...NO_SERVICE, ID: id, Service: id, Port: port } };
}

function fileOf(payloads: readonly string[]): Buffer {
  return Buffer.concat([MAGIC, ...payloads.map((payload) => frame(payload))]);
}

function readTexts(file: Buffer) {
  const read = readFrames(file);
  if (read.kind === 'damaged') return read;
  return { ...read, payloads: read.payloads.map(({ bytes }) => bytes.toString()) };
}

const payloads = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 40, size: 'max' }), {
  minLength: 1,
  maxLength: 6,
});

test('frames come back as they were written, and a file cut anywhere gives those before the cut', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), (given, at) => {
      // A lone surrogate has no UTF-8 form.
      const texts = given.map((text) => Buffer.from(text).toString());
      const file = fileOf(texts);
      const whole = { kind: 'read', payloads: texts, end: file.length, torn: false, isWitnessed: true };
      assert.deepEqual(readTexts(file), whole);
      assert.deepEqual(readTexts(Buffer.concat([file, Buffer.alloc(5000)])), whole);
      const cut = file.subarray(0, at % (file.length + 1));
      const read = readTexts(cut);
      assert.ok(read.kind === 'read');
      assert.deepEqual(read.payloads, texts.slice(0, read.payloads.length));
      assert.ok(read.end <= cut.length);
      assert.equal(
        read.torn,
        cut.subarray(read.end).some((byte) => byte !== 0),
      );
    }),
  );
});

test('a record changed in the middle is damage, at the end it is an unfinished write', () => {
  const texts = ['first', 'second', 'third'];
  const starts = [8, 8 + 8 + 5, 8 + 8 + 5 + 8 + 6];
  for (const [index, start] of starts.entries()) {
    for (const offset of [0, 4, 8]) {
      const file = fileOf(texts);
      const at = start + offset;
      file[at] = (file[at] ?? 0) ^ 0x01;
      const read = readTexts(file);
      if (index < 2) assert.deepEqual(read, { kind: 'damaged', offset: start });
      else {
        const payloads = ['first', 'second'];
        assert.deepEqual(read, { kind: 'read', payloads, end: start, torn: true, isWitnessed: true });
      }
    }
  }
});

test('operations keep every member of a definition, and share the zero values', () => {
  const proxy = { ...NO_PROXY, DestinationServiceName: 'x', Config: { a: 1, deep: { list: [null, true, 'é'] } } };
  const service = {
    ...NO_SERVICE,
    ID: 'a',
    Service: 'b',
    Tags: ['t'],
    Meta: { k: '' },
    Kind: 'connect-proxy',
    Proxy: proxy,
  };
  const definition = { ...NO_CHECK_TYPE, HTTP: 'http://x', Interval: 5e9, Header: { A: ['1', '2'], B: null } };
  const check = { ...NO_CHECK, CheckID: 'c', ServiceID: 'a', Interval: '5s' };
  const contents = emptyContents();
  applyText(contents, textOf({ kind: 'service', token: 'secret', source: 'remote', service }));
  applyText(contents, textOf({ kind: 'check', token: '', source: 'local', check, definition }));
  assert.deepEqual(contents.services.get('a'), { token: 'secret', source: 'remote', service });
  assert.deepEqual(contents.checks.get('c'), { token: '', source: 'local', check, definition });
  applyText(contents, textOf(put('plain')));
  assert.equal(contents.services.get('plain')?.service.Proxy, NO_PROXY);
  applyText(contents, dropServiceText('a'));
  assert.deepEqual([...contents.services.keys()], ['plain']);
});

test('what was committed is there after opening again, the last one wins', async () => {
  const folder = temporaryFolder();
  const first = await DurableStore.open(folder, silent, none);
  const outcomes = await Promise.all([
    first.store.commit([put('a', 1), put('b', 1)]),
    first.store.commit([put('a', 2)]),
    first.store.commit([dropServiceText('b')]),
  ]);
  assert.deepEqual(outcomes, [{ ok: true }, { ok: true }, { ok: true }]);
  await first.store.close();
  assert.deepEqual(await first.store.commit([put('late')]), { ok: false, error: 'the agent is stopping' });
  const second = await DurableStore.open(folder, silent, none);
  assert.deepEqual(
    [...second.contents.services.values()].map(({ service }) => [service.ID, service.Port]),
    [['a', 2]],
  );
  await second.store.close();
  fs.rmSync(folder, { recursive: true });
});

test('an unfinished write at the end of the log is cut, and writing goes on behind it', async () => {
  const folder = temporaryFolder();
  const first = await DurableStore.open(folder, silent, none);
  await first.store.commit([put('kept')]);
  await first.store.close();
  const log = path.join(folder, 'local', 'log-0000000001');
  fs.appendFileSync(log, Buffer.from(frame(put('torn'))).subarray(0, 20));
  const second = await DurableStore.open(folder, silent, none);
  assert.deepEqual([...second.contents.services.keys()], ['kept']);
  await second.store.commit([put('more')]);
  await second.store.close();
  const third = await DurableStore.open(folder, silent, none);
  assert.deepEqual([...third.contents.services.keys()], ['kept', 'more']);
  await third.store.close();
  fs.rmSync(folder, { recursive: true });
});

test('a damaged log is an error that names file and offset', async () => {
  const folder = temporaryFolder();
  const first = await DurableStore.open(folder, silent, none);
  await first.store.commit([put('a')]);
  await first.store.commit([put('b')]);
  await first.store.close();
  const log = path.join(folder, 'local', 'log-0000000001');
  const bytes = fs.readFileSync(log);
  bytes[20] = (bytes[20] ?? 0) ^ 0xff;
  fs.writeFileSync(log, bytes);
  await assert.rejects(DurableStore.open(folder, silent, none), (error) => {
    assert.ok(error instanceof LocalStoreError);
    assert.equal(error.code, 'damaged');
    assert.match(error.message, /log-0000000001: bad record at offset 8$/);
    return true;
  });
  fs.rmSync(folder, { recursive: true });
});

test('a path that is no directory is refused with one line', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, '');
  await assert.rejects(DurableStore.open(file, silent, none), (error) => {
    assert.ok(error instanceof LocalStoreError);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
  fs.rmSync(folder, { recursive: true });
});

test('the log turns into a snapshot when it has grown, while registrations go on', async () => {
  const folder = temporaryFolder();
  const { store } = await DurableStore.open(folder, silent, none);
  const live = new Map<string, Operation>();
  store.attach(
    () => live.values(),
    () => live.size,
  );
  const big = 'x'.repeat(100_000);
  let last = Promise.resolve<unknown>(null);
  for (let round = 0; round < 4; round += 1) {
    for (let i = 0; i < 50; i += 1) {
      const service = { ...NO_SERVICE, ID: `s${i}`, Service: big, Port: round };
      const operation: Operation = { kind: 'service', token: '', source: 'remote', service };
      live.set(service.ID, operation);
      last = store.commit([operation]);
    }
    await last;
  }
  live.delete('s7');
  await store.commit([dropServiceText('s7')]);
  await store.close();
  const names = fs.readdirSync(path.join(folder, 'local'));
  assert.ok(!names.includes('log-0000000001'), `still there: ${names.join(' ')}`);
  assert.ok(names.every((name) => !name.endsWith('.tmp')));
  const again = await DurableStore.open(folder, silent, none);
  const ports = [...again.contents.services.values()].map(({ service }) => service.Port);
  assert.equal(ports.length, 49);
  assert.ok(ports.every((port) => port === 3));
  await again.store.close();
  fs.rmSync(folder, { recursive: true });
});

test('what waits for the disk has a bound: what is beyond it is refused, and not there after opening again', async () => {
  const folder = temporaryFolder();
  const { store } = await DurableStore.open(folder, silent, none);
  const name = 'x'.repeat(1024 * 1024);
  const commits = Array.from({ length: 70 }, (_, i) => {
    const service = { ...NO_SERVICE, ID: `s${i}`, Service: name };
    return store.commit([{ kind: 'service', token: '', source: 'remote', service }]);
  });
  const refused = { ok: false, error: 'too many registrations are waiting for the disk' };
  const small = store.commit([put('small')]);
  const outcomes = await Promise.all(commits);
  const accepted = outcomes.filter(({ ok }) => ok).length;
  assert.deepEqual(outcomes.slice(accepted), Array(70 - accepted).fill(refused));
  assert.equal(accepted, 63, 'with what stands around each name');
  assert.deepEqual(await small, { ok: true });
  assert.deepEqual(await store.commit([put('later')]), { ok: true });
  await store.close();
  const again = await DurableStore.open(folder, silent, none);
  const ids = Array.from({ length: accepted }, (_, i) => `s${i}`);
  assert.deepEqual([...again.contents.services.keys()], [...ids, 'small', 'later']);
  await again.store.close();
  fs.rmSync(folder, { recursive: true });
});

test('a log of what is new is left alone until it is very long; of what came again it becomes a snapshot', async () => {
  const folder = temporaryFolder();
  const { store } = await DurableStore.open(folder, silent, none);
  const live = new Map<string, Operation>();
  store.attach(
    () => live.values(),
    () => live.size,
  );
  const big = 'x'.repeat(100_000);
  const put = (i: number, port: number): ReturnType<typeof store.commit> => {
    const service = { ...NO_SERVICE, ID: `s${i}`, Service: big, Port: port };
    const operation: Operation = { kind: 'service', token: '', source: 'remote', service };
    live.set(service.ID, operation);
    return store.commit([operation]);
  };
  const names = (): string[] => fs.readdirSync(path.join(folder, 'local'));
  const all = (port: number): Promise<unknown> => Promise.all(Array.from({ length: 120 }, (_, i) => put(i, port)));
  await all(0);
  // A new log is begun before the next write.
  await put(0, 0);
  assert.ok(!names().includes('log-0000000002'), `12 MB, all of it new: ${names().join(' ')}`);
  await all(1);
  await put(0, 2);
  await store.close();
  assert.ok(!names().includes('log-0000000001'), `half of it superseded: ${names().join(' ')}`);
  const again = await DurableStore.open(folder, silent, none);
  assert.equal(again.contents.services.size, 120);
  assert.equal(again.contents.services.get('s0')?.service.Port, 2);
  await again.store.close();
  fs.rmSync(folder, { recursive: true });
});

test('a first start that was cut off begins anew', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'local'));
  fs.writeFileSync(path.join(folder, 'local', 'snapshot-0000000001.tmp'), MAGIC);
  const { store, contents } = await DurableStore.open(folder, silent, () => Promise.resolve([put('imported')]));
  assert.deepEqual([...contents.services.keys()], ['imported']);
  await store.close();
  const again = await DurableStore.open(folder, silent, () => Promise.reject(new Error('asked twice')));
  assert.deepEqual([...again.contents.services.keys()], ['imported']);
  await again.store.close();
  fs.rmSync(folder, { recursive: true });
});

test('what has no written form is refused, and spoils nothing that goes to the disk with it', async () => {
  const folder = temporaryFolder();
  const { store } = await DurableStore.open(folder, silent, none);
  let deep: unknown = 'bottom';
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  const endless = put('endless');
  const service = { ...endless.service, Proxy: { ...NO_PROXY, Config: { deep } } } as PutService['service'];
  const [before, refused, after] = await Promise.all([
    store.commit([put('before')]),
    store.commit([put('half'), { ...endless, service }]),
    store.commit([put('after')]),
  ]);
  assert.match(refused.ok ? '' : refused.error, /^it can't be written down: Maximum call stack/);
  assert.deepEqual([before.ok, after.ok], [true, true]);
  await store.close();
  const again = await DurableStore.open(folder, silent, none);
  assert.deepEqual([...again.contents.services.keys()], ['before', 'after']);
  await again.store.close();
  fs.rmSync(folder, { recursive: true });
});
