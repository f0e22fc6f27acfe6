// Followers in step share the bytes of a request; whoever is asked anything else gets bytes of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EntryRun, EntryType, logIndex, singlePayload, term } from '../../../../../src/workers/raft/core/entry.js';
import type { AppendRequest } from '../../../../../src/workers/raft/core/message.js';
import { AppendEncoder } from '../../../../../src/workers/raft/transport/append-encoder.js';
import { encodeRequest } from '../../../../../src/workers/raft/transport/requests.js';

const SELF = { id: 'a', address: '127.0.0.1:1' };

function run(text: string, bytes = text.length): EntryRun {
  const payload = singlePayload(Buffer.alloc(bytes, text));
  return { firstIndex: logIndex(8), count: 1, term: term(3), type: EntryType.command, appendedAtMs: 5, payload };
}

const first = run('first');
const REQUEST: AppendRequest = {
  kind: 'append',
  from: 'a',
  to: 'b',
  term: term(3),
  previous: { index: logIndex(7), term: term(2) },
  runs: [first],
  commit: logIndex(6),
  sentMs: 10,
};

test('the same entries for another follower are the same bytes', () => {
  const encoder = new AppendEncoder(SELF);
  const bytes = encoder.encode(REQUEST);
  assert.deepEqual(bytes, encodeRequest(REQUEST, SELF));
  assert.equal(encoder.encode({ ...REQUEST, to: 'c', sentMs: 11, runs: [first] }), bytes);
});

test('whatever is on the wire makes it another request', () => {
  const encoder = new AppendEncoder(SELF);
  encoder.encode(REQUEST);
  const others: readonly Partial<AppendRequest>[] = [
    { term: term(4) },
    { previous: { index: logIndex(7), term: term(1) } },
    { previous: { index: logIndex(6), term: term(2) } },
    { commit: logIndex(7) },
    { runs: [run('other')] },
    { runs: [] },
    { runs: [first, run('more')] },
  ];
  for (const other of others) {
    const request = { ...REQUEST, ...other };
    assert.deepEqual(encoder.encode(request), encodeRequest(request, SELF), JSON.stringify(other));
    assert.deepEqual(encoder.encode(REQUEST), encodeRequest(REQUEST, SELF));
  }
});

test('what is long is not kept', () => {
  const encoder = new AppendEncoder(SELF);
  const long = { ...REQUEST, runs: [run('x', 2 * 1024 * 1024)] };
  const bytes = encoder.encode(long);
  assert.notEqual(encoder.encode(long), bytes);
});
