// From the endpoint table to the row of a path: exact first, then the longest prefix (spec/http.md, section 1, step 4).
// What never changes per row (Allow, metric series, whether it is blocked) is made once here.

import type { Metrics, Series } from '../../../observe/metrics.js';
import type { Endpoint, EndpointTable } from './endpoint.js';
import type { Operation } from './operation.js';
import type { HttpMethod } from './request.js';

const METHOD_ORDER: readonly HttpMethod[] = ['GET', 'PUT', 'POST', 'DELETE'];

export class Route {
  readonly endpoint: Endpoint;
  readonly isPrefix: boolean;
  /** "OPTIONS,GET". */
  readonly allow: string;
  readonly #metrics: Metrics;
  readonly #label: string;
  readonly #series = new Map<string, Series>();

  constructor(endpoint: Endpoint, metrics: Metrics) {
    this.endpoint = endpoint;
    this.isPrefix = endpoint.path.endsWith('/');
    this.allow = ['OPTIONS', ...METHOD_ORDER.filter((method) => endpoint.methods[method] !== undefined)].join(',');
    this.#metrics = metrics;
    this.#label = endpoint.path.slice(1).replaceAll('/', '_');
  }

  operation(method: string): Operation | undefined {
    switch (method) {
      case 'GET':
      case 'PUT':
      case 'POST':
      case 'DELETE':
        return this.endpoint.methods[method];
      default:
        return undefined;
    }
  }

  /** `api.http` of this row; kept, so that a request adds to it without a look-up by labels. */
  series(method: string): Series {
    let series = this.#series.get(method);
    if (series === undefined) {
      series = this.#metrics.sample('api.http', [
        ['method', method],
        ['path', this.#label],
      ]);
      this.#series.set(method, series);
    }
    return series;
  }
}

export class Router {
  readonly #exact = new Map<string, Route>();
  readonly #prefixes = new Map<string, Route>();
  /** Prefix paths without their slash, which redirect to the one with it. */
  readonly #bare = new Set<string>();
  #deepest = 0;
  /** Prefixes with no other row below them: whatever begins like one belongs to it. */
  readonly #leaves = new Set<Route>();
  /** The leaf that was found last: requests come in series, and this costs neither a hash nor a piece of the path. */
  #last: Route | null = null;

  constructor(table: EndpointTable, metrics: Metrics) {
    for (const endpoint of table) {
      const route = new Route(endpoint, metrics);
      const kind = route.isPrefix ? this.#prefixes : this.#exact;
      if (kind.has(endpoint.path)) throw new Error(`two rows for ${endpoint.path} in the endpoint table`);
      kind.set(endpoint.path, route);
      if (!route.isPrefix) continue;
      this.#bare.add(endpoint.path.slice(0, -1));
      this.#deepest = Math.max(this.#deepest, endpoint.path.length);
    }
    for (const [prefix, route] of this.#prefixes) {
      const isAbove = ({ path }: Endpoint): boolean => path.length > prefix.length && path.startsWith(prefix);
      if (!table.some(isAbove)) this.#leaves.add(route);
    }
  }

  find(path: string): Route | undefined {
    if (this.#last !== null && path.startsWith(this.#last.endpoint.path)) return this.#last;
    const route = this.#search(path);
    if (route !== undefined && this.#leaves.has(route)) this.#last = route;
    return route;
  }

  #search(path: string): Route | undefined {
    const exact = this.#exact.get(path);
    if (exact !== undefined) return exact;
    let slash = path.lastIndexOf('/', this.#deepest - 1);
    while (slash >= 0) {
      const route = this.#prefixes.get(path.slice(0, slash + 1));
      if (route !== undefined) return route;
      slash = slash === 0 ? -1 : path.lastIndexOf('/', slash - 1);
    }
    return undefined;
  }

  /** True when only the slash at the end is missing. */
  wantsSlash(path: string): boolean {
    return this.#bare.has(path) && !this.#exact.has(path);
  }
}
