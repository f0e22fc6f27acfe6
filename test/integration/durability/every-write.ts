// Writes once of each kind that an agent acknowledges, with the code that does it in an agent, and says `answered KIND` when
// that code has told it so. Run under strace (stores.test.ts). Argument: the data directory, which exists.

import fs from 'node:fs';
import path from 'node:path';
import { resolveNodeId } from '../../../src/main/config/identity.js';
import { prepareDataDir } from '../../../src/main/data-dir.js';
import { LEAVE_LINE } from '../../../src/main/gossip/serf/pool/snapshot.js';
import { openKeyring } from '../../../src/main/gossip/shell/keyring-file.js';
import { SNAPSHOT_LIMITS, SnapshotFile } from '../../../src/main/gossip/shell/snapshot-file.js';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import type { RuntimeConfig } from '../../../src/wire/config.js';
import { EntryType, logIndex, singlePayload, term } from '../../../src/workers/raft/core/entry.js';
import type { Persist } from '../../../src/workers/raft/core/ready.js';
import { SnapshotDirectory } from '../../../src/workers/raft/snapshot/snapshot-directory.js';
import { openStorage } from '../../../src/workers/raft/storage.js';
import { DurableStore } from '../../../src/workers/state/local/store/registration-store.js';
import type { Operation } from '../../../src/workers/state/local/store/store-operations.js';
import { NO_SERVICE } from '../../../src/workers/state/records/zero-values.js';

const KEYS = ['AAAAAAAAAAAAAAAAAAAAAA==', 'oKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr8='] as const;
/** Larger than the registrations' log grows before it is replaced by a snapshot. */
const LARGE_BYTES = 9 * 1024 * 1024;

const [dataDir = ''] = process.argv.slice(2);
const logger = new Logger('agent', new LogSink('error', (record) => fail(JSON.stringify(record))));

function fail(text: string): never {
  throw new Error(text);
}

function answered(kind: string): void {
  fs.writeSync(1, `answered ${kind}\n`);
}

function startOfAgent(): void {
  const problem = prepareDataDir(dataDir);
  if (problem !== null) fail(problem);
  answered('probe');
  const config = { dataDir, nodeId: '', disableHostNodeId: true, devMode: false, debugConfig: '{}' } as RuntimeConfig;
  if (!resolveNodeId(config).ok) fail('no node ID');
  answered('node-id');
}

function entry(index: number, text: string): Persist {
  const payload = singlePayload(Buffer.from(text));
  const run = {
    firstIndex: logIndex(index),
    count: 1,
    term: term(1),
    type: EntryType.command,
    appendedAtMs: 0,
    payload,
  };
  return { hardState: null, truncateAfter: null, restart: null, isProven: false, runs: [run] };
}

async function raft(): Promise<void> {
  const { log } = await openStorage(dataDir, fail);
  answered('raft-open');
  await log.persist({
    hardState: { term: term(7), vote: 'voted-for' },
    truncateAfter: null,
    restart: null,
    isProven: false,
    runs: [],
  });
  answered('vote');
  await log.persist(entry(1, 'first-entry'));
  answered('entry');
  await log.persist(entry(2, 'second-entry'));
  await log.persist({ ...entry(2, 'other-entry'), truncateAfter: logIndex(1) });
  answered('truncation');
  await log.dropThrough(logIndex(1));
  answered('drop');
  await log.close();
  const snapshots = await SnapshotDirectory.open(path.join(dataDir, 'raft', 'snapshots'), () => 1);
  const configuration = { index: logIndex(1), configuration: { servers: [] } };
  const sink = await snapshots.create({ index: logIndex(2), term: term(7) }, configuration);
  await sink.write(Buffer.from('state-of-the-snapshot'));
  await sink.finish();
  answered('raft-snapshot');
}

async function registrations(): Promise<void> {
  const put = (id: string, name: string): Operation => {
    return { kind: 'service', token: '', source: 'remote', service: { ...NO_SERVICE, ID: id, Service: name } };
  };
  const commit = async (store: DurableStore, operation: Operation): Promise<void> => {
    const outcome = await store.commit([operation]);
    if (!outcome.ok) fail(outcome.error);
  };
  const first = await DurableStore.open(dataDir, logger, () => Promise.resolve([put('a', 'imported')]));
  answered('local-open');
  await commit(first.store, put('b', 'in-a-new-log'));
  answered('registration-new');
  await first.store.close();
  const second = await DurableStore.open(dataDir, logger, () => fail('the store is there'));
  await commit(second.store, put('c', 'in-an-old-log'));
  answered('registration-old');
  second.store.attach(
    () => [put('d', 'everything')],
    () => 0,
  );
  await commit(second.store, put('d', 'x'.repeat(LARGE_BYTES)));
  await second.store.close();
  answered('compaction');
}

async function gossip(): Promise<void> {
  const opened = openKeyring({ pool: 'lan', dataDir, isFileDisabled: false, encryptKey: KEYS[0] });
  if (!opened.ok || opened.keyring === null || opened.file === null) return fail('no keyring');
  answered('keyring-new');
  opened.keyring.add(Buffer.from(KEYS[1], 'base64'));
  if ((await opened.file.save()) !== null) fail('the keyring was not written');
  answered('keyring-changed');
  const source = {
    aliveCount: () => 0,
    state: () => ({ members: [], clock: 5, eventClock: 0, queryClock: 0 }),
    warn: fail,
  };
  const file = path.join(dataDir, 'serf', 'local.snapshot');
  const left = SnapshotFile.open(file, false, source);
  if (!left.ok) return fail(left.error);
  left.file.append(LEAVE_LINE, true);
  await left.file.close();
  answered('leave');
  const small = SnapshotFile.open(file, true, source, { ...SNAPSHOT_LIMITS, leastCompactedBytes: 1 });
  if (!small.ok) return fail(small.error);
  small.file.append('clock: 1\n'.repeat(10), false);
  await small.file.close();
  answered('serf-compaction');
}

startOfAgent();
await raft();
await registrations();
await gossip();
