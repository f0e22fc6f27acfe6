import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AskedFailure } from '../../../../../src/workers/state/calls/asked-failure.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import { CallsBeyond } from '../../../../../src/workers/state/calls/calls-beyond.js';
import type { ServerAsking } from '../../../../../src/workers/state/calls/elsewhere.js';
import { kvGet } from '../../../../../src/workers/state/methods/kvs.js';
import { statusLeader } from '../../../../../src/workers/state/methods/status.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { TestStore } from '../replica/store/commands.js';
import { testCalls } from './test-calls.js';

const UNSENT: AskedFailure = { ok: false, text: 'dial tcp: connection refused', kind: 'unsent' };
const LOST: AskedFailure = { ok: false, text: 'rpc error making call: EOF', kind: 'lost' };
const ORIGIN = { hasLeader: true, lastContactMs: 3 };
const SETTINGS = { consistency: 'default', minIndex: 0, waitMs: 0, maxStaleMs: 0 } as const;

/** Servers of dc2 that answer as they are told, in turn. */
function beyond(...answers: readonly (AskedFailure | 'yes')[]) {
  const asked: string[] = [];
  const next = () => answers[asked.length - 1] ?? 'yes';
  const asking: ServerAsking = {
    read(address, { name }, _request, _settings, datacenter, token, done) {
      asked.push(`${address} ${name} ${datacenter} ${token}`);
      const answer = next();
      done(answer === 'yes' ? ({ ok: true, value: null, index: 7, origin: ORIGIN, bytes: 1 } as never) : answer);
      return { cancel: () => {} };
    },
    async write(address, { name }, _request, datacenter, token) {
      asked.push(`${address} ${name} ${datacenter} ${token}`);
      const answer = next();
      return answer === 'yes' ? ({ ok: true, value: 'it' } as never) : answer;
    },
  };
  const servers = [1, 2, 3, 4].map((number) => ({ name: `s${number}`, address: `there:${number}` }));
  const serversOf = (datacenter: string) => (datacenter === 'dc2' ? servers : []);
  const store = new TestStore();
  const consensus = new FakeLog(store);
  const calls = testCalls({
    store,
    consensus,
    beyond: new CallsBeyond({ serversOf, asking, isLocalToken: (secret) => secret === 'local' }),
  });
  return {
    asked,
    read: (datacenter: string, token = 'secret') => ask(calls, kvGet, 'a', SETTINGS, datacenter, { token }),
    direct: async (datacenter: string, token = 'secret') => calls.direct(statusLeader, null, datacenter, { token }),
  };
}

test('what is another datacenter’s is asked of one of its servers', async () => {
  const rig = beyond();
  const found = await rig.read('dc2');
  assert.ok('value' in found, JSON.stringify(found));
  assert.equal(found.lastContactMs, 3);
  assert.equal(await rig.direct('dc2'), 'it');
  assert.deepEqual(rig.asked, ['there:1 KVS.Get dc2 secret', 'there:1 Status.Leader dc2 secret']);
});

test('a token of this datacenter alone is not shown to others', async () => {
  const rig = beyond();
  await rig.read('dc2', 'local');
  await rig.direct('dc2', 'local');
  assert.deepEqual(rig.asked, ['there:1 KVS.Get dc2 ', 'there:1 Status.Leader dc2 ']);
});

test('a server that never saw the call is no reason to give up, three are', async () => {
  const once = beyond(UNSENT, UNSENT);
  assert.ok('value' in (await once.read('dc2')));
  assert.equal(once.asked.length, 3);
  for (const call of ['read', 'direct'] as const) {
    const never = beyond(UNSENT, UNSENT, UNSENT);
    assert.deepEqual(await never[call]('dc2'), { refused: 'unreachable', text: UNSENT.text });
    assert.equal(never.asked.length, 3);
  }
});

test('a call whose answer was lost is made only once, and an error there is the answer', async () => {
  const denied: AskedFailure = { ok: false, text: 'rpc error making call: No cluster leader', kind: 'answered' };
  for (const call of ['read', 'direct'] as const) {
    const lost = beyond(LOST);
    assert.deepEqual(await lost[call]('dc2'), { refused: 'unreachable', text: LOST.text });
    assert.equal(lost.asked.length, 1);
    const refused = beyond(denied);
    assert.deepEqual(await refused[call]('dc2'), { refused: 'no-leader', text: denied.text });
    assert.equal(refused.asked.length, 1);
  }
});

test('nobody is asked for a datacenter that nobody knows', async () => {
  const rig = beyond();
  for (const call of ['read', 'direct'] as const) {
    assert.deepEqual(await rig[call]('dc3'), { refused: 'no-datacenter', text: 'No path to datacenter' });
  }
  assert.deepEqual(rig.asked, []);
});
