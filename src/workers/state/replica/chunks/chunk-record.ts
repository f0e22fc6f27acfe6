// The last record of a snapshot: parts of commands that were waiting for their rest (spec/fsm.md, section 13).

import { written } from '../../../../msgpack/codec.js';
import { list } from '../../../../msgpack/collections.js';
import { DecodeError } from '../../../../msgpack/errors.js';
import { bytes, type Kind, nullable, u32, u64 } from '../../../../msgpack/kinds.js';
import { MsgpackReader } from '../../../../msgpack/reader.js';
import { struct } from '../../../../msgpack/struct.js';
import { type Uint64, uint64 } from '../../../../wire/uint64.js';
import type { KeptChunks, PartialCommand } from './kept-chunks.js';

interface WireChunk {
  readonly OpNum: Uint64;
  readonly SequenceNum: number;
  readonly NumChunks: number;
  readonly Term: number;
  readonly Data: Uint8Array | null;
}

const index: Kind<number> = { ...u32, read: (reader) => reader.unsigned(Number.MAX_SAFE_INTEGER) };
const wireChunk = struct<WireChunk>({ OpNum: u64, SequenceNum: u32, NumChunks: u32, Term: index, Data: bytes });
const wireChunks = list(nullable(wireChunk));
const CHUNK_MAP = 'ChunkMap';

/** The record behind its type byte. */
export function writeChunks(operations: readonly PartialCommand[], Term: number): Uint8Array {
  return written((writer) => {
    writer.map(1);
    writer.text(CHUNK_MAP);
    writer.map(operations.length);
    for (const { operation, count: NumChunks, parts } of operations) {
      const OpNum = uint64(operation);
      writer.unsigned(OpNum);
      const chunks = Array.from({ length: NumChunks }, (_, SequenceNum): WireChunk | null => {
        const Data = parts.get(SequenceNum) ?? null;
        return Data === null ? null : { OpNum, SequenceNum, NumChunks, Term, Data };
      });
      wireChunks.write(writer, chunks);
    }
  });
}

/** Reads the record at `offset` into `kept`; the offset behind it. Throws {@link DecodeError}. */
export function readChunks(input: Uint8Array, offset: number, kept: KeptChunks): number {
  const reader = new MsgpackReader(input, offset);
  const found: WireChunk[] = [];
  for (let fields = reader.map() ?? 0; fields > 0 && reader.problem === null; fields -= 1) {
    if (reader.text() !== CHUNK_MAP) {
      reader.skip();
      continue;
    }
    for (let pairs = reader.map() ?? 0; pairs > 0 && reader.problem === null; pairs -= 1) {
      reader.skip();
      for (const chunk of wireChunks.read(reader) ?? []) if (chunk !== null) found.push(chunk);
    }
  }
  if (reader.problem !== null) throw new DecodeError(reader.problem, reader.offset);
  for (const { Term, OpNum, SequenceNum, NumChunks, Data } of found) {
    // A copy: what was read is a view of a piece of the snapshot.
    const data = new Uint8Array(Data ?? new Uint8Array(0));
    kept.take(Term, { operation: BigInt(OpNum), sequence: SequenceNum, count: NumChunks }, data);
  }
  return reader.offset;
}
