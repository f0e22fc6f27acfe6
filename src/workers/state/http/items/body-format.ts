// What the body of a request must be, as a row of the endpoint table declares it: JSON of a kind, or bytes, at once or as they
// come; how long it may be; and what is answered to another one (spec/http.md, section 4).

import { type Decoded, type DecodeOptions, decodeJson, type Kind } from '../../../../gotext/json-decode.js';
import { list } from '../../../../gotext/json-kinds.js';
import { TOO_MANY_VALUES } from '../../../../gotext/json-scan.js';
import { decodeJsonInSteps, MAX_VALUES } from '../../../../gotext/json-steps.js';
import type { BodyPieces } from '../message/body-stream.js';
import { text } from '../message/reply.js';
import type { ParameterSource } from '../message/request.js';
import { Refused } from '../parameters/parameters.js';
import { ItemStream, LINES_TYPE } from './item-stream.js';

/** A body that is read when all of it is there. */
interface WholeBody<B> {
  /** Null where any bytes are taken. */
  readonly kind: Kind<unknown> | null;
  /** Bytes; null: what holds of all bodies. */
  readonly limit: (() => number) | null;
  /** The key of `limits` that a refusal for its length names. */
  readonly setting: string | undefined;
  /** The bytes belong to whoever gets the result. */
  read(bytes: Uint8Array): B | Refused;
  /** The same of a long one, in steps. */
  readonly readInSteps?: (bytes: Uint8Array) => Generator<undefined, B | Refused>;
}

/** A body that is taken while it comes, however long. */
interface StreamedBody<B> {
  /** Null where any bytes are taken; the list of items where they come one by one. */
  readonly kind: Kind<unknown> | null;
  /** The other content type that the items may come in. */
  readonly alsoAs?: typeof LINES_TYPE;
  stream(pieces: BodyPieces, source: ParameterSource): B;
}

export type BodyFormat<B> = WholeBody<B> | StreamedBody<B>;

const TOO_MANY = text(413, `Request body has too many values, max: ${MAX_VALUES}.`);

interface JsonRules {
  readonly options: DecodeOptions;
  /** Stands before the text of an error. */
  readonly errorPrefix?: string;
  /** What a body without a byte is read as; without it that is an error. */
  readonly empty?: string;
  readonly limit?: () => number;
  readonly setting?: string;
}

const DECODE_FAILED = 'Request decode failed: ';

export function jsonBody<B>(kind: Kind<B>, rules: JsonRules): BodyFormat<B> {
  const { options, errorPrefix = DECODE_FAILED, empty = '', limit = null, setting } = rules;
  const given = (decoded: Decoded<B>): B | Refused => {
    if (decoded.ok) return decoded.value;
    return new Refused(decoded.error === TOO_MANY_VALUES ? TOO_MANY : text(400, errorPrefix + decoded.error));
  };
  return {
    kind,
    limit,
    setting,
    read({ buffer, byteOffset, byteLength }) {
      const source = byteLength === 0 ? empty : Buffer.from(buffer, byteOffset, byteLength).toString();
      return given(decodeJson(source, kind, options));
    },
    *readInSteps(bytes) {
      return given(yield* decodeJsonInSteps(bytes, kind, options));
    },
  };
}

export function anyBytes(limit: (() => number) | null = null, setting?: string): BodyFormat<Uint8Array> {
  return { kind: null, limit, setting, read: (bytes) => bytes };
}

/** Any bytes, piece by piece. */
export function pieces(): BodyFormat<BodyPieces> {
  return { kind: null, stream: (body) => body };
}

/** An item is read in one turn. */
const MOST_ITEM_BYTES = 2 * 1024 * 1024;

/** Items of a kind, in an array or one a line. */
export function itemsBody<T>(kind: Kind<T>, options: DecodeOptions): BodyFormat<ItemStream<T>> {
  const rules = { options, errorPrefix: DECODE_FAILED, maxItemBytes: MOST_ITEM_BYTES };
  return {
    kind: list(kind),
    alsoAs: LINES_TYPE,
    stream: (body, source) => new ItemStream(kind, rules, body, source.header('content-type') ?? ''),
  };
}
