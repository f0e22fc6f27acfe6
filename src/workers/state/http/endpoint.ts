// The declarative endpoint table: what an endpoint is. Routing, 405/Allow, parameter
// errors, blocking, headers and metric names come from the table; an endpoint is a plain function and never sees a socket.

import type { Rule } from '../methods/access.js';
import type { ReadMethod } from '../methods/method.js';
import type { Reply } from './reply.js';
import type { ApiRequest, HttpMethod } from './request.js';

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
