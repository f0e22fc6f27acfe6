import assert from 'node:assert/strict';
import test from 'node:test';
import { Gathering } from '../../../../../src/workers/state/local/store/gathering.js';
import { settle } from './fake-clock.js';

const FOREVER_MS = 2 ** 30;

/** Eight came together and were answered. */
function afterEight(patienceMs: number): Gathering {
  const gathering = new Gathering(patienceMs);
  for (let i = 0; i < 8; i += 1) gathering.arrived();
  gathering.left();
  gathering.answered(8);
  return gathering;
}

test('those who were answered together are waited for, and no longer than until they are there', async () => {
  const gathering = afterEight(FOREVER_MS);
  gathering.arrived();
  let complete = false;
  const gathered = gathering.gather().then(() => {
    complete = true;
  });
  for (let i = 1; i < 7; i += 1) gathering.arrived();
  await settle();
  assert.equal(complete, false);
  gathering.arrived();
  await gathered;
});

test('who came while the group was under way counts for the next', async () => {
  const gathering = new Gathering(FOREVER_MS);
  gathering.arrived();
  gathering.left();
  gathering.arrived();
  gathering.answered(1);
  let complete = false;
  const gathered = gathering.gather().then(() => {
    complete = true;
  });
  await settle();
  assert.equal(complete, false, 'the one that was answered may come again');
  gathering.arrived();
  await gathered;
});

test('who does not come again holds the others up once, for a moment', async () => {
  const gathering = afterEight(1);
  gathering.arrived();
  await gathering.gather();
  gathering.left();
  gathering.answered(1);
  gathering.arrived();
  await gathering.gather();
});

test('one alone waits for nobody', async () => {
  const gathering = new Gathering(FOREVER_MS);
  for (let i = 0; i < 3; i += 1) {
    gathering.arrived();
    await gathering.gather();
    gathering.left();
    gathering.answered(1);
  }
});
