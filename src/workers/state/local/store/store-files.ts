// The files of the store of local registrations: `snapshot-N` holds everything when log N began (or a little later), `log-N`
// what came since. All operations are idempotent, so replaying one twice does no harm. At the start they must be what the
// marker says of them: a file that is missing, or shorter than what was acknowledged, stops the start.

import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../../../observe/logger.js';
import { syncDirectory } from '../../../../wire/sync-directory.js';
import { LogFile } from './log-file.js';
import { compressedFrame, MAGIC, type Payload, readFrames } from './log-frames.js';
import { OperationWriter } from './operation-writer.js';
import { damagedStore, type LocalStoreError } from './store-error.js';
import { NOTHING, StoreMarker } from './store-marker.js';
import { applyText, emptyContents, type Operation, type StoreContents } from './store-operations.js';

/** A store's files, read and ready for writing. */
export interface Opened {
  readonly log: LogFile;
  readonly marker: StoreMarker;
  readonly generation: number;
  readonly snapshotBytes: number;
  readonly contents: StoreContents;
  /** Nothing was written to it yet. */
  readonly isNewLog: boolean;
}

const DIGITS = 10;
const NAME = /^(snapshot|log)-([0-9]{10})(\.tmp)?$/;
/** Operations serialized in one go, about a millisecond of work. */
const SLICE = 256;

export function logPath(directory: string, generation: number): string {
  return join(directory, `log-${String(generation).padStart(DIGITS, '0')}`);
}

function snapshotPath(directory: string, generation: number): string {
  return join(directory, `snapshot-${String(generation).padStart(DIGITS, '0')}`);
}

function markerPath(directory: string): string {
  return join(directory, 'log.durable');
}

interface Found {
  readonly name: string;
  readonly kind: string;
  readonly generation: number;
  readonly temporary: boolean;
}

async function storeFiles(directory: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const name of await readdir(directory)) {
    const match = NAME.exec(name);
    if (!match) continue;
    const [, kind = '', digits = '', suffix] = match;
    found.push({ name, kind, generation: Number(digits), temporary: suffix !== undefined });
  }
  return found.sort((a, b) => a.generation - b.generation);
}

/** Loaded when the first snapshot is written or read: most agents never need it. */
const snappy = (): Promise<typeof import('@napi-rs/snappy')> => import('@napi-rs/snappy');

async function textOf({ bytes, isCompressed }: Payload): Promise<string> {
  if (!isCompressed) return bytes.toString('utf8');
  const { uncompress } = await snappy();
  return String(await uncompress(bytes, { asBuffer: false }));
}

/** Gives the length of what was replayed, as text. */
async function replay(payloads: readonly Payload[], contents: StoreContents, path: string): Promise<number> {
  let length = 0;
  try {
    for (const payload of payloads) {
      const text = await textOf(payload);
      length += text.length;
      for (const line of text.split('\n')) if (line !== '') applyText(contents, line);
    }
  } catch (error) {
    throw damagedStore(path, error instanceof Error ? error.message : String(error));
  }
  return length;
}

interface ReadFile {
  /** Where the next record goes. */
  readonly end: number;
  readonly records: number;
  /** Of its operations as text. */
  readonly length: number;
  readonly size: number;
  readonly torn: boolean;
  readonly isWitnessed: boolean;
}

/** Reads one file into `contents`. */
async function readInto(path: string, contents: StoreContents): Promise<ReadFile> {
  const bytes = await readFile(path);
  const read = readFrames(bytes);
  if (read.kind === 'damaged') throw damaged(path, read.offset);
  const length = await replay(read.payloads, contents, path);
  const { end, torn, isWitnessed } = read;
  return { end, records: read.payloads.length, length, size: bytes.length, torn, isWitnessed };
}

function damaged(path: string, offset: number): LocalStoreError {
  return damagedStore(path, `bad record at offset ${offset}`);
}

function missing(path: string): LocalStoreError {
  return damagedStore(path, 'is missing');
}

/** A snapshot is all there or damaged; `bytes` is what the marker says of its size, null when it says nothing. */
async function readSnapshot(
  directory: string,
  generation: number,
  bytes: number | null,
  contents: StoreContents,
): Promise<ReadFile> {
  const path = snapshotPath(directory, generation);
  const read = await readInto(path, contents);
  if (read.end < read.size || read.size === 0) throw damaged(path, read.end);
  if (bytes !== null && read.size !== bytes) {
    throw damagedStore(path, `${read.size} bytes where ${bytes} were written`);
  }
  return read;
}

/**
 * Reads the logs in order. None may end before `durable` says it does; only the last one that holds anything may end in an
 * unfinished write.
 */
async function readLogs(
  paths: readonly string[],
  durable: readonly number[],
  contents: StoreContents,
): Promise<readonly ReadFile[]> {
  const read: ReadFile[] = [];
  let cut: { readonly path: string; readonly end: number } | null = null;
  for (const [at, path] of paths.entries()) {
    const log = await readInto(path, contents);
    const wanted = durable[at] ?? 0;
    if (log.end < wanted) {
      throw damagedStore(path, `good up to offset ${log.end}, but was durable up to ${wanted}`);
    }
    if (cut !== null && log.records > 0) throw damaged(cut.path, cut.end);
    if (log.torn) cut = { path, end: log.end };
    read.push(log);
  }
  return read;
}

