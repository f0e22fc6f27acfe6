// What can be wrong with a message, for reading and for writing.

import { MAX_MESSAGE_BYTES } from './limits.js';

export type DecodeErrorCode =
  /** The message ends inside a value; with a stream, more bytes may help. */
  | 'truncated'
  /** A value of a type that the field can't take, or a byte that is no msgpack. */
  | 'wrong-type'
  /** More elements than the reader takes (amplification). */
  | 'too-many-values'
  /** An integer outside its field's 64 bits. */
  | 'integer-overflow'
  | 'too-deep'
  | 'too-large'
  | 'empty';

const DECODE_TEXTS: { readonly [code in DecodeErrorCode]: string } = {
  truncated: 'message ends inside a value',
  'wrong-type': 'value of an unexpected type',
  'too-many-values': 'too many values',
  'integer-overflow': 'integer out of range',
  'too-deep': 'values nested too deeply',
  'too-large': 'message is too large',
  empty: 'message is empty',
};

/** Where a message can't be read, in words. `place` names the field, "" when it isn't known: `Services[3].Port`. */
export function decodeProblemText(code: DecodeErrorCode, offset: number, place: string): string {
  return `${DECODE_TEXTS[code]} at byte ${offset}${place === '' ? '' : ` (${place})`}`;
}

/** A message that can't be read. `offset` is where, in bytes from the start of the bytes given. */
export class DecodeError extends Error {
  readonly code: DecodeErrorCode;
  readonly offset: number;

  constructor(code: DecodeErrorCode, offset: number, place = '') {
    super(`cannot decode message: ${decodeProblemText(code, offset, place)}`);
    this.name = 'DecodeError';
    this.code = code;
    this.offset = offset;
  }
}

export type EncodeErrorCode = 'too-large' | 'too-deep' | 'not-an-integer' | 'integer-overflow' | 'not-encodable';

const ENCODE_TEXTS: { readonly [code in EncodeErrorCode]: string } = {
  'too-large': `message is larger than ${MAX_MESSAGE_BYTES} bytes`,
  'too-deep': 'value is nested too deeply',
  'not-an-integer': 'number is not an integer',
  'integer-overflow': 'integer out of range',
  'not-encodable': 'value can not be encoded',
};

/** A value that can't be written. */
export class EncodeError extends Error {
  readonly code: EncodeErrorCode;

  constructor(code: EncodeErrorCode) {
    super(`cannot encode message: ${ENCODE_TEXTS[code]}`);
    this.name = 'EncodeError';
    this.code = code;
  }
}
