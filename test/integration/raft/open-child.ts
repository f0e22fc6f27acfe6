// Opens a data directory in a process of its own and reads the whole log: prints how many entries there are, or the error.

import { logIndex } from '../../../src/workers/raft/core/entry.js';
import { openStorage } from '../../../src/workers/raft/storage.js';
import { StorageFailure } from '../../../src/workers/raft/store/storage-failure.js';

try {
  const { log, recovered } = await openStorage(process.argv[2] ?? '', () => {});
  const { last } = recovered.log;
  const runs = last.index === 0 ? [] : await log.read(logIndex(1), last.index, Number.MAX_SAFE_INTEGER);
  for (const { firstIndex, payload } of runs) {
    const text = Buffer.from(payload).toString('utf8', 4);
    if (text !== `entry ${firstIndex} ${'x'.repeat(700)}`) throw new Error(`wrong entry ${firstIndex}`);
  }
  await log.close();
  console.log(`entries ${runs.length}`);
} catch (error) {
  console.log(error instanceof StorageFailure ? error.message : `unexpected: ${String(error)}`);
}
