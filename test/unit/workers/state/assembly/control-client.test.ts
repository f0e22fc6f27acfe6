import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateToMain } from '../../../../../src/wire/state-worker.js';
import { ControlClient } from '../../../../../src/workers/state/control/control-client.js';

test('answers find their requests by number, in any order', async () => {
  const sent: StateToMain[] = [];
  const client = new ControlClient({ postMessage: (message: StateToMain) => sent.push(message) });
  const joined = client.ask({ op: 'join', addresses: ['a:1'], wan: false });
  const left = client.ask({ op: 'leave' });
  assert.deepEqual(sent, [
    { kind: 'control', request: 1, control: { op: 'join', addresses: ['a:1'], wan: false } },
    { kind: 'control', request: 2, control: { op: 'leave' } },
  ]);
  client.answered({ kind: 'control-answer', request: 9, answer: { ok: true, result: null } });
  client.answered({ kind: 'control-answer', request: 2, answer: { ok: false, error: 'no' } });
  client.answered({ kind: 'control-answer', request: 1, answer: { ok: true, result: { joined: 1 } } });
  client.answered({ kind: 'control-answer', request: 1, answer: { ok: false, error: 'once more' } });
  assert.deepEqual(await left, { ok: false, error: 'no' });
  const answer = await joined;
  assert.ok(answer.ok);
  assert.equal(answer.result.joined, 1);
});
