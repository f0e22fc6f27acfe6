// What is relayed to the raft worker: room is given back in large pieces, so that a group of entries costs no message for it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import {
  RAFT_STREAM_ROOM_BYTES,
  RAFT_STREAM_WINDOW_BYTES,
  type ToRaftStreams,
} from '../../../../../src/wire/raft/raft-streams.js';
import { type PeerStream, RelayedStreams } from '../../../../../src/workers/raft/transport/relayed-streams.js';

test('room is given back once it is much, all of it, for each stream by itself', async () => {
  const { port1, port2 } = new MessageChannel();
  const streams: PeerStream[] = [];
  const relayed = new RelayedStreams(port2, (stream) => {
    streams.push(stream);
    return { received: () => {}, ended: () => {} };
  });
  const said: ToRaftStreams[] = [];
  port1.on('message', (message: ToRaftStreams) => said.push(message));
  for (const stream of [1, 2]) port1.postMessage({ kind: 'raft-opened', stream, remote: 'a:1' });
  while (streams.length < 2) await once(port2, 'message');
  const [first, second] = streams;
  first?.release(RAFT_STREAM_ROOM_BYTES - 1);
  second?.release(RAFT_STREAM_ROOM_BYTES - 1);
  first?.release(5);
  first?.release(RAFT_STREAM_ROOM_BYTES - 1);
  first?.write(Buffer.from(new Uint8Array(1).buffer));
  while (!said.some(({ kind }) => kind === 'raft-write')) await once(port1, 'message');
  assert.deepEqual(
    said.filter(({ kind }) => kind === 'raft-read'),
    [{ kind: 'raft-read', stream: 1, bytes: RAFT_STREAM_ROOM_BYTES + 4 }],
  );
  relayed.close();
});

test('what is kept back leaves room for a whole read of the socket', () => {
  assert.ok(RAFT_STREAM_ROOM_BYTES + 64 * 1024 < RAFT_STREAM_WINDOW_BYTES);
});
