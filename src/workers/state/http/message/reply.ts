// What an endpoint answers: the reply as a value, and the few forms that most replies have (spec/http.md, section 2).

import { type Refusal, statusOf } from '../../methods/contract/refusal.js';
import type { JsonPieces } from './json-pieces.js';

/** The answer. `body` is compact JSON text, text, or bytes; the framework indents, compresses and adds common headers. */
export interface Reply {
  readonly status: number;
  /** null = no Content-Type. */
  readonly contentType: string | null;
  readonly body: string | Uint8Array | JsonPieces | StreamBody;
  readonly headers: readonly (readonly [string, string])[];
}

/** Written piece by piece, as monitor and metrics/stream are until the client hangs up. */
export interface StreamBody {
  /**
   * `write` is false when the client reads too slowly: the chunk was dropped. `drop` ends an answer that an error of ours cut
   * short: it is reported, and the client sees that something is missing. The result is called when the client has gone (not after
   * either of them).
   */
  start(write: (chunk: string | Uint8Array) => boolean, end: () => void, drop: (error: unknown) => void): () => void;
}

const NO_HEADERS: readonly (readonly [string, string])[] = [];
const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** 200 with compact JSON text ("" = nothing). */
export function json(body: string | Uint8Array | JsonPieces, headers = NO_HEADERS): Reply {
  return { status: 200, contentType: JSON_TYPE, body, headers };
}

/** 200, application/json, no body: "nothing" (spec/http.md, section 2). */
export const NOTHING: Reply = { status: 200, contentType: JSON_TYPE, body: '', headers: NO_HEADERS };

/** An error or plain answer: the text without newline. */
export function text(status: number, body: string, headers = NO_HEADERS): Reply {
  return { status, contentType: TEXT_TYPE, body, headers };
}

/** No Content-Type, no body: KV and coordinate misses. */
export function bare(status: number, headers = NO_HEADERS): Reply {
  return { status, contentType: null, body: '', headers };
}

/**
 * A read that was refused before there was a result (a bad filter, an unknown datacenter) on the endpoints that show a
 * read's headers even then: catalog, health and session.
 */
export function failedRead(refusal: Refusal): Reply {
  return text(statusOf(refusal), refusal.text, FAILED_READ_HEADERS);
}

const FAILED_READ_HEADERS: readonly (readonly [string, string])[] = [
  ['X-Consul-Index', '1'],
  ['X-Consul-Knownleader', 'false'],
  ['X-Consul-Lastcontact', '0'],
  ['X-Consul-Query-Backend', 'blocking-query'],
];

/** The answer to a request that a method, or the way to it, refused. */
export function refused(refusal: Refusal): Reply {
  return text(statusOf(refusal), refusal.text);
}

/** Tells a reply from whatever else a function may give instead of one. */
export function isReply(value: object): value is Reply {
  return 'status' in value && 'contentType' in value;
}
