// The second engine: uWebSockets.js, for plain TCP and clients that speak clean HTTP/1.1 (docs/spec/http.md, "Engines",
// says what it refuses). The package is loaded only when configured. Slow heads and bodies are cut by the library itself.

import type { Listener } from '../../../../wire/config.js';
import { ClientLimit } from '../../sockets/client-limit.js';
import { freeTcpPort, type PortSharing, type SharedPort } from '../../sockets/port-sharing.js';
import type { BoundListener, Engine, EngineLimits, RequestListener } from '../engine/engine.js';
import { CROWDED_HEADERS, CROWDED_TEXT } from '../engine/refusals.js';
import { type ExchangeHost, UwsExchange } from './uws-exchange.js';
import {
  loadUws,
  type UwsApp,
  type UwsListenSocket,
  type UwsModule,
  type UwsRequest,
  type UwsResponse,
} from './uws-module.js';

/** The library's option of a listener that isn't exclusive. */
const SHARES_PORT = 0;
const CLOSE_POLL_MS = 10;
/** Sockets close in the loop's turns behind `app.close()`. */
const SOCKET_CLOSE_MS = 1000;

export interface UwsEngineOptions {
  readonly listener: RequestListener;
  readonly limits: EngineLimits;
  /** null: no other thread listens there. */
  readonly shared?: SharedPort | null;
}

export class UwsEngine implements Engine, ExchangeHost {
  stopping = false;
  readonly #uws: UwsModule;
  readonly #listener: RequestListener;
  /**
   * The library doesn't say whose connection closed, so what counts against a client's limit is its requests in flight:
   * one for each of its connections that isn't idle.
   */
  readonly #clients: ClientLimit;
  readonly #waiting = new Map<UwsExchange, string | null>();
  readonly #apps: UwsApp[] = [];
  readonly #sockets: UwsListenSocket[] = [];
  readonly #sharing: PortSharing;
  #connections = 0;
  /** A thread that ends while the library has a socket open aborts the whole process, before main can say what happened. */
  readonly #closeApps = (): void => {
    for (const app of this.#apps.splice(0)) app.close();
  };

  private constructor(uws: UwsModule, options: UwsEngineOptions) {
    this.#uws = uws;
    this.#listener = options.listener;
    this.#sharing = options.shared?.place ?? 'alone';
    this.#clients = new ClientLimit(options.limits.maxConnectionsPerClient, options.shared?.clients);
    process.once('exit', this.#closeApps);
  }

  static async create(options: UwsEngineOptions): Promise<UwsEngine> {
    return new UwsEngine(await loadUws(), options);
  }

  get connections(): number {
    return this.#connections;
  }

  async listen(listener: Listener): Promise<BoundListener> {
    if (listener.kind === 'unix') {
      throw new Error('http_config.engine = "uws" serves TCP only: use "net" for unix sockets');
    }
    const { address } = listener;
    // The library shares no port that the system picks.
    const port = this.#sharing === 'first' ? await freeTcpPort(address, listener.port) : listener.port;
    const app = this.#uws.App();
    const track = (_response: UwsResponse, change: number): void => {
      this.#connections += change > 0 ? 1 : -1;
    };
    app.filter(track);
    app.any('/*', (response, request) => this.#serve(response, request));
    return new Promise((resolve, reject) => {
      const option = this.#sharing === 'alone' ? this.#uws.LIBUS_LISTEN_EXCLUSIVE_PORT : SHARES_PORT;
      app.listen(address, port, option, (socket) => {
        if (socket === false) {
          reject(new Error(`listen tcp ${address}:${port}: bind: address already in use`));
          return;
        }
        this.#apps.push(app);
        this.#sockets.push(socket);
        resolve({ listener, kind: 'plain', port: this.#uws.us_socket_local_port(socket) });
      });
    });
  }

  setLimits(limits: EngineLimits): void {
    this.#clients.setMax(limits.maxConnectionsPerClient);
  }

  stopAccepting(): void {
    this.stopping = true;
    for (const socket of this.#sockets.splice(0)) this.#uws.us_listen_socket_close(socket);
  }

  /**
   * Idle connections can't be closed one by one, so this waits for the answers only; then `app.close()`, without which the
   * end of the thread would abort the whole process.
   */
  async close(deadlineMs: number): Promise<void> {
    this.stopAccepting();
    await waitUntil(() => this.#waiting.size === 0, deadlineMs);
    this.#closeApps();
    process.off('exit', this.#closeApps);
    await waitUntil(() => this.#connections === 0, SOCKET_CLOSE_MS);
  }

  waits(exchange: UwsExchange): boolean {
    const client = exchange.remoteAddress;
    const isCounted = this.#clients.enter(client);
    // Another thread may have taken the client's last place since this request came. What has begun to be read can be given up; what
    // has begun to be written, or to be answered, can't, and isn't counted.
    if (!isCounted && exchange.isRefusable) return false;
    this.#waiting.set(exchange, isCounted ? client : null);
    return true;
  }

  refuseCrowded(exchange: UwsExchange): void {
    exchange.refuse(429, CROWDED_HEADERS, CROWDED_TEXT);
  }

  over(exchange: UwsExchange): void {
    const client = this.#waiting.get(exchange);
    if (client === undefined) return;
    this.#waiting.delete(exchange);
    if (client !== null) this.#clients.leave(client);
  }

  #serve(response: UwsResponse, request: UwsRequest): void {
    const exchange = new UwsExchange(response, request, this);
    // The address isn't asked for where no client can have reached its limit.
    if (this.#clients.mayBeReached && this.#clients.isFull(exchange.remoteAddress)) {
      this.refuseCrowded(exchange);
      return;
    }
    this.#listener(exchange);
    exchange.leaveCallback();
  }
}

async function waitUntil(isDone: () => boolean, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  while (!isDone() && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
  }
}
