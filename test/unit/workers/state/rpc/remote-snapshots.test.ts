// A save and a restore between two servers, over a real connection: what is handed on, and at whose pace.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { SavedArchive, Snapshots } from '../../../../../src/workers/state/calls/snapshots.js';
import { isRefusal, refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { snapshotRequest, snapshotResponse } from '../../../../../src/workers/state/rpc/snapshot/messages.js';
import { RemoteSnapshots } from '../../../../../src/workers/state/rpc/snapshot/remote-snapshots.js';
import { serveSnapshot } from '../../../../../src/workers/state/rpc/snapshot/served-snapshot.js';
import { waitFor } from '../../../../agent-process.js';

const PIECE = Buffer.alloc(256 * 1024, 7);
const PIECES = 400;

let produced = 0;
let taken = 0;
let isDiscarded = false;
/** What is done with an archive that comes. */
let take: (archive: AsyncIterable<Uint8Array>) => Promise<string | null> = async () => null;

async function* manyPieces(): AsyncGenerator<Uint8Array, void> {
  try {
    for (produced = 0; produced < PIECES; produced += 1) yield PIECE;
  } finally {
    isDiscarded = true;
  }
}

const served: Snapshots = {
  save: async ({ datacenter }) => {
    if (datacenter !== 'dc1') return refusal('no-datacenter');
    const discard = async (): Promise<void> => {};
    return { index: 42, knownLeader: true, lastContactMs: 3, pieces: manyPieces(), discard };
  },
  restore: async (_call, archive) => {
    const problem = await take(archive);
    return problem === null ? null : refusal('failed', problem);
  },
};

const crashes: unknown[] = [];
const server = net.createServer((socket) => {
  socket.once('data', (chunk: Buffer) => {
    assert.equal(chunk[0], 5);
    serveSnapshot(socket, chunk.subarray(1), { snapshots: served, crashed: (_what, error) => crashes.push(error) });
  });
});
let address = '';
const remote = new RemoteSnapshots(() => address);
const call = { datacenter: 'dc1', token: '' };

before(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
});
after(() => {
  remote.close();
  server.close();
  assert.deepEqual(crashes, []);
});

async function save(): Promise<SavedArchive> {
  const saved = await remote.save({ ...call, stale: false });
  assert.ok(!isRefusal(saved));
  return saved;
}

test('an archive comes whole, with what is said of it', async () => {
  const { index, knownLeader, lastContactMs, pieces } = await save();
  assert.deepEqual({ index, knownLeader, lastContactMs }, { index: 42, knownLeader: true, lastContactMs: 3 });
  let bytes = 0;
  for await (const piece of pieces) bytes += piece.length;
  assert.equal(bytes, PIECES * PIECE.length);
});

test('who takes no more stops the one who gives, and who goes away ends it', async () => {
  isDiscarded = false;
  const { pieces } = await save();
  const iterator = pieces[Symbol.asyncIterator]();
  await iterator.next();
  let last = -1;
  await waitFor(async () => {
    const isStill = produced === last;
    last = produced;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isStill && produced === last;
  }, 'the giver to stop');
  assert.ok(produced < PIECES / 2, `${produced} pieces are on their way`);
  await iterator.return?.();
  await waitFor(() => isDiscarded, 'the giver to give up');
});

test('a refusal is handed on, and so is that nobody is there', async () => {
  const answer = await remote.save({ datacenter: 'dc9', token: '', stale: false });
  assert.deepEqual(answer, refusal('no-datacenter'));
  const nobody = new RemoteSnapshots(() => refusal('no-leader'));
  assert.deepEqual(await nobody.save({ ...call, stale: false }), refusal('no-leader'));
});

test('an archive is given whole, and its answer handed back', async () => {
  take = async (archive) => {
    let bytes = 0;
    for await (const piece of archive) bytes += piece.length;
    return `${bytes} bytes`;
  };
  assert.deepEqual(await remote.restore(call, manyPieces()), refusal('failed', `${PIECES * PIECE.length} bytes`));
});

test('what is answered before its end is not taken any more', async () => {
  taken = 0;
  isDiscarded = false;
  take = async (archive) => {
    for await (const piece of archive) {
      taken += piece.length;
      if (taken > PIECE.length) return 'enough';
    }
    return null;
  };
  async function* endless(): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) yield PIECE;
    } finally {
      isDiscarded = true;
    }
  }
  assert.deepEqual(await remote.restore(call, endless()), refusal('failed', 'enough'));
  await waitFor(() => isDiscarded, 'the source to be left');
});

test('an operation that there is not is refused by its number, be it no character', async () => {
  for (const [op, shown] of [
    [5, '\\x05'],
    [-1, '\ufffd'],
    [0x110000, '\ufffd'],
  ] as const) {
    const socket = net.connect((server.address() as net.AddressInfo).port);
    socket.write(Uint8Array.of(5));
    socket.end(encode(snapshotRequest, { Datacenter: 'dc1', Token: '', AllowStale: false, Op: op }));
    const answer = decode(snapshotResponse, Buffer.concat(await socket.toArray()));
    assert.equal(answer.ok && answer.value.Error, `unrecognized snapshot op '${shown}'`);
  }
});

test('the source of an archive may fail', async () => {
  take = async (archive) => {
    for await (const _piece of archive);
    return null;
  };
  async function* cut(): AsyncGenerator<Uint8Array, void> {
    yield PIECE;
    throw new Error('unexpected EOF');
  }
  assert.deepEqual(await remote.restore(call, cut()), refusal('failed', 'unexpected EOF'));
});
