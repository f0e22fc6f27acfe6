// A long JSON text, decoded in steps, so that nobody else waits for it: what is in it may be anything up to the limit of a body.
// Its bytes become text and its text values piece by piece; how many values there are is bounded, since what is made of them is
// made in one go.

import { type Decoded, type DecodeOptions, decodeValue, type Kind } from './json-decode.js';
import { scanInSteps } from './json-scan.js';

/** Below a millisecond each. */
const BYTES_PER_STEP = 128 * 1024;
const CHARACTERS_PER_STEP = 16 * 1024;
/** Names and what stands behind them count one. */
export const MAX_VALUES = 50_000;

/** As `decodeJson`, of the bytes of a text. */
export function* decodeJsonInSteps<T>(
  bytes: Uint8Array,
  kind: Kind<T>,
  options: DecodeOptions,
): Generator<undefined, Decoded<T>> {
  const text = yield* textOf(bytes);
  const parsed = yield* scanInSteps(text, { maxValues: MAX_VALUES, stride: CHARACTERS_PER_STEP });
  return parsed.ok ? decodeValue(parsed.value, kind, options) : parsed;
}

function* textOf(bytes: Uint8Array): Generator<undefined, string> {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = endOfPiece(bytes, at + BYTES_PER_STEP);
    pieces.push(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString());
    at = end;
    yield;
  }
  return pieces.join('');
}

/** Where a piece that is to end at `end` ends without cutting a character. */
function endOfPiece(bytes: Uint8Array, end: number): number {
  if (end >= bytes.length) return bytes.length;
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[end - back] as number;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return lengthOfCharacter(byte) > back ? end - back : end;
  }
  return end;
}

function lengthOfCharacter(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  return firstByte >= 0xe0 ? 3 : 2;
}
