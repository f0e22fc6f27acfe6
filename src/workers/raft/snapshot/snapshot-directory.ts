// Snapshots on disk: `<raft>/snapshots/<term>-<index>-<unix ms>/{meta.json,state.bin}`, as stock agents write and read them
// (spec/raft.md, section 13). Written under a `.tmp` name; state, then meta, then the rename, then the parent are synced, so
// that a snapshot is either whole or not there.

import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Crc64 } from '../../../wasm/crc.js';
import { syncDirectory } from '../../../wire/sync-directory.js';
import type { PlacedConfiguration } from '../core/configuration.js';
import { logIndex, type Position, term } from '../core/entry.js';
import { parseMeta, renderMeta, type SnapshotDescription } from './meta.js';
import type { SnapshotSink, SnapshotStore } from './snapshot-store.js';

const RETAINED = 2;
const READ_BYTES = 256 * 1024;
const NAME = /^(\d+)-(\d+)-(\d+)$/;

export class SnapshotDirectory implements SnapshotStore {
  readonly #path: string;
  readonly #unixMs: () => number;

  /** `path` is made when missing. */
  static async open(path: string, unixMs: () => number): Promise<SnapshotDirectory> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    for (const name of await readdir(path)) {
      if (name.endsWith('.tmp')) await rm(join(path, name), { recursive: true, force: true });
    }
    return new SnapshotDirectory(path, unixMs);
  }

  private constructor(path: string, unixMs: () => number) {
    this.#path = path;
    this.#unixMs = unixMs;
  }

  async create(position: Position, configuration: PlacedConfiguration): Promise<SnapshotSink> {
    const id = `${position.term}-${position.index}-${this.#unixMs()}`;
    const directory = join(this.#path, `${id}.tmp`);
    await mkdir(directory, { mode: 0o700 });
    const file = await open(join(directory, 'state.bin'), 'wx', 0o600);
    return new DirectorySink(this, { id, position, configuration }, directory, file);
  }

  async newestReadable(
    unreadable: (id: string, problem: string) => void,
    counts: (position: Position) => boolean = () => true,
  ): Promise<SnapshotDescription | null> {
    for (const id of await this.#newestFirst()) {
      const position = positionOf(id);
      if (position === null || !counts(position)) continue;
      const checked = await this.#check(id);
      if (typeof checked !== 'string') return checked;
      unreadable(id, checked);
    }
    return null;
  }

  async giveUp(isGivenUp: (position: Position) => boolean): Promise<void> {
    for (const id of await this.#newestFirst()) {
      const position = positionOf(id);
      if (position === null || !isGivenUp(position)) continue;
      // Under this name no start takes it for one, however far its removal comes.
      await rename(join(this.#path, id), join(this.#path, `${id}.tmp`));
      await syncDirectory(this.#path);
      await rm(join(this.#path, `${id}.tmp`), { recursive: true, force: true });
    }
  }

  async *read(snapshot: SnapshotDescription): AsyncIterable<Uint8Array> {
    const file = await open(join(this.#path, snapshot.id, 'state.bin'), 'r');
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(READ_BYTES), 0, READ_BYTES);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  /** Makes a finished `.tmp` directory visible and removes what is no longer kept. */
  async publish(temporary: string, id: string): Promise<void> {
    await rename(temporary, join(this.#path, id));
    await syncDirectory(this.#path);
    for (const old of (await this.#newestFirst()).slice(RETAINED)) {
      // An older one that comes last is to take the place of the others.
      if (old === id) continue;
      await rm(join(this.#path, old), { recursive: true, force: true });
    }
  }

  async #newestFirst(): Promise<string[]> {
    const keys = (await readdir(this.#path)).flatMap((id) => {
      const match = NAME.exec(id);
      return match ? [{ id, order: match.slice(1).map(Number) }] : [];
    });
    keys.sort((a, b) => compare(b.order, a.order));
    return keys.map(({ id }) => id);
  }

  /** The description, or what is wrong. Reads the whole state: a damaged one must be found before it is handed out. */
  async #check(id: string): Promise<SnapshotDescription | string> {
    try {
      const description = parseMeta(await readFile(join(this.#path, id, 'meta.json'), 'utf8'));
      if (typeof description === 'string') return description;
      const found = { ...description, id };
      const crc = new Crc64();
      let size = 0;
      for await (const bytes of this.read(found)) {
        crc.update(bytes);
        size += bytes.byteLength;
      }
      if (size !== found.size) return `state.bin has ${size} bytes, meta.json says ${found.size}`;
      return Buffer.compare(crc.digestBytes(), found.crc) === 0 ? found : 'CRC mismatch';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

/** null when the name isn't one of a snapshot, or holds numbers that no position has. */
function positionOf(id: string): Position | null {
  const [, of, index] = (NAME.exec(id) ?? []).map(Number);
  if (of === undefined || index === undefined || !Number.isSafeInteger(of) || !Number.isSafeInteger(index)) return null;
  return { index: logIndex(index), term: term(of) };
}

class DirectorySink implements SnapshotSink {
  readonly #store: SnapshotDirectory;
  readonly #about: Pick<SnapshotDescription, 'id' | 'position' | 'configuration'>;
  readonly #directory: string;
  readonly #file: FileHandle;
  readonly #crc = new Crc64();
  #size = 0;
  #sealed: SnapshotDescription | null = null;

  constructor(
    store: SnapshotDirectory,
    about: Pick<SnapshotDescription, 'id' | 'position' | 'configuration'>,
    directory: string,
    file: FileHandle,
  ) {
    this.#store = store;
    this.#about = about;
    this.#directory = directory;
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#crc.update(bytes);
    this.#size += bytes.byteLength;
    await this.#file.writeFile(bytes);
  }

  async seal(): Promise<void> {
    this.#sealed ??= await this.#seal();
  }

  async finish(): Promise<SnapshotDescription> {
    const description = this.#sealed ?? (await this.#seal());
    await this.#store.publish(this.#directory, this.#about.id);
    return description;
  }

  async #seal(): Promise<SnapshotDescription> {
    await this.#file.sync();
    await this.#file.close();
    const description = { ...this.#about, size: this.#size, crc: this.#crc.digestBytes() };
    const meta = await open(join(this.#directory, 'meta.json'), 'wx', 0o600);
    try {
      await meta.writeFile(renderMeta(description));
      await meta.sync();
    } finally {
      await meta.close();
    }
    await syncDirectory(this.#directory);
    return description;
  }

  async cancel(): Promise<void> {
    await this.#file.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
