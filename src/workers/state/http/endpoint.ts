// The declarative endpoint table: what an endpoint is, what it gets and what it answers. Routing, 405/Allow, parameter
// errors, blocking, headers and metric names come from the table; an endpoint is a plain function and never sees a socket.

import type { ReadSettings } from '../calls/read-settings.js';
import type { Rule } from '../methods/access.js';
import type { Asker, ReadMethod } from '../methods/method.js';
import { type Refusal, statusOf } from '../methods/refusal.js';

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** Options common to all reads (spec/http.md, section 3), already checked. */
export interface ReadOptions extends ReadSettings {
  /** `?cached` asked for and allowed. */
  readonly cached: boolean;
  /** Content hash to wait for a change of; "" = none. */
  readonly hash: string;
}

/** Parameters of the query string: first value counts, presence counts for flags. */
export interface QueryParameters {
  has(name: string): boolean;
  /** First value; "" when absent. */
  first(name: string): string;
  all(name: string): readonly string[];
}

export type BodyOutcome =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reply: Reply };

export interface ApiRequest {
  readonly method: HttpMethod;
  /** Decoded path without query. */
  readonly path: string;
  /** What stands behind the pattern's prefix, percent-decoded and whole; "" for exact patterns. */
  readonly rest: string;
  readonly query: QueryParameters;
  readonly asker: Asker;
  /** Own datacenter when not given. */
  readonly datacenter: string;
  readonly remoteAddress: string;
  header(name: string): string | undefined;
  /** Options of a read from query and headers, or the reply that refuses them. For handlers; a Read gets them applied. */
  options(): ReadOptions | Reply;
  /**
   * The whole body, at most `limit` bytes; beyond it a 413 reply in the recorded wording, the rest not buffered.
   * `setting` is the key of `limits` that the text names. The bytes belong to the caller and may be a view into a larger
   * buffer.
   */
  body(limit: number, setting?: string): Promise<BodyOutcome>;
  /** Calls back when the client hangs up before the answer. Only who asks for it is ended by a half-closed connection. */
  onAbort(callback: () => void): void;
}

/** The answer. `body` is compact JSON text, text, or bytes; the framework indents, compresses and adds common headers. */
export interface Reply {
  readonly status: number;
  /** null = no Content-Type. */
  readonly contentType: string | null;
  readonly body: string | Uint8Array | StreamBody;
  readonly headers: readonly (readonly [string, string])[];
}

/** For monitor and metrics/stream: written piece by piece until the client hangs up. */
export interface StreamBody {
  /**
   * `write` is false when the client reads too slowly: the chunk was dropped. The result is called when the client has
   * gone (not after `end`).
   */
  start(write: (chunk: string | Uint8Array) => boolean, end: () => void): () => void;
}

const NO_HEADERS: readonly (readonly [string, string])[] = [];
const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** 200 with compact JSON text ("" = nothing). */
export function json(body: string | Uint8Array, headers = NO_HEADERS): Reply {
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

export type Handler = (request: ApiRequest) => Reply | Promise<Reply>;

/**
 * A read of the replicated state by one of its methods. The framework checks datacenter, leader and consistency, waits for a
 * change where an index was sent, and adds the read's headers; the row only says what the parameters mean and how the result
 * is shown.
 */
export interface ReadEndpoint<Request, Value> {
  readonly kind: 'read';
  readonly method: ReadMethod<Request, Value>;
  /** What the parameters of this endpoint ask; a Reply refuses them before anything is read. */
  request(call: ApiRequest): Request | Reply;
  /** Body (or a whole reply, as for a KV miss) of the result; called once. */
  reply(value: Value, request: Request): Reply;
  /** X-Consul-Effective-Consistency is sent (catalog, health …; not KV and sessions). */
  readonly effectiveConsistency: boolean;
  /** A failed read shows a read's headers too ({@link failedRead}): catalog, health lists, sessions, coordinates. */
  readonly failureHeaders?: boolean;
  /** `?cached` means something here; elsewhere it is ignored. */
  readonly cacheable?: boolean;
  /** `discovery_max_stale` applies: catalog and health. */
  readonly discovery?: boolean;
  /**
   * Could be served from the event stream (health/service and health/connect without `near`): with `index` or `cached` the
   * streaming headers of spec/http.md section 3 are sent.
   */
  streaming?(request: Request): boolean;
  /** A 404 goes out without a read's headers (coordinates of an unknown node). */
  readonly missesAreBare?: boolean;
}

/** A row of the table whose method depends on the parameters: KV reads one key, a list of entries, or one of keys. */
export interface ReadChoice {
  readonly kind: 'read-choice';
  choose(call: ApiRequest): AnyRead | Reply;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds reads of different results; each is closed in itself
export type AnyRead = ReadEndpoint<any, any>;

export type Action = Handler | AnyRead | ReadChoice;

export interface Endpoint {
  /** Exact path, or a prefix when it ends in "/". */
  readonly path: string;
  readonly methods: { readonly [method in HttpMethod]?: Action };
  /** `servers`: needs the catalog; on an agent that knows no server it is refused before the handler runs. */
  readonly answeredBy: 'agent' | 'servers';
  /** What a token needs for it, where it isn't the same for all of the methods by method. */
  readonly acl: readonly Rule[] | { readonly [method in HttpMethod]?: readonly Rule[] };
  /** Node-level endpoints ignore `ns` (spec/http.md, section 3). */
  readonly ignoresNamespace?: boolean;
  /** Which common headers its answers carry; `api` unless said. */
  readonly headers?: HeaderSet;
}

/**
 * `api`: Vary, X-Consul-* and the configured response headers. `page` (the UI, robots.txt): the configured ones only, and
 * every method is served as GET. `debug` (pprof): Vary only.
 */
export type HeaderSet = 'api' | 'page' | 'debug';

export type EndpointTable = readonly Endpoint[];
