// The second engine: uWebSockets.js, for plain TCP and clients that speak clean HTTP/1.1 (docs/spec/http.md, "Engines",
// says what it refuses). The package is loaded only when configured.

import type { HttpRequest, HttpResponse, TemplatedApp, us_listen_socket } from 'uWebSockets.js';
import type { Listener } from '../../../../wire/config.js';
import { ClientLimit, plainAddress } from '../client-limit.js';
import type { BoundListener, Engine, EngineLimits, RequestListener } from '../engine.js';
import { UwsExchange } from './uws-exchange.js';

type Uws = typeof import('uWebSockets.js');

const PATIENCE_CHECK_MS = 1000;
const CLOSE_POLL_MS = 10;

export interface UwsEngineOptions {
  readonly listener: RequestListener;
  readonly limits: EngineLimits;
}

/** What uWebSockets.js keeps per socket and hands out with every request of it. */
export interface SocketTag {
  client?: string;
  crowded?: boolean;
}

export class UwsEngine implements Engine {
  limits: EngineLimits;
  stopping = false;
  /** Exchanges that wait for their client's body. */
  readonly impatient = new Set<UwsExchange>();
  /** Requests that aren't answered yet. */
  readonly running = new Set<UwsExchange>();

  readonly #uws: Uws;
  readonly #listener: RequestListener;
  readonly #clients: ClientLimit;
  readonly #apps: TemplatedApp[] = [];
  readonly #sockets: us_listen_socket[] = [];
  #connections = 0;
  #patience: NodeJS.Timeout | null = null;

  private constructor(uws: Uws, options: UwsEngineOptions) {
    this.#uws = uws;
    this.#listener = options.listener;
    this.limits = options.limits;
    this.#clients = new ClientLimit(options.limits.maxConnectionsPerClient);
  }

  /** Loads the native module; rejects where it has no binary. */
  static async create(options: UwsEngineOptions): Promise<UwsEngine> {
    return new UwsEngine(await import('uWebSockets.js'), options);
  }

  get connections(): number {
    return this.#connections;
  }

  listen(listener: Listener): Promise<BoundListener> {
    if (listener.kind === 'unix') {
      return Promise.reject(new Error('http_config.engine = "uws" serves TCP only: use "net" for unix sockets'));
    }
    const app = this.#uws.App();
    app.filter((response, change) => this.#track(response, change));
    app.any('/*', (response, request) => this.#serve(response, request));
    return new Promise((resolve, reject) => {
      app.listen(listener.address, listener.port, this.#uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
        if (socket === false) {
          reject(new Error(`listen tcp ${listener.address}:${listener.port}: bind: address already in use`));
          return;
        }
        this.#apps.push(app);
        this.#sockets.push(socket);
        this.#patience ??= setInterval(() => this.#judgePatience(), PATIENCE_CHECK_MS).unref();
        resolve({ listener, port: this.#uws.us_socket_local_port(socket) });
      });
    });
  }

  setLimits(limits: EngineLimits): void {
    this.limits = limits;
    this.#clients.setMax(limits.maxConnectionsPerClient);
  }

  stopAccepting(): void {
    this.stopping = true;
    for (const socket of this.#sockets.splice(0)) this.#uws.us_listen_socket_close(socket);
  }

  /**
   * uWebSockets.js can't close idle connections one by one, so this waits for the answers only; then `app.close()`, without
   * which the end of the thread aborts the whole process.
   */
  async close(deadlineMs: number): Promise<void> {
    this.stopAccepting();
    const until = performance.now() + deadlineMs;
    while (this.running.size > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
    }
    for (const app of this.#apps.splice(0)) app.close();
    if (this.#patience) clearInterval(this.#patience);
    this.#patience = null;
    // The sockets close in the loop's next turns; the thread must not end before.
    while (this.#connections > 0 && performance.now() < until + 1000) {
      await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
    }
  }

  #track(_response: HttpResponse, change: number): void {
    this.#connections += change > 0 ? 1 : -1;
  }

  #serve(response: HttpResponse, request: HttpRequest): void {
    const exchange = new UwsExchange(response, request, this);
    this.#listener(exchange);
    exchange.leaveCallback();
  }

  #judgePatience(): void {
    if (this.impatient.size === 0) return;
    const now = performance.now();
    for (const exchange of this.impatient) exchange.judgePatience(now);
  }
}
