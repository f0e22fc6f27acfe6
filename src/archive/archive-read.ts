// Reads a snapshot archive that anybody may have made, and says whether all of it is sound: the compression, the tar, the
// checksums, the length. The state passes through as it comes; who takes it must undo what it did when the end is bad.
// Whatever sizes the headers claim, no more is kept in memory than the two small files and one piece of the state.

import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { type ArchiveMeta, META, parseArchiveMeta, STATE, SUMS } from './archive-format.js';
import { BLOCK_BYTES, paddingAfter, parseHeader, type TarEntry } from './tar.js';

export type ReadArchive =
  | { readonly ok: true; readonly meta: ArchiveMeta }
  | { readonly ok: false; readonly error: string };

/** Where the state goes; a text that comes back is why it can't be taken, and ends the reading. */
export interface StateSink {
  /** Told once, before the first piece. */
  begin(size: number): string | null | Promise<string | null>;
  write(bytes: Uint8Array): string | null | Promise<string | null>;
  /** Told once, after the last piece. */
  end(): string | null | Promise<string | null>;
}

const MAX_META_BYTES = 1024 * 1024;
const MAX_SUMS_BYTES = 64 * 1024;
/** Bytes behind the end are counted up to here. */
const MAX_COUNTED = 1024 * 1024;

/** Why it can't be read on; texts as stock has them (spec/fsm.md, section 14). */
class Unsound extends Error {}

export async function readArchive(source: AsyncIterable<Uint8Array>, sink: StateSink): Promise<ReadArchive> {
  const counted = new CountedSource(source);
  const gunzip = createGunzip();
  const input = Readable.from(counted, { objectMode: false });
  input.once('error', (error) => gunzip.destroy(error));
  input.pipe(gunzip);
  try {
    return { ok: true, meta: await new ArchiveReader(new Pieces(gunzip), sink).read() };
  } catch (error) {
    return { ok: false, error: textOf(error, counted.bytes) };
  } finally {
    gunzip.destroy();
    input.destroy();
  }
}

/** Says afterwards how much there was: nothing at all is another mistake than nonsense. */
class CountedSource {
  bytes = 0;
  readonly #source: AsyncIterable<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of this.#source) {
      this.bytes += chunk.byteLength;
      if (chunk.byteLength > 0) yield chunk;
    }
  }
}

function textOf(error: unknown, bytes: number): string {
  if (bytes === 0) return 'failed to decompress snapshot: EOF';
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Unsound) return `failed to read snapshot file: ${text}`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_DATA_ERROR' && /incorrect header/.test(text)) {
    return 'failed to decompress snapshot: gzip: invalid header';
  }
  if (code === 'Z_BUF_ERROR') return 'failed to read snapshot file: failed to read snapshot: unexpected EOF';
  return `failed to read snapshot file: failed to read snapshot: ${text}`;
}

class ArchiveReader {
  readonly #pieces: Pieces;
  readonly #sink: StateSink;
  readonly #hashes = new Map<string, Hash>();
  #meta: ArchiveMeta | null = null;
  #stateSize: number | null = null;
  #sums: string | null = null;

  constructor(pieces: Pieces, sink: StateSink) {
    this.#pieces = pieces;
    this.#sink = sink;
  }

  async read(): Promise<ArchiveMeta> {
    for (;;) {
      const header = parseHeader(await this.#block());
      if (header.kind === 'bad') throw new Unsound(header.problem);
      if (header.kind === 'end') break;
      await this.#take(header.entry);
      await this.#pieces.skip(paddingAfter(header.entry.size));
    }
    const rest = (await this.#pieces.countRest(MAX_COUNTED + BLOCK_BYTES)) - BLOCK_BYTES;
    if (rest < 0) throw new Unsound('failed to read snapshot: unexpected EOF');
    this.#verify();
    if (rest > 0) throw new Unsound(`${rest} unread uncompressed bytes remain`);
    const meta = this.#meta;
    if (meta === null || this.#stateSize === null) throw new Unsound(`file missing for "${META}"`);
    if (meta.size !== this.#stateSize) {
      throw new Unsound(`failed to write snapshot, size didn't match (${this.#stateSize} != ${meta.size})`);
    }
    return meta;
  }

  #block(): Promise<Buffer> {
    return this.#pieces.gather(BLOCK_BYTES);
  }

  async #take({ name, size }: TarEntry): Promise<void> {
    const isAgain = this.#hashes.has(name) || (name === SUMS && this.#sums !== null);
    if (isAgain || (name !== META && name !== STATE && name !== SUMS)) {
      throw new Unsound(`unexpected file "${name}" in snapshot`);
    }
    if (name === STATE) return this.#takeState(size);
    const most = name === META ? MAX_META_BYTES : MAX_SUMS_BYTES;
    if (size > most) throw new Unsound(`file "${name}" of ${size} bytes is too large, at most ${most} are taken`);
    const bytes = await this.#pieces.gather(size);
    if (name === SUMS) {
      this.#sums = bytes.toString();
      return;
    }
    this.#hashes.set(META, createHash('sha256').update(bytes));
    const meta = parseArchiveMeta(bytes.toString());
    if (typeof meta === 'string') throw new Unsound(meta);
    this.#meta = meta;
  }

  async #takeState(size: number): Promise<void> {
    const hash = createHash('sha256');
    this.#hashes.set(STATE, hash);
    this.#stateSize = size;
    refuse(await this.#sink.begin(size));
    let left = size;
    while (left > 0) {
      const piece = await this.#pieces.next(left);
      hash.update(piece);
      left -= piece.byteLength;
      refuse(await this.#sink.write(piece));
    }
    refuse(await this.#sink.end());
  }

  #verify(): void {
    const seen = new Set<string>();
    for (const line of (this.#sums ?? '').split('\n')) {
      if (line === '') continue;
      const [, sum = '', name = ''] = /^(\S+)\s+(\S+)$/.exec(line) ?? [];
      // A file that isn't there is as good as an empty one here.
      const hash = this.#hashes.get(name) ?? (name === META || name === STATE ? createHash('sha256') : undefined);
      if (hash === undefined) throw integrity(`list missing hash for "${name}"`);
      if (seen.has(name)) throw integrity(`more than one hash for "${name}"`);
      seen.add(name);
      if (hash.digest('hex') !== sum.toLowerCase()) throw integrity(`hash check failed for "${name}"`);
    }
    for (const name of [META, STATE]) if (!seen.has(name)) throw integrity(`file missing for "${name}"`);
  }
}

function refuse(problem: string | null): void {
  if (problem !== null) throw new Unsound(problem);
}

function integrity(problem: string): Unsound {
  return new Unsound(`failed checking integrity of snapshot: ${problem}`);
}

/** The bytes of a stream in portions of one's own choice. */
class Pieces {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Gunzip) {
    this.#chunks = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  /** What comes next, at most `most` bytes. */
  async next(most: number): Promise<Buffer> {
    if (this.#rest.length === 0 && !(await this.#fill())) throw new Unsound('failed to read snapshot: unexpected EOF');
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** Only for lengths that have been judged. */
  async gather(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0; ) {
      const piece = await this.next(left);
      parts.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(parts);
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.next(left)).length;
  }

  /** How many bytes are left, counted up to `most`. */
  async countRest(most: number): Promise<number> {
    let count = 0;
    while (count < most && (this.#rest.length > 0 || (await this.#fill()))) {
      count += this.#rest.length;
      this.#rest = this.#rest.subarray(this.#rest.length);
    }
    return count;
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      if (value.byteLength === 0) continue;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      return true;
    }
  }
}
