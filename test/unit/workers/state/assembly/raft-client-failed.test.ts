// A committed entry that can't be applied is the end of this server: from that moment it applies and acknowledges nothing, also
// while it is being stopped.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import type { StateToRaft } from '../../../../../src/wire/raft/raft-port.js';
import { waitFor } from '../../../../agent-process.js';
import { leadingClient } from './leading-client.js';

function set(key: string): Command {
  const entry = { Key: key, Value: null, Flags: 0, Session: '', LockIndex: 0, CreateIndex: 0, ModifyIndex: 0 };
  return { type: CommandType.kvs, body: { Datacenter: 'dc1', Token: '', Op: 'set', DirEnt: entry } };
}

test('behind an entry that cannot be applied nothing is applied or acknowledged', async (t) => {
  const { client, raft, applied, fatal } = leadingClient(t, 8);
  const propose = async (keys: readonly string[]) => {
    const outcomes = keys.map((key) => client.propose(set(key)));
    const [message] = (await once(raft, 'message')) as [StateToRaft];
    assert.ok(message.kind === 'propose');
    return { outcomes, batch: message.batch };
  };
  const first = await propose(['a', 'b', 'c']);
  const second = await propose(['d']);
  raft.postMessage({ kind: 'committed-own', batch: first.batch, firstIndex: 7, count: 3, term: 2 });
  raft.postMessage({ kind: 'committed-own', batch: second.batch, firstIndex: 10, count: 1, term: 2 });
  raft.postMessage({ kind: 'committed', indexes: new Float64Array(0), through: 11, entries: new ArrayBuffer(0) });
  await waitFor(() => fatal.length > 0, 'the client to give up');
  const outcomes = await Promise.all([...first.outcomes, ...second.outcomes]);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.code)),
    ['leadership-lost', 'leadership-lost', 'leadership-lost', 'leadership-lost'],
  );
  assert.deepEqual(await client.propose(set('e')), { ok: false, code: 'stopping' });
  // What the log still sent has arrived when a message behind it has.
  const after = new MessageChannel();
  after.port1.postMessage(null);
  await once(after.port2, 'message');
  after.port1.close();
  assert.deepEqual(applied, [7, 8]);
  assert.deepEqual(fatal, ['cannot apply the replicated state: planted']);
});
