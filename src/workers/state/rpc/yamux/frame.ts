// The frames of yamux (spec/rpc.md, section 2): a header of twelve bytes, big-endian, and bytes behind it in data frames alone.

export const HEADER_BYTES = 12;

export const FrameType = { data: 0, window: 1, ping: 2, goAway: 3 } as const;

/** Of a header's flags; on data and window frames alike. */
export const Flag = { syn: 1, ack: 2, fin: 4, rst: 8 } as const;

/** Why a side goes. */
export const GoAway = { normal: 0, protocolError: 1, internalError: 2 } as const;

/** What a stream may send before the receiver's first word about it. */
export const INITIAL_WINDOW = 262_144;

export interface Header {
  version: number;
  type: number;
  flags: number;
  stream: number;
  /** Of bytes in a data frame; else what its type says. */
  length: number;
}

/** Into `header`, which is used for one frame after the other. */
export function readHeader(bytes: Buffer, at: number, header: Header): void {
  header.version = bytes[at] ?? 0;
  header.type = bytes[at + 1] ?? 0;
  header.flags = bytes.readUInt16BE(at + 2);
  header.stream = bytes.readUInt32BE(at + 4);
  header.length = bytes.readUInt32BE(at + 8);
}

/** A frame without bytes behind it. */
export function shortFrame(type: number, flags: number, stream: number, length: number): Buffer {
  return writeHeader(Buffer.allocUnsafe(HEADER_BYTES), type, flags, stream, length, 0);
}

export interface DataFrame {
  readonly stream: number;
  readonly bytes: Uint8Array;
}

/** Short frames, then data frames, in one piece of `size` bytes: one write costs far less than one for each. Bytes are copied. */
export function joinFrames(short: readonly Buffer[], data: readonly DataFrame[], size: number): Buffer {
  const joined = Buffer.allocUnsafe(size);
  let at = 0;
  for (const frame of short) {
    joined.set(frame, at);
    at += HEADER_BYTES;
  }
  for (const { stream, bytes } of data) {
    writeHeader(joined, FrameType.data, 0, stream, bytes.length, at);
    joined.set(bytes, at + HEADER_BYTES);
    at += HEADER_BYTES + bytes.length;
  }
  return joined;
}

function writeHeader(frame: Buffer, type: number, flags: number, stream: number, length: number, at: number): Buffer {
  frame[at] = 0;
  frame[at + 1] = type;
  frame.writeUInt16BE(flags, at + 2);
  frame.writeUInt32BE(stream, at + 4);
  frame.writeUInt32BE(length, at + 8);
  return frame;
}
