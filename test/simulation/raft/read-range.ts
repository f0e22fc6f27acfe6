// The entries of an append request, as a shell reads them for what the core orders: a store answers whole records, a request
// has exactly what was asked for.

import { after, type EntryRun, type LogIndex, lastIndexOf, logIndex } from '../../../src/workers/raft/core/entry.js';
import { sliceEntries } from '../../../src/workers/raft/core/packed.js';
import type { LogStore } from '../../../src/workers/raft/store/log-store.js';

/** Exactly the entries after `previous` through `through`. */
export async function readRange(store: LogStore, previous: LogIndex, through: LogIndex): Promise<EntryRun[]> {
  const from = after(previous);
  if (through < from) return [];
  const runs = await store.read(from, through, Number.MAX_SAFE_INTEGER);
  return runs.flatMap((run) => {
    const first = Math.max(run.firstIndex, from);
    const count = Math.min(lastIndexOf(run), through) - first + 1;
    if (count <= 0) return [];
    const payload = sliceEntries(run.payload, first - run.firstIndex, count);
    return [{ ...run, firstIndex: logIndex(first), count, payload }];
  });
}
