// The HTTP API of an agent: judges every request in the order of spec/http.md section 1, hands it to its row of the
// endpoint table, and owns the engine that serves the sockets.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import { errorDetail } from '../../../observe/surprise.js';
import type { Listener, TlsStanza } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import { refusal } from '../methods/contract/refusal.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import type { SharedPort } from '../sockets/port-sharing.js';
import { ApiCall } from './api-call.js';
import type { EndpointTable } from './endpoint.js';
import type { BoundListener, Engine, Exchange } from './engine/engine.js';
import { encodePath, judgePath, needsWork } from './engine/target.js';
import { refuseEnterprise } from './enterprise.js';
import { escapeHtml } from './html.js';
import { HttpPolicy, type HttpSettings, headerLine, type RequestTokens } from './http-policy.js';
import { startRead } from './http-read.js';
import { perform, performAs } from './judge.js';
import { type Reply, refused } from './message/reply.js';
import type { HttpMethod, QueryParameters } from './message/request.js';
import { NetEngine, type NetEngineOptions } from './net/net-engine.js';
import type { SecureOptions } from './net/secure-accept.js';
import type { ActionOperation, Operation } from './operation.js';
import { EMPTY_QUERY, parseQuery } from './parameters/query.js';
import { ReadCache } from './read-cache.js';
import { type Route, Router } from './router.js';

const NOT_THE_API = 'Invalid URL path: not a recognized HTTP API endpoint\n';
const NO_API_PREFIX = "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n";
const UI_DISABLED =
  'Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent configuration and restart.';
const TEXT = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

export interface HttpServerOptions {
  readonly table: EndpointTable;
  readonly settings: HttpSettings;
  readonly tokens: RequestTokens;
  /** What tokens may do; asked for rows whose function does what no method judges. */
  readonly acls: TokenResolver;
  readonly calls: Calls;
  /** False on a client agent, which knows no server yet: rows answered by servers say so. */
  readonly knowsServers: () => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** null: no other thread listens there. */
  readonly shared?: SharedPort | null;
  /** Listeners that speak TLS; null: there are none. The engine `net` serves them, whichever serves the others. */
  readonly https?: HttpsOptions | null;
  /** On a reader: who takes what isn't answered here. */
  readonly handOver?: HandOver;
}

export interface HttpsOptions extends SecureOptions {
  readonly listeners: readonly Listener[];
}

/** What becomes of requests that another thread answers. */
export interface HandOver {
  /** Whether a read that asks this is answered here. */
  serves(query: QueryParameters): boolean;
  take(exchange: Exchange): void;
}

export class HttpServer {
  readonly #router: Router;
  readonly #calls: Calls;
  readonly #knowsServers: () => boolean;
  readonly #cache = new ReadCache();
  readonly #logger: Logger;
  readonly #listeners: readonly Listener[];
  readonly #engineName: 'net' | 'uws';
  readonly #unixSocket: HttpSettings['http']['unixSocket'];
  readonly #shared: SharedPort | null;
  readonly #handOver: HandOver | null;
  readonly #https: HttpsOptions | null;
  readonly #acls: TokenResolver;
  readonly #tokens: RequestTokens;
  #policy: HttpPolicy;
  #engines: readonly Engine[] = [];
  #secureEngine: NetEngine | null = null;
  readonly #readFailed = (call: ApiCall, error: unknown): void => this.#failed(call, error);

  constructor(options: HttpServerOptions) {
    this.#acls = options.acls;
    this.#tokens = options.tokens;
    this.#policy = new HttpPolicy(options.settings, options.tokens);
    this.#router = new Router(options.table, options.metrics);
    this.#logger = options.logger.child('http');
    this.#calls = options.calls;
    this.#knowsServers = options.knowsServers;
    this.#listeners = options.settings.http.listeners;
    this.#engineName = options.settings.http.engine;
    this.#unixSocket = options.settings.http.unixSocket;
    this.#shared = options.shared ?? null;
    this.#handOver = options.handOver ?? null;
    this.#https = options.https ?? null;
  }

  /** Of a client that is connected to another thread. */
  take(exchange: Exchange): void {
    this.#take(exchange);
  }

