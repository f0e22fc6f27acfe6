// A stop while an archive of the newest snapshot is being written: one of a large state takes longer than a stop may.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { RaftToState } from '../../../src/wire/raft/raft-port.js';
import { ArchiveSaver } from '../../../src/workers/raft/archive-saver.js';
import type { SnapshotDescription } from '../../../src/workers/raft/snapshot/meta.js';
import { MemorySnapshots } from '../../../src/workers/raft/snapshot/snapshot-store.js';
import { waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';
import { at, THREE } from './one-server.js';

/** Read for as long as somebody reads on. */
class EndlessSnapshots extends MemorySnapshots {
  isRead = false;

  override async newestReadable(): Promise<SnapshotDescription> {
    const configuration = { index: at(1, 1).index, configuration: THREE };
    return { id: '1-1-1', position: at(1, 1), configuration, size: 2 ** 40, crc: new Uint8Array(8) };
  }

  override async *read(): AsyncIterable<Uint8Array> {
    this.isRead = true;
    try {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        yield new Uint8Array(4096);
      }
    } finally {
      this.isRead = false;
    }
  }
}

test('a stop ends an archive that is being written', { timeout: 30_000 }, async (t) => {
  const snapshots = new EndlessSnapshots();
  const posted: RaftToState[] = [];
  const saver = new ArchiveSaver(snapshots, { post: (message) => posted.push(message) });
  const file = path.join(temporaryDirectory(t), 'archive');
  saver.save(7, file);
  await waitFor(() => snapshots.isRead && fs.existsSync(file), 'the archive to be begun');
  await saver.stop();
  assert.deepEqual(posted, [{ kind: 'archive-saved', request: 7, index: 0, error: 'The operation was aborted' }]);
  await waitFor(() => !snapshots.isRead, 'the snapshot to be let go');
});