/** The generations of the logs from the snapshot's on, without a hole and through the last that the marker knows. */
function logsFrom(directory: string, files: readonly Found[], snapshot: number, lastKnown: number): readonly number[] {
  const there = new Set(files.flatMap(({ kind, generation }) => (kind === 'log' ? [generation] : [])));
  const last = Math.max(lastKnown, ...there);
  const logs: number[] = [];
  for (let generation = snapshot; generation <= last; generation += 1) {
    if (!there.has(generation)) throw missing(logPath(directory, generation));
    logs.push(generation);
  }
  return logs;
}

export async function openGeneration(
  directory: string,
  logger: Logger,
  firstContents: () => Promise<Iterable<Operation>>,
): Promise<Opened> {
  const marker = new StoreMarker(markerPath(directory));
  const files = await storeFiles(directory);
  for (const { name, temporary } of files) if (temporary) await unlink(join(directory, name));
  const snapshots = files.filter(({ kind, temporary }) => kind === 'snapshot' && !temporary);
  const newest = snapshots.at(-1)?.generation ?? 0;
  const { found } = marker;
  if (found !== null && newest < found.snapshot) throw missing(snapshotPath(directory, found.snapshot));
  if (newest === 0) return begin(directory, files, marker, firstContents);

  const known = found ?? NOTHING;
  const contents = emptyContents();
  const snapshotBytes = known.snapshot === newest ? known.snapshotBytes : null;
  const snapshot = await readSnapshot(directory, newest, snapshotBytes, contents);
  const generations = logsFrom(directory, files, newest, known.firstLog + known.ends.length - 1);
  const paths = generations.map((generation) => logPath(directory, generation));
  const durable = generations.map((generation) => known.ends[generation - known.firstLog] ?? 0);
  const logs = await readLogs(paths, durable, contents);
  if (found === null && [snapshot, ...logs].some(({ isWitnessed }) => isWitnessed)) {
    throw damagedStore(marker.path, 'is missing or empty');
  }

  // Everything is judged; only now is anything changed.
  for (const [at, { torn, end }] of logs.entries()) {
    if (torn) logger.warn('cut an unfinished write', 'path', paths[at] ?? '', 'offset', end);
  }
  marker.begin();
  const generation = generations.at(-1) ?? newest;
  const path = logPath(directory, generation);
  const last = logs.at(-1);
  const log = last === undefined ? await LogFile.create(path) : await LogFile.reopen(path, last.end);
  const ends = [...logs.slice(0, -1).map(({ end }) => end), log.size];
  marker.opened({ snapshot: newest, snapshotBytes: snapshot.size, firstLog: newest, ends });
  await removeFilesBefore(directory, newest);
  return { log, marker, generation, snapshotBytes: snapshot.length, contents, isNewLog: log.size === MAGIC.length };
}

/**
 * The first start: marker, snapshot and log are made in this order, each durable before the next, so a crash here begins
 * anew or goes on.
 */
async function begin(
  directory: string,
  files: readonly Found[],
  marker: StoreMarker,
  firstContents: () => Promise<Iterable<Operation>>,
): Promise<Opened> {
  const orphan = files.find(({ kind }) => kind === 'log');
  if (orphan) throw damagedStore(join(directory, orphan.name), 'its snapshot is missing');
  marker.begin();
  const generation = 1;
  await writeSnapshot(directory, generation, await firstContents(), () => Promise.resolve(true));
  const contents = emptyContents();
  const snapshot = await readSnapshot(directory, generation, null, contents);
  marker.snapshotTaken(generation, snapshot.size);
  const log = await LogFile.create(logPath(directory, generation));
  marker.logBegan(generation, log.size);
  return { log, marker, generation, snapshotBytes: snapshot.length, contents, isNewLog: true };
}

interface WrittenSnapshot {
  /** Of its text: the log may reach this before the next one. */
  readonly length: number;
  /** Of its file. */
  readonly bytes: number;
}

/**
 * Writes a snapshot in slices. It counts from the rename on, which happens only if `stillGood` says so when all is
 * written; null when it was given up.
 */
export async function writeSnapshot(
  directory: string,
  generation: number,
  operations: Iterable<Operation>,
  stillGood: () => Promise<boolean>,
): Promise<WrittenSnapshot | null> {
  const path = snapshotPath(directory, generation);
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  let length = 0;
  let bytes = MAGIC.length;
  try {
    await handle.appendFile(MAGIC);
    let slice = new OperationWriter();
    let count = 0;
    const flush = async (): Promise<void> => {
      length += slice.length;
      const { compress } = await snappy();
      const record = compressedFrame(await compress(slice.bytes));
      slice = new OperationWriter(0, slice.room);
      count = 0;
      bytes += record.length;
      await handle.appendFile(record);
    };
    for (const operation of operations) {
      slice.add(operation);
      count += 1;
      if (count >= SLICE) await flush();
    }
    if (count > 0) await flush();
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (!(await stillGood())) {
    await unlink(temporary);
    return null;
  }
  await rename(temporary, path);
  await syncDirectory(directory);
  return { length, bytes };
}

/** What a complete snapshot has made superfluous. */
export async function removeFilesBefore(directory: string, generation: number): Promise<void> {
  for (const file of await storeFiles(directory)) {
    if (file.generation < generation) await unlink(join(directory, file.name));
  }
}
