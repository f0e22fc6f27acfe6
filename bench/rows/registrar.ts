// What registers the tutorial's services on an agent, and knows when they have reached the catalog.

import { freePorts } from '../../test/ports.js';
import { type Agent, waitFor } from '../agent.js';
import { LoadProcess } from '../load/load-process.js';
import type { PutCommand, PutResult } from '../load/put-client.js';
import { type RequestKind, serviceName } from '../load/requests.js';
import type { Run } from '../row.js';

const CONNECTIONS = 8;
export const WARM_UP_BATCH = 500;
/** Far from the indexes a row measures. */
const WARM_UP_FROM = 3_000_000;
const CATALOG_DEADLINE_MS = 180_000;
const PROBES = 16;
const PROBE_POLL_MS = 5;
const LIST_POLL_MS = 50;
/** `[]`, with or without a line's end. */
const EMPTY_LIST_LENGTH = 3;

/** An agent and the client that registers services on it. */
export class Registrar {
  readonly agent: Agent;
  readonly #client = new LoadProcess<PutCommand, PutResult>(new URL('../load/put-client.js', import.meta.url));
  readonly #checkPort: number;

  constructor(agent: Agent, checkPort: number) {
    this.agent = agent;
    this.#checkPort = checkPort;
  }

  get port(): number {
    return this.agent.ports.http;
  }

  /** Port nobody listens on, which the services' checks ask. */
  get checkPort(): number {
    return this.#checkPort;
  }

  put(kind: RequestKind, from: number, count: number): Promise<PutResult> {
    return this.#client.call({
      kind,
      from,
      count,
      checkPort: this.#checkPort,
      node: '',
      port: this.port,
      connections: CONNECTIONS,
    });
  }

  /** Until a sample of the services sent has arrived in the catalog, or has gone from it. Asking costs next to nothing. */
  async probe(from: number, count: number, present: boolean): Promise<void> {
    const deadline = performance.now() + CATALOG_DEADLINE_MS;
    for (let at = PROBES; at >= 1; at -= 1) {
      const target = `/v1/catalog/service/${serviceName(from + Math.ceil((count * at) / PROBES) - 1)}`;
      await waitFor(
        async () => (await this.agent.get(target)).length > EMPTY_LIST_LENGTH === present,
        `${target} to ${present ? 'appear' : 'go'}`,
        Math.max(1, deadline - performance.now()),
        PROBE_POLL_MS,
      );
    }
  }

  /** Until the catalog holds exactly so many services beside `consul`. Asking costs the server a long list each time. */
  inCatalog(count: number): Promise<void> {
    return waitFor(
      async () => Object.keys((await this.agent.json('/v1/catalog/services')) as object).length === count + 1,
      `${count} services in the catalog`,
      CATALOG_DEADLINE_MS,
      LIST_POLL_MS,
    );
  }

  /**
   * The code that answers is compiled, the agent is as empty as before. Resolves with the rate of its first batch: what a
   * user of an agent just started meets.
   */
  async warmUp(seconds: number): Promise<number> {
    const until = performance.now() + seconds * 1000;
    let coldPerSecond: number | null = null;
    do {
      const put = await this.put('register-service', WARM_UP_FROM, WARM_UP_BATCH);
      coldPerSecond ??= WARM_UP_BATCH / put.seconds;
      await this.probe(WARM_UP_FROM, WARM_UP_BATCH, true);
      await this.put('deregister-service', WARM_UP_FROM, WARM_UP_BATCH);
      await this.probe(WARM_UP_FROM, WARM_UP_BATCH, false);
    } while (performance.now() < until);
    await this.inCatalog(0);
    return coldPerSecond;
  }

  stop(): void {
    this.#client.stop();
  }
}

/** Starts an agent, warms it up and lets `work` use it. */
export async function withRegistrar<T>(
  run: Run,
  work: (registrar: Registrar, coldPerSecond: number) => Promise<T>,
): Promise<T> {
  const agent = await run.startAgent({ mode: 'server' });
  const [closedPort = 0] = await freePorts(1);
  const registrar = new Registrar(agent, closedPort);
  try {
    run.say('warm-up');
    const coldPerSecond = await registrar.warmUp(run.warmUpSeconds);
    return await work(registrar, coldPerSecond);
  } finally {
    registrar.stop();
  }
}
