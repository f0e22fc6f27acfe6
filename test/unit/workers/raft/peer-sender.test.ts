// What is read from the disk for others: an order whose entries are dropped meanwhile is forgotten, any other failure isn't.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logIndex } from '../../../../src/workers/raft/core/entry.js';
import type { AppendOrder, InstallOrder } from '../../../../src/workers/raft/core/message.js';
import { PeerSender } from '../../../../src/workers/raft/peer-sender.js';
import type { DurableLog } from '../../../../src/workers/raft/storage.js';
import type { PeerMessage } from '../../../../src/workers/raft/transport/transport.js';
import { VirtualSnapshots } from '../../../simulation/raft/virtual-snapshots.js';
import { at, drain, leading, run } from './one-server.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A leader of five entries, whose store has what comes after `begin`. */
function sender(begin: number) {
  const core = leading({ terms: [1, 1, 1, 2] });
  drain(core);
  const unused = async (): Promise<never> => assert.fail('not asked for');
  const store: DurableLog = {
    begin: logIndex(begin),
    persist: unused,
    dropThrough: unused,
    retreat: () => {},
    descend: () => Promise.reject(new Error('unexpected')),
    close: unused,
    read: async (from) => {
      if (from !== 3 || begin > 2) throw new Error('entry is missing');
      return [run(3, ['x'], 1)];
    },
  };
  const sent: PeerMessage[] = [];
  const failures: unknown[] = [];
  const taken = { count: 0 };
  const snapshots = new VirtualSnapshots();
  const subject = new PeerSender({
    core,
    store,
    snapshots,
    takeSnapshot: () => {
      taken.count += 1;
    },
    transport: { send: (message) => sent.push(message), tellPeers: () => {} },
    failed: (error) => failures.push(error),
  });
  const order = (previous: number, through: number): AppendOrder => {
    const about = { kind: 'append', from: 'a', to: 'b', term: core.term, commit: logIndex(0), sentMs: 200 } as const;
    return { ...about, previous: at(previous, 1), through: logIndex(through) };
  };
  const install = (isRefused: boolean): InstallOrder => ({
    kind: 'install',
    from: 'a',
    to: 'b',
    term: core.term,
    isRefused,
    sentMs: 200,
  });
  return { subject, sent, failures, order, install, snapshots, taken, term: core.term };
}

test('entries come from the store', async () => {
  const { subject, sent, failures, order } = sender(0);
  subject.send(order(2, 3));
  await settle();
  assert.deepEqual([sent.length, failures], [1, []]);
});

test('entries that are just being dropped, before the core knows of it, are no damage', async () => {
  const { subject, sent, failures, order } = sender(4);
  subject.send(order(2, 3));
  await settle();
  assert.deepEqual([sent, failures], [[], []]);
});

test('an entry that should be there and is not ends the server', async () => {
  const { subject, failures, order } = sender(0);
  subject.send(order(3, 4));
  await settle();
  assert.equal(failures.length, 1);
});

test('a snapshot is taken when there is none, and when one that is older than the term was refused', async () => {
  const { subject, sent, failures, install, snapshots, taken, term: now } = sender(1);
  const add = async (of: number): Promise<void> => {
    const configuration = { index: logIndex(1), configuration: { servers: [] } };
    await (await snapshots.create(at(2, of), configuration)).finish();
  };
  const ask = async (isRefused: boolean): Promise<readonly number[]> => {
    subject.send(install(isRefused));
    await settle();
    return [taken.count, sent.length];
  };
  assert.deepEqual(await ask(false), [1, 0]);
  await add(1);
  assert.deepEqual(await ask(false), [1, 1]);
  assert.deepEqual(await ask(true), [2, 1], 'the same would be refused again');
  await add(now);
  assert.deepEqual(await ask(true), [2, 2], 'no later one would be better');
  assert.deepEqual(failures, []);
});

test('who is to begin anew gets nothing at all as a snapshot, where the log has everything; refused, a snapshot is taken', async () => {
  const { subject, sent, failures, install, taken } = sender(0);
  subject.send(install(false));
  await settle();
  const [offer] = sent;
  assert.ok(offer?.kind === 'install' && offer.position.index === 0 && offer.size === 0);
  for await (const bytes of offer.bytes) assert.fail(`${bytes.byteLength} bytes of nothing`);
  subject.send(install(true));
  await settle();
  assert.deepEqual([taken.count, sent.length, failures], [1, 1, []]);
});
