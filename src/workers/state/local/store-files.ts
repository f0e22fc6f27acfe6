// The files of the store of local registrations: `snapshot-N` holds everything when log N began (or a little later), `log-N`
// what came since. All operations are idempotent, so replaying one twice does no harm.

import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../../observe/logger.js';
import { syncDirectory } from '../../../wire/sync-directory.js';
import { LogFile } from './log-file.js';
import { compressedFrame, MAGIC, type Payload, readFrames } from './log-frames.js';
import type { Opened } from './registration-store.js';
import { LocalStoreError } from './store-error.js';
import { applyText, emptyContents, type StoreContents } from './store-operations.js';

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
    throw new LocalStoreError('corrupt', path, error instanceof Error ? error.message : String(error));
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
}

/** Reads one file into `contents`. */
async function readInto(path: string, contents: StoreContents): Promise<ReadFile> {
  const bytes = await readFile(path);
  const read = readFrames(bytes);
  if (read.kind === 'damaged') throw damaged(path, read.offset);
  const length = await replay(read.payloads, contents, path);
  return { end: read.end, records: read.payloads.length, length, size: bytes.length, torn: read.torn };
}

function damaged(path: string, offset: number): LocalStoreError {
  return new LocalStoreError('corrupt', path, `bad record at offset ${offset}`);
}

/** Gives the length of the snapshot's text. */
async function readSnapshot(directory: string, generation: number, contents: StoreContents): Promise<number> {
  const path = snapshotPath(directory, generation);
  const read = await readInto(path, contents);
  if (read.end < read.size) throw damaged(path, read.end);
  return read.length;
}

/** Reads the logs in order; only the last one that holds anything may end in an unfinished write. Gives the last's end. */
async function readLogs(paths: readonly string[], contents: StoreContents, logger: Logger): Promise<number> {
  let cut: { readonly path: string; readonly end: number } | null = null;
  let end = 0;
  for (const path of paths) {
    const read = await readInto(path, contents);
    if (cut !== null && read.records > 0) throw damaged(cut.path, cut.end);
    if (read.torn) {
      cut = { path, end: read.end };
      logger.warn('cut an unfinished write', 'path', path, 'offset', read.end);
    }
    end = read.end;
  }
  return end;
}

export async function openGeneration(
  directory: string,
  logger: Logger,
  firstContents: () => Promise<Iterable<string>>,
): Promise<Opened> {
  const files = await storeFiles(directory);
  for (const { name, temporary } of files) if (temporary) await unlink(join(directory, name));
  const snapshots = files.filter(({ kind, temporary }) => kind === 'snapshot' && !temporary);
  const newest = snapshots.at(-1);
  if (newest === undefined) return begin(directory, files, firstContents);

  const contents = emptyContents();
  const snapshotBytes = await readSnapshot(directory, newest.generation, contents);
  const logs = files.filter(({ kind, generation }) => kind === 'log' && generation >= newest.generation);
  const last = logs.at(-1);
  const end = await readLogs(
    logs.map((file) => logPath(directory, file.generation)),
    contents,
    logger,
  );
  const generation = last?.generation ?? newest.generation;
  const path = logPath(directory, generation);
  const log = last === undefined ? await LogFile.create(path) : await LogFile.reopen(path, end);
  await removeFilesBefore(directory, newest.generation);
  return { log, generation, snapshotBytes, contents };
}

/** The first start: the first snapshot is written before anything else, so a crash here begins anew. */
async function begin(
  directory: string,
  files: readonly Found[],
  firstContents: () => Promise<Iterable<string>>,
): Promise<Opened> {
  const orphan = files.find(({ kind }) => kind === 'log');
  if (orphan) throw new LocalStoreError('corrupt', join(directory, orphan.name), 'its snapshot is missing');
  const generation = 1;
  const written = await writeSnapshot(directory, generation, await firstContents(), () => Promise.resolve(true));
  const contents = emptyContents();
  await readSnapshot(directory, generation, contents);
  const log = await LogFile.create(logPath(directory, generation));
  return { log, generation, snapshotBytes: written ?? 0, contents };
}

/**
 * Writes a snapshot in slices. It counts from the rename on, which happens only if `stillGood` says so when all is
 * written. Gives the length of its text, which the log may reach before the next one, or null when it was given up.
 */
export async function writeSnapshot(
  directory: string,
  generation: number,
  operations: Iterable<string>,
  stillGood: () => Promise<boolean>,
): Promise<number | null> {
  const path = snapshotPath(directory, generation);
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  let length = 0;
  try {
    await handle.appendFile(MAGIC);
    let slice: string[] = [];
    const flush = async (): Promise<void> => {
      const text = slice.join('\n');
      slice = [];
      length += text.length;
      const { compress } = await snappy();
      await handle.appendFile(compressedFrame(await compress(text)));
    };
    for (const operation of operations) {
      slice.push(operation);
      if (slice.length >= SLICE) await flush();
    }
    if (slice.length > 0) await flush();
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
  return length;
}

/** What a complete snapshot has made superfluous. */
export async function removeFilesBefore(directory: string, generation: number): Promise<void> {
  for (const file of await storeFiles(directory)) {
    if (file.generation < generation) await unlink(join(directory, file.name));
  }
}
