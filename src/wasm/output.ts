// Many messages one after the other in one growing buffer. While it is the only user of the encoder's memory they simply stay
// there, behind each other, and are copied once, when taken. Before somebody else encodes, or a long byte value comes in, they move to a
// buffer here.

import { operands, type Writer } from './encoder.js';
import { EncodeError } from './errors.js';

/** A value's form: what the generated code and the compiled module need to encode it. */
export interface Encoding {
  readonly number: number;
  readonly argument: number;
  readonly write: Writer;
}

/** Length of the length prefix of a framed message. */
const FRAME_BYTES = 4;
/** A buffer holds less than this: its lengths are uint32 and its owner is expected to take it long before. */
export const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

let inMemory: Output | null = null;

/** Moves whoever keeps output in the encoder's memory out of it. */
function claim(owner: Output | null): void {
  if (inMemory !== owner) inMemory?.spill();
  inMemory = owner;
}

operands.beforeMove = () => claim(null);

/** Encodes one message: the type byte, if there is one, and the value. */
export function encodeOne(typeByte: number, encoding: Encoding, value: unknown): Uint8Array {
  if (inMemory !== null) claim(null);
  operands.begin();
  encoding.write(value);
  const start = operands.outputStart;
  let at = start;
  if (typeByte >= 0) operands.bytes[at++] = typeByte;
  const end = operands.run(encoding.number, encoding.argument, at);
  const result = copyOut(start, end);
  operands.trim();
  return result;
}

/** The output in a buffer of its own, with the external values in their holes. */
function copyOut(start: number, end: number): Uint8Array {
  const size = end - start + operands.externalBytes;
  if (operands.externals.length === 0) return operands.plain.slice(start, end);
  const result = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
  fillHoles(result, 0, start, end);
  return result;
}

function fillHoles(target: Uint8Array, offset: number, start: number, end: number): void {
  const { bytes, externals } = operands;
  let at = offset;
  let from = start;
  externals.forEach((value, index) => {
    const hole = operands.hole(index);
    target.set(bytes.subarray(from, hole), at);
    at += hole - from;
    target.set(value, at);
    at += value.length;
    from = hole;
  });
  target.set(bytes.subarray(from, end), at);
  externals.length = 0;
}

export class Output {
  private staged: Buffer = Buffer.alloc(0);
  private stagedLength = 0;
  /** End of what lies in the encoder's memory, when this is its user. */
  private end = 0;

  get byteLength(): number {
    return this.stagedLength + (inMemory === this ? this.end - operands.outputStart : 0);
  }

  /** Appends a type byte (-1: none) and a value, behind their length when framed. */
  append(typeByte: number, encoding: Encoding, value: unknown, isFramed: boolean): void {
    operands.begin();
    // Writing may move the output region, and with it what lies there: only now it is settled where to go on.
    encoding.write(value);
    if (inMemory !== this) {
      claim(this);
      this.end = operands.outputStart;
    }
    const start = this.end;
    let at = isFramed ? start + FRAME_BYTES : start;
    operands.reserveOutput(at + 1);
    if (typeByte >= 0) operands.bytes[at++] = typeByte;
    const end = operands.run(encoding.number, encoding.argument, at);
    const size = end - start + operands.externalBytes;
    this.checkRoom(size);
    if (isFramed) operands.bytes.writeUInt32LE(size - FRAME_BYTES, start);
    if (operands.externals.length === 0) {
      this.end = end;
      return;
    }
    this.spill();
    fillHoles(this.room(size), this.stagedLength, start, end);
    this.stagedLength += size;
    this.end = operands.outputStart;
  }

  /** Appends bytes as they are. */
  appendBytes(bytes: Uint8Array): void {
    this.checkRoom(bytes.length);
    this.spill();
    this.room(bytes.length).set(bytes, this.stagedLength);
    this.stagedLength += bytes.length;
  }

  /** Hands everything over in a buffer of just that size, and starts anew. */
  take(): ArrayBuffer {
    const size = this.byteLength;
    const result = Buffer.allocUnsafeSlow(size);
    result.set(this.staged.subarray(0, this.stagedLength));
    if (inMemory === this) {
      result.set(operands.bytes.subarray(operands.outputStart, this.end), this.stagedLength);
      inMemory = null;
      operands.trim();
    }
    this.stagedLength = 0;
    if (this.staged.length > 1024 * 1024) this.staged = Buffer.alloc(0);
    return result.buffer as ArrayBuffer;
  }

  /** Moves what lies in the encoder's memory into the buffer here. */
  spill(): void {
    if (inMemory !== this) return;
    const start = operands.outputStart;
    const size = this.end - start;
    if (size > 0) {
      this.room(size).set(operands.bytes.subarray(start, this.end), this.stagedLength);
      this.stagedLength += size;
    }
    this.end = start;
  }

  private checkRoom(size: number): void {
    if (this.byteLength + size > MAX_OUTPUT_BYTES) throw new EncodeError('too-large');
  }

  private room(size: number): Buffer {
    const needed = this.stagedLength + size;
    if (needed > this.staged.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.staged.length * 2, 4096));
      larger.set(this.staged.subarray(0, this.stagedLength));
      this.staged = larger;
    }
    return this.staged;
  }
}