  /** Binds all listeners; rejects when one can't be bound, after closing those that were. */
  async listen(): Promise<readonly BoundListener[]> {
    const engine = await this.#makeEngine();
    const secureEngine = this.#https === null ? null : this.#makeNetEngine();
    this.#secureEngine = secureEngine;
    this.#engines = secureEngine === null ? [engine] : [engine, secureEngine];
    const bound: BoundListener[] = [];
    try {
      for (const listener of this.#listeners) bound.push(await engine.listen(listener));
      for (const listener of this.#https?.listeners ?? []) {
        if (secureEngine !== null) bound.push(await secureEngine.listen(listener, 'secure'));
      }
    } catch (error) {
      await Promise.all(this.#engines.map((one) => one.close(0)));
      throw error;
    }
    return bound;
  }

  /** Everything but listeners and engine may change. */
  reload(settings: HttpSettings): void {
    this.#policy = new HttpPolicy(settings, this.#tokens);
    for (const engine of this.#engines) engine.setLimits(this.#policy.engineLimits);
  }

  /** For connections to come. Throws when the certificate can't be used, and then nothing has changed. */
  reloadTls(stanza: TlsStanza): void {
    this.#secureEngine?.reloadTls(stanza);
  }

  /** Stops accepting, ends what waits with its current result, finishes running answers, then cuts what is left. */
  async close(deadlineMs: number): Promise<void> {
    this.#calls.stop();
    for (const engine of this.#engines) engine.stopAccepting();
    deadlines.expireAll();
    await Promise.all(this.#engines.map((engine) => engine.close(deadlineMs)));
  }

  get connections(): number {
    return this.#engines.reduce((sum, engine) => sum + engine.connections, 0);
  }

  /** Blocking queries that wait right now. */
  get waitingReads(): number {
    return this.#calls.waiting;
  }

  async #makeEngine(): Promise<Engine> {
    if (this.#engineName === 'net') return this.#makeNetEngine();
    const { UwsEngine } = await import('./uws/uws-engine.js');
    return UwsEngine.create(this.#engineOptions());
  }

  #makeNetEngine(): NetEngine {
    return new NetEngine({ ...this.#engineOptions(), secure: this.#https });
  }

  #engineOptions(): Omit<NetEngineOptions, 'secure'> {
    return {
      listener: (exchange: Exchange) => this.#take(exchange),
      limits: this.#policy.engineLimits,
      unixSocket: this.#unixSocket,
      logger: this.#logger,
      shared: this.#shared,
    };
  }

  /** What goes wrong before there is a call costs this exchange alone. */
  #take(exchange: Exchange): void {
    try {
      this.#serve(exchange);
    } catch (error) {
      const { method, target } = exchange;
      // A query may hold a token.
      const [path = ''] = target.split('?', 1);
      this.#logger.error('Request failed', 'method', method, 'path', path, 'error', errorDetail(error));
      exchange.reply(500, this.#policy.headers('page', TEXT), 'Internal Server Error');
    }
  }

  #serve(exchange: Exchange): void {
    const { target, method } = exchange;
    const handOver = this.#handOver;
    if (handOver !== null && method !== 'GET') {
      handOver.take(exchange);
      return;
    }
    const mark = target.indexOf('?');
    let path = mark < 0 ? target : target.slice(0, mark);
    const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
    if (needsWork(path)) {
      const outcome = judgePath(path, this.#policy.allowUnprintable);
      if (outcome.kind === 'redirect') {
        this.#redirect(exchange, 307, outcome.path, rawQuery);
        return;
      }
      if (outcome.kind !== 'path') {
        exchange.reply(400, '', '');
        return;
      }
      path = outcome.path;
    }
    const route = this.#router.find(path);
    if (route === undefined && handOver !== null) handOver.take(exchange);
    else if (route === undefined) this.#serveUnrouted(exchange, path, rawQuery);
    else if (route.endpoint.headers === 'page' && this.#policy.uiPath === null)
      this.#page(exchange, 404, unknown(path));
    else if (route.endpoint.headers === 'page') this.#servePage(exchange, route, path, rawQuery);
    else this.#serveApi(exchange, route, method, path, rawQuery);
  }

  #serveUnrouted(exchange: Exchange, path: string, rawQuery: string): void {
    if (path === '*') exchange.reply(200, '', '');
    else if (this.#router.wantsSlash(path)) this.#redirect(exchange, 307, `${path}/`, rawQuery);
    else if (path !== '/') this.#page(exchange, 404, unknown(path));
    else if (this.#policy.uiPath === null) this.#page(exchange, 200, UI_DISABLED);
    else this.#redirect(exchange, 301, this.#policy.uiPath, '');
  }

  #page(exchange: Exchange, status: number, body: string): void {
    exchange.reply(status, this.#policy.headers('page', TEXT), body);
  }

  #redirect(exchange: Exchange, status: 301 | 307, path: string, rawQuery: string): void {
    const location = encodePath(path) + (rawQuery === '' ? '' : `?${rawQuery}`);
    const line = headerLine('Location', location);
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
      exchange.reply(status, this.#policy.headers('page', null) + line, '');
      return;
    }
    const reason = status === 301 ? 'Moved Permanently' : 'Temporary Redirect';
    const body = `<a href="${escapeHtml(location)}">${reason}</a>.\n\n`;
    exchange.reply(status, this.#policy.headers('page', HTML) + line, body);
  }

  /** The UI and its like: no parameters to judge, and every method is a GET, as with a file server. */
  #servePage(exchange: Exchange, route: Route, path: string, rawQuery: string): void {
    const operation = route.operation('GET');
    const query = parseQuery(rawQuery) ?? EMPTY_QUERY;
    if (operation !== undefined) this.#run(new ApiCall(exchange, this.#policy, route, 'GET', path, query), operation);
    else this.#page(exchange, 404, unknown(path));
  }

  #serveApi(exchange: Exchange, route: Route, method: string, path: string, rawQuery: string): void {
    const set = route.endpoint.headers ?? 'api';
    let query: QueryParameters = EMPTY_QUERY;
    if (rawQuery !== '') {
      const parsed = parseQuery(rawQuery);
      if (parsed === null) {
        exchange.reply(500, this.#policy.headers(set, TEXT), '');
        return;
      }
      query = parsed;
    }
    if (this.#policy.isBlocked(path)) {
      exchange.reply(403, this.#policy.headers(set, TEXT), 'Endpoint is blocked by agent configuration');
      return;
    }
    const operation = route.operation(method);
    const isOwn = operation?.kind === 'read' && operation.needsMoreThanStore !== true;
    if (this.#handOver !== null && !(isOwn && this.#handOver.serves(query))) {
      this.#handOver.take(exchange);
      return;
    }
    if (operation === undefined) {
      const isAsked = method === 'OPTIONS';
      const allow = headerLine('Allow', isAsked ? route.allow : route.allowInstead);
      const options = route.endpoint.answersOptions === true ? '{}' : '';
      if (isAsked) exchange.reply(200, this.#policy.headers(set, 'application/json') + allow, options);
      else exchange.reply(405, this.#policy.headers(set, TEXT) + allow, `method ${method} not allowed`);
      return;
    }
    if (method !== 'GET' && !this.#policy.mayWrite(exchange.remoteAddress)) {
      exchange.reply(403, this.#policy.headers(set, TEXT), 'Access is restricted');
      return;
    }
    this.#run(new ApiCall(exchange, this.#policy, route, method as HttpMethod, path, query), operation);
  }

  #run(call: ApiCall, operation: Operation): void {
    try {
      const { endpoint } = call.route;
      const enterprise = refuseEnterprise(call, endpoint.ignoresNamespace === true);
      if (enterprise !== null) {
        call.finish(enterprise);
      } else if (endpoint.answeredBy === 'servers' && !this.#knowsServers()) {
        call.finish(refused(refusal('no-servers')));
      } else if (operation.kind === 'read') {
        startRead(this.#calls, this.#cache, call, operation, this.#readFailed);
      } else {
        this.#answer(call, this.#perform(call, operation));
      }
    } catch (error) {
      this.#failed(call, error);
    }
  }

  #perform(call: ApiCall, operation: ActionOperation): Reply | Promise<Reply> {
    const { endpoint } = call.route;
    const acls = this.#acls;
    if (acls.isOff || operation.judges === undefined) return perform(endpoint, operation, call);
    const { nodeName } = this.#policy;
    const judged = acls.resolve(call.token);
    if (!(judged instanceof Promise)) return performAs(endpoint, operation, call, judged, nodeName);
    return judged.then((later) => performAs(endpoint, operation, call, later, nodeName));
  }

  #answer(call: ApiCall, result: Reply | Promise<Reply>): void {
    if (!(result instanceof Promise)) {
      call.finish(result);
      return;
    }
    result.then((reply) => call.finish(reply)).catch((error: unknown) => this.#failed(call, error));
  }

  /** An exception is a bug of ours: it is logged in full, and the client learns only that. */
  #failed(call: ApiCall, error: unknown): void {
    this.#logger.error('Request failed', 'method', call.method, 'path', call.path, 'error', errorDetail(error));
    call.fail();
  }
}

function unknown(path: string): string {
  return path.includes('/v1/') ? NOT_THE_API : NO_API_PREFIX;
}
