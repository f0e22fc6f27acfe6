// When a TTL check's state is written: a status that a restart would not bring back before the report is answered, a mere
// repetition a little later, with all others of that time.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { TtlChecks } from '../../../../../src/workers/state/local/checks/ttl-checks.js';
import { LocalState } from '../../../../../src/workers/state/local/state/local-state.js';
import { FakeClock } from './fake-clock.js';

const TTL_MS = 10_000;

function open(isDiskFull = false) {
  const clock = new FakeClock();
  const logger = new Logger('agent', new LogSink('error', () => undefined));
  const state = new LocalState({
    clock,
    random: () => 0,
    checkUpdateIntervalMs: 0,
    discardCheckOutput: false,
    withDefaults: ({ definition }) => definition,
  });
  const written: string[][] = [];
  const ttl = new TtlChecks({
    state,
    clock,
    logger,
    persist: (texts) => {
      written.push([...texts]);
      return Promise.resolve(isDiskFull ? { ok: false, error: 'disk' } : { ok: true });
    },
  });
  for (const id of ['a', 'b']) ttl.start(id, TTL_MS, 4096);
  return { clock, ttl, written };
}

test('a repetition is written a little later, with the others of that time; another status at once', async () => {
  const { clock, ttl, written } = open();
  for (const id of ['a', 'b']) await ttl.update(id, 'passing', '');
  assert.equal(written.length, 2);
  for (const id of ['a', 'b', 'a']) await ttl.update(id, 'passing', 'again');
  assert.equal(written.length, 2);
  await clock.advance(200);
  assert.equal(written.length, 3);
  assert.equal(written[2]?.length, 2);
  assert.ok(written[2]?.every((text) => text.includes('again')));
  await ttl.update('a', 'passing', 'last');
  await ttl.update('a', 'critical', 'down');
  assert.equal(written.length, 4);
  await clock.advance(1000);
  assert.equal(written.length, 4, 'what was written at once is not written again');
});

test('a report after the TTL ran out is written at once: what is stored counts no more', async () => {
  const { clock, ttl, written } = open();
  await ttl.update('a', 'passing', '');
  await clock.advance(TTL_MS);
  await ttl.update('a', 'passing', '');
  assert.equal(written.length, 2);
});

test('nothing stored of a forgotten check counts for one of the same name', async () => {
  const { ttl, written } = open();
  await ttl.update('a', 'passing', '');
  assert.equal([...ttl.storeOperations()].length, 1);
  ttl.forget('a');
  assert.deepEqual([...ttl.storeOperations()], []);
  ttl.start('a', TTL_MS, 4096);
  await ttl.update('a', 'passing', '');
  assert.equal(written.length, 2);
});

test('the end does not wait: what is unwritten goes out with a flush', async () => {
  const { clock, ttl, written } = open();
  await ttl.update('a', 'passing', '');
  await ttl.update('a', 'passing', 'again');
  ttl.flush();
  assert.equal(written.length, 2);
  ttl.flush();
  await clock.advance(1000);
  assert.equal(written.length, 2);
});

test('a report whose status the disk refuses is refused', async () => {
  const { ttl } = open(true);
  assert.deepEqual(await ttl.update('a', 'passing', ''), { ok: false, code: 'storage', text: 'disk' });
});
