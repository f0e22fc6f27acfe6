// Writes a snapshot archive, piece by piece: the state is never in memory as a whole.

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { META, STATE, SUMS } from './archive-format.js';
import { paddingAfter, tarEnd, tarHeader } from './tar.js';

export interface ArchiveContent {
  /** The text of meta.json. */
  readonly meta: string;
  /** Bytes of `state`. */
  readonly size: number;
  readonly state: AsyncIterable<Uint8Array>;
  readonly unixSeconds: number;
}

/** The archive's bytes. Fails when the state isn't as long as it was said to be. */
export function writeArchive(content: ArchiveContent): Readable {
  const tar = Readable.from(tarOf(content), { objectMode: false });
  const gzip = createGzip();
  tar.once('error', (error) => gzip.destroy(error));
  gzip.once('close', () => tar.destroy());
  return tar.pipe(gzip);
}

async function* tarOf({ meta, size, state, unixSeconds }: ArchiveContent): AsyncGenerator<Uint8Array, void> {
  const metaBytes = Buffer.from(meta);
  yield* file(META, metaBytes, unixSeconds);
  yield tarHeader(STATE, size, unixSeconds);
  const sum = createHash('sha256');
  let written = 0;
  for await (const bytes of state) {
    sum.update(bytes);
    written += bytes.byteLength;
    yield bytes;
  }
  if (written !== size) throw new Error(`failed to write snapshot, size didn't match (${written} != ${size})`);
  yield Buffer.alloc(paddingAfter(size));
  const metaSum = createHash('sha256').update(metaBytes).digest('hex');
  const sums = `${metaSum}  ${META}\n${sum.digest('hex')}  ${STATE}\n`;
  yield* file(SUMS, Buffer.from(sums), unixSeconds);
  yield tarEnd();
}

function* file(name: string, bytes: Buffer, unixSeconds: number): Generator<Uint8Array, void> {
  yield tarHeader(name, bytes.byteLength, unixSeconds);
  yield bytes;
  yield Buffer.alloc(paddingAfter(bytes.byteLength));
}
