// A command that has no form on the wire is refused alone: those before and behind it in the same turn go their way.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { decodePacked } from '../../../../../src/wasm/commands.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import type { StateToRaft } from '../../../../../src/wire/raft/raft-port.js';
import { leadingClient } from './leading-client.js';

function set(key: string, modifyIndex: number): Command {
  const entry = { Key: key, Value: Buffer.from('v'), Flags: 0, Session: '', LockIndex: 0, CreateIndex: 0 };
  const DirEnt = { ...entry, ModifyIndex: modifyIndex };
  return { type: CommandType.kvs, body: { Datacenter: 'dc1', Token: '', Op: 'cas', DirEnt } };
}

test('one command that cannot be encoded harms no other one of its turn', async (t) => {
  const { client, raft, applied, fatal } = leadingClient(t);
  const before = client.propose(set('before', 1));
  const beyond = client.propose(set('beyond', 2 ** 64));
  const behind = client.propose(set('behind', 2));
  assert.deepEqual(await beyond, {
    ok: false,
    code: 'unencodable',
    text: 'cannot encode message: integer out of range',
  });
  const [message] = (await once(raft, 'message')) as [StateToRaft];
  assert.equal(message.kind, 'propose');
  if (message.kind !== 'propose') return;
  const keys = decodePacked(message.entries).map((command) =>
    command.type === CommandType.kvs ? command.body.DirEnt.Key : '',
  );
  assert.deepEqual(keys, ['before', 'behind']);
  raft.postMessage({ kind: 'committed-own', batch: message.batch, firstIndex: 7, count: 2, term: 2 });
  assert.deepEqual([(await before).ok, (await behind).ok], [true, true]);
  assert.deepEqual(applied, [7, 8]);
  assert.deepEqual(fatal, []);
});
