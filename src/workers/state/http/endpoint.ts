// The declarative endpoint table: what a row is. Routing, 405/Allow, parameters and their errors, bodies, blocking, headers and
// metric names come from the table; an endpoint is a plain function and never sees a socket.

import type { Reply } from './message/reply.js';
import type { HttpMethod } from './message/request.js';
import type { Operation } from './operation.js';

/** What stands behind the prefix of a row. */
export interface PathRest {
  readonly name: string;
  readonly about: string;
  /** The answer where it is empty; null: empty is a value like any other. */
  readonly missing: Reply | null;
}

export interface Endpoint {
  /**
   * Exact path, or a prefix when it ends in "/". A `*` stands for the rest where something follows that: such a row goes
   * before the one of the prefix alone.
   */
  readonly path: string;
  /** Of a prefix, and of a path with a `*`. */
  readonly rest?: PathRest;
  readonly methods: { readonly [method in HttpMethod]?: Operation };
  /** `servers`: needs the catalog; on an agent that knows no server it is refused before the handler runs. */
  readonly answeredBy: 'agent' | 'servers';
  /** Node-level endpoints ignore `ns` (spec/http.md, section 3). */
  readonly ignoresNamespace?: boolean;
  /** It answers OPTIONS with an empty object, and its 405 doesn't name it (prepared queries, as recorded). */
  readonly answersOptions?: boolean;
  /** Which common headers its answers carry; `api` unless said. */
  readonly headers?: HeaderSet;
}

/**
 * `api`: Vary, X-Consul-* and the configured response headers. `page` (the UI, robots.txt): the configured ones only, and
 * every method is served as GET. `debug` (pprof): Vary only.
 */
export type HeaderSet = 'api' | 'page' | 'debug';

export type EndpointTable = readonly Endpoint[];
