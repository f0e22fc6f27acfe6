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
  return writeHeader(Buffer.allocUnsafe(HEADER_BYTES), type, flags, stream, length);
}

/** A data frame. Its bytes are copied. */
export function dataFrame(stream: number, bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
  writeHeader(frame, FrameType.data, 0, stream, bytes.length);
  frame.set(bytes, HEADER_BYTES);
  return frame;
}

function writeHeader(frame: Buffer, type: number, flags: number, stream: number, length: number): Buffer {
  frame[0] = 0;
  frame[1] = type;
  frame.writeUInt16BE(flags, 2);
  frame.writeUInt32BE(stream, 4);
  frame.writeUInt32BE(length, 8);
  return frame;
}
