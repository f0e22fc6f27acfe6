// From the endpoint table to the row of a path: exact first, then the longest prefix (spec/http.md, section 1, step 4).
// What never changes per row (Allow, metric series, whether it is blocked) is made once here.

import type { Metrics, Series } from '../../../observe/metrics.js';
import type { Endpoint, EndpointTable } from './endpoint.js';
import type { HttpMethod } from './message/request.js';
import type { Operation } from './operation.js';

const METHOD_ORDER: readonly HttpMethod[] = ['GET', 'PUT', 'POST', 'DELETE'];

export class Route {
  readonly endpoint: Endpoint;
  readonly isPrefix: boolean;
  /** What stands before the rest of the path; the whole path where there is none. */
  readonly prefix: string;
  /** What stands behind it; "" for nothing. */
  readonly suffix: string;
  /** "OPTIONS,GET". */
  readonly allow: string;
  /** The same for a 405. */
  readonly allowInstead: string;
  /** Rows with this one's prefix and something behind the rest. */
  readonly narrower: Route[] = [];
  readonly #metrics: Metrics;
  readonly #label: string;
  readonly #series = new Map<string, Series>();

  constructor(endpoint: Endpoint, metrics: Metrics) {
    this.endpoint = endpoint;
    const [prefix = '', suffix = ''] = endpoint.path.split('*');
    this.prefix = prefix;
    this.suffix = suffix;
    this.isPrefix = prefix.endsWith('/');
    const methods = METHOD_ORDER.filter((method) => endpoint.methods[method] !== undefined);
    this.allow = ['OPTIONS', ...methods].join(',');
    this.allowInstead = endpoint.answersOptions === true ? methods.join(',') : this.allow;
    this.#metrics = metrics;
    this.#label = prefix.slice(1).replaceAll('/', '_');
  }

  /** What of a path of this row is neither its prefix nor its end. */
  restOf(path: string): string {
    return this.isPrefix ? path.slice(this.prefix.length, path.length - this.suffix.length) : '';
  }

  /** This one, or the row with the same prefix whose end the path has. */
  narrowed(path: string): Route {
    for (const route of this.narrower) {
      if (path.endsWith(route.suffix) && path.length >= route.prefix.length + route.suffix.length) return route;
    }
    return this;
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
    const narrower: Route[] = [];
    for (const endpoint of table) {
      const route = new Route(endpoint, metrics);
      if (route.suffix !== '') {
        narrower.push(route);
        continue;
      }
      const kind = route.isPrefix ? this.#prefixes : this.#exact;
      if (kind.has(endpoint.path)) throw new Error(`two rows for ${endpoint.path} in the endpoint table`);
      kind.set(endpoint.path, route);
      if (!route.isPrefix) continue;
      this.#bare.add(endpoint.path.slice(0, -1));
      this.#deepest = Math.max(this.#deepest, endpoint.path.length);
    }
    for (const route of narrower) {
      const above = this.#prefixes.get(route.prefix);
      if (above === undefined) throw new Error(`there is no row ${route.prefix} for ${route.endpoint.path}`);
      above.narrower.push(route);
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
      if (route !== undefined) return route.narrowed(path);
      slash = slash === 0 ? -1 : path.lastIndexOf('/', slash - 1);
    }
    return undefined;
  }

  /** True when only the slash at the end is missing. */
  wantsSlash(path: string): boolean {
    return this.#bare.has(path) && !this.#exact.has(path);
  }
}
