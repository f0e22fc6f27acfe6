// What a test file may not leave changed for those that run in its process after it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { type TestContext, test } from 'node:test';
import { changesSince, processState } from '../../runner/process-state.js';

/** What is said after `change`, which `undo` undoes: then nothing is said any more. */
function said(context: TestContext, change: () => void, undo: () => void): readonly string[] {
  const before = processState();
  context.after(undo);
  change();
  const changes = changesSince(before);
  undo();
  assert.deepEqual(changesSince(before), []);
  return changes;
}

test('the working directory and the umask', (context) => {
  const folder = process.cwd();
  const changed = said(
    context,
    () => process.chdir(os.tmpdir()),
    () => process.chdir(folder),
  );
  assert.deepEqual(changed, [`the working directory: ${folder} to ${fs.realpathSync(os.tmpdir())}`]);
  const mask = process.umask();
  const other = mask ^ 0o7;
  const masked = said(
    context,
    () => process.umask(other),
    () => process.umask(mask),
  );
  assert.deepEqual(masked, [`the umask: ${mask} to ${other}`]);
});

test('a variable that is set, changed or taken away', (context) => {
  const name = 'LICTOR_TEST_OF_STATE';
  const take = (): void => {
    delete process.env[name];
  };
  const set = (value: string) => (): void => {
    process.env[name] = value;
  };
  assert.deepEqual(said(context, set('a'), take), [`the variable ${name}`]);
  set('a')();
  assert.deepEqual(said(context, set('b'), set('a')), [`the variable ${name}`]);
  assert.deepEqual(said(context, take, set('a')), [`the variable ${name}`]);
  context.after(take);
});

test('a listener that stays, but for one that is called at the end', (context) => {
  const listen = (): void => {};
  const add = (event: string) => (): void => {
    process.on(event, listen);
  };
  const remove = (event: string) => (): void => {
    process.off(event, listen);
  };
  const event = 'uncaughtException';
  assert.deepEqual(said(context, add(event), remove(event)), [`listeners of the process for ${event}`]);
  assert.deepEqual(said(context, add('exit'), remove('exit')), []);
});

test('a function in place of another, and not one that a mock has put back', (context) => {
  const before = processState();
  context.mock.method(fs, 'statSync', () => null);
  context.mock.method(performance, 'now', () => 7);
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const changes = changesSince(before);
  for (const name of ['node:fs.statSync', 'performance.now', 'globalThis.setTimeout', 'globalThis.Date'])
    assert.ok(changes.includes(`the function ${name}`), changes.join(', '));
  context.mock.reset();
  assert.deepEqual(changesSince(before), []);
});

test('what node makes when it is first asked for is no change', () => {
  const before = processState();
  assert.equal(typeof BroadcastChannel, 'function');
  assert.equal(typeof structuredClone({}), 'object');
  assert.deepEqual(changesSince(before), []);
});
