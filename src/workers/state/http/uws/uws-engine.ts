// The second engine: uWebSockets.js, for plain TCP and clients that speak clean HTTP/1.1 (docs/spec/http.md, "Engines",
// says what it refuses). The package is loaded only when configured. Slow heads and bodies are cut by the library itself.

import type { Listener } from '../../../../wire/config.js';
import { ClientLimit } from '../../sockets/client-limit.js';
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

const CLOSE_POLL_MS = 10;
/** Sockets close in the loop's turns behind `app.close()`. */
const SOCKET_CLOSE_MS = 1000;

export interface UwsEngineOptions {
  readonly listener: RequestListener;
  readonly limits: EngineLimits;
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
  readonly #waiting = new Map<UwsExchange, string>();
  readonly #apps: UwsApp[] = [];
  readonly #sockets: UwsListenSocket[] = [];
  #limits: EngineLimits;
  #connections = 0;

  private constructor(uws: UwsModule, options: UwsEngineOptions) {
    this.#uws = uws;
    this.#listener = options.listener;
    this.#limits = options.limits;
    this.#clients = new ClientLimit(options.limits.maxConnectionsPerClient);
  }

  static async create(options: UwsEngineOptions): Promise<UwsEngine> {
    return new UwsEngine(await loadUws(), options);
  }

  get connections(): number {
    return this.#connections;
  }

  listen(listener: Listener): Promise<BoundListener> {
    if (listener.kind === 'unix') {
      return Promise.reject(new Error('http_config.engine = "uws" serves TCP only: use "net" for unix sockets'));
    }
    const app = this.#uws.App();
    const track = (_response: UwsResponse, change: number): void => {
      this.#connections += change > 0 ? 1 : -1;
    };
    app.filter(track);
    app.any('/*', (response, request) => this.#serve(response, request));
    return new Promise((resolve, reject) => {
      app.listen(listener.address, listener.port, this.#uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
        if (socket === false) {
          reject(new Error(`listen tcp ${listener.address}:${listener.port}: bind: address already in use`));
          return;
        }
        this.#apps.push(app);
        this.#sockets.push(socket);
        resolve({ listener, port: this.#uws.us_socket_local_port(socket) });
      });
    });
  }

  setLimits(limits: EngineLimits): void {
    this.#limits = limits;
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
    for (const app of this.#apps.splice(0)) app.close();
    await waitUntil(() => this.#connections === 0, SOCKET_CLOSE_MS);
  }

  waits(exchange: UwsExchange): void {
    const client = exchange.remoteAddress;
    this.#clients.enter(client);
    this.#waiting.set(exchange, client);
  }

  over(exchange: UwsExchange): void {
    const client = this.#waiting.get(exchange);
    if (client === undefined) return;
    this.#waiting.delete(exchange);
    this.#clients.leave(client);
  }

  #serve(response: UwsResponse, request: UwsRequest): void {
    const exchange = new UwsExchange(response, request, this);
    const max = this.#limits.maxConnectionsPerClient;
    // While fewer wait in all, no client can have reached its limit: the address isn't asked for.
    if (max > 0 && this.#waiting.size >= max && this.#clients.isFull(exchange.remoteAddress)) {
      exchange.refuse(429, CROWDED_HEADERS, CROWDED_TEXT);
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
