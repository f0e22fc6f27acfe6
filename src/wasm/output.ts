// Where encoded messages go: one at a time, or many behind each other in one growing output. While an output is the
// only user of the encoder's memory its messages simply stay there and are copied once, when taken; before somebody
// else encodes they move to a buffer here. Long byte values stay where they are and are copied once, into the result.

import { markAsUntransferable } from 'node:worker_threads';
import { EncodeError } from '../msgpack/errors.js';
import { operands } from './encoder.js';

/** A value's form: what the generated code and the compiled module need to encode it. */
export interface Encoding {
  readonly number: number;
  readonly argument: number;
  write(value: unknown): void;
}

/** Length of the length prefix of a framed message. */
const FRAME_BYTES = 4;
/** Single messages up to this length are cut from slabs: a buffer of its own costs more than encoding a small message. */
const MOST_SLAB_BYTES = 4096;
const SLAB_BYTES = 64 * 1024;
/** A larger staging buffer is let go of when taken. */
const KEPT_STAGED_BYTES = 1024 * 1024;
/** A buffer holds less than this: its lengths are uint32 and its owner is expected to take it long before. */
const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

let inMemory: Output | null = null;

/** Moves whoever keeps output in the encoder's memory out of it. */
function claim(owner: Output | null): void {
  if (inMemory !== owner) inMemory?.spill();
  inMemory = owner;
}

operands.beforeMove = () => claim(null);

let slab = new Uint8Array(0);
let slabUsed = SLAB_BYTES;

/** Bytes `start … end` of the encoder's memory, copied. */
function copyOut(start: number, end: number): Uint8Array {
  const size = end - start;
  if (size > MOST_SLAB_BYTES) return operands.plain.slice(start, end);
  if (slabUsed + size > SLAB_BYTES) {
    slab = new Uint8Array(Buffer.allocUnsafeSlow(SLAB_BYTES).buffer);
    // Transferring one message would take its neighbours away.
    markAsUntransferable(slab.buffer);
    slabUsed = 0;
  }
  const at = slabUsed;
  slab.set(operands.plain.subarray(start, end), at);
  slabUsed = at + size;
  return new Uint8Array(slab.buffer, at, size);
}

/** Encodes one message: the type byte, if there is one, and the value. The result may be part of a larger buffer. */
export function encodeOne(typeByte: number, encoding: Encoding, value: unknown): Uint8Array {
  if (inMemory !== null) claim(null);
  operands.begin();
  encoding.write(value);
  const start = operands.outputStart;
  let at = start;
  if (typeByte >= 0) operands.bytes[at++] = typeByte;
  const end = operands.run(encoding.number, encoding.argument, at);
  let result: Uint8Array;
  if (operands.externals.length === 0) {
    result = copyOut(start, end);
  } else {
    result = new Uint8Array(Buffer.allocUnsafeSlow(end - start + operands.externalBytes).buffer);
    let from = start;
    let to = 0;
    operands.externals.forEach((external, index) => {
      const hole = operands.hole(index);
      result.set(operands.plain.subarray(from, hole), to);
      result.set(external, to + hole - from);
      to += hole - from + external.length;
      from = hole;
    });
    result.set(operands.plain.subarray(from, end), to);
    operands.externals.length = 0;
  }
  operands.trim();
  return result;
}

/** A byte value that belongs before this place of the output without such values. */
interface External {
  readonly at: number;
  readonly value: Uint8Array;
}

export class Output {
  /** What had to leave the encoder's memory. */
  #staged: Buffer = Buffer.alloc(0);
  #stagedLength = 0;
  /** End of what lies in the encoder's memory, when this is its user. */
  #end = 0;
  #externals: External[] = [];
  #externalBytes = 0;

  get byteLength(): number {
    return this.#plainLength() + this.#externalBytes;
  }

  /** Appends a type byte (-1: none) and a value, behind their length when framed. Long byte values are kept, not copied. */
  append(typeByte: number, encoding: Encoding, value: unknown, isFramed: boolean): void {
    operands.begin();
    // Writing may move the output region, and with it what lies there: only now it is settled where to go on.
    encoding.write(value);
    if (inMemory !== this) {
      claim(this);
      this.#end = operands.outputStart;
    }
    const start = this.#end;
    let at = isFramed ? start + FRAME_BYTES : start;
    operands.reserveOutput(at + 1);
    if (typeByte >= 0) operands.bytes[at++] = typeByte;
    const end = operands.run(encoding.number, encoding.argument, at);
    const size = end - start + operands.externalBytes;
    this.#checkRoom(size);
    if (isFramed) writeLength(operands.plain, start, size - FRAME_BYTES);
    if (operands.externals.length > 0) this.#keepExternals(start);
    this.#end = end;
  }

  /** Appends bytes as they are. */
  appendBytes(bytes: Uint8Array): void {
    this.#checkRoom(bytes.length);
    this.spill();
    this.#room(bytes.length).set(bytes, this.#stagedLength);
    this.#stagedLength += bytes.length;
  }

  /** Hands everything over in a buffer of just that size, and starts anew. */
  take(): ArrayBuffer {
    const result = Buffer.allocUnsafeSlow(this.byteLength);
    if (this.#externals.length > 0) this.spill();
    let from = 0;
    let to = 0;
    for (const { at, value } of this.#externals) {
      result.set(this.#staged.subarray(from, at), to);
      result.set(value, to + at - from);
      to += at - from + value.length;
      from = at;
    }
    result.set(this.#staged.subarray(from, this.#stagedLength), to);
    if (inMemory === this) {
      result.set(operands.plain.subarray(operands.outputStart, this.#end), to + this.#stagedLength - from);
      inMemory = null;
      operands.trim();
    }
    this.#stagedLength = 0;
    if (this.#staged.length > KEPT_STAGED_BYTES) this.#staged = Buffer.alloc(0);
    this.#externals = [];
    this.#externalBytes = 0;
    return result.buffer as ArrayBuffer;
  }

  /** Moves what lies in the encoder's memory into the buffer here. */
  spill(): void {
    if (inMemory !== this) return;
    const start = operands.outputStart;
    const size = this.#end - start;
    if (size > 0) {
      this.#room(size).set(operands.plain.subarray(start, this.#end), this.#stagedLength);
      this.#stagedLength += size;
    }
    this.#end = start;
  }

  #plainLength(): number {
    return this.#stagedLength + (inMemory === this ? this.#end - operands.outputStart : 0);
  }

  /** Takes over the long values of the message at `start` of the encoder's memory. */
  #keepExternals(start: number): void {
    const before = this.#plainLength();
    operands.externals.forEach((value, index) => {
      this.#externals.push({ at: before + operands.hole(index) - start, value });
    });
    this.#externalBytes += operands.externalBytes;
    operands.externals.length = 0;
  }

  #checkRoom(size: number): void {
    if (this.byteLength + size > MAX_OUTPUT_BYTES) throw new EncodeError('too-large');
  }

  #room(size: number): Buffer {
    const needed = this.#stagedLength + size;
    if (needed > this.#staged.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#staged.length * 2, 4096));
      larger.set(this.#staged.subarray(0, this.#stagedLength));
      this.#staged = larger;
    }
    return this.#staged;
  }
}

function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 24;
}
