// An HTTP server of some endpoints over a real store whose writes are applied at once, as a leader alone in its cluster has it.

import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import { Role } from '../../../src/wire/leadership.js';
import { Writes } from '../../../src/workers/state/endpoints/writes.js';
import type { EndpointTable } from '../../../src/workers/state/http/endpoint.js';
import { HttpServer } from '../../../src/workers/state/http/http-server.js';
import { FakeLog } from '../leader/surroundings.js';
import { TestStore } from '../store/commands.js';
import { ask, type RawAnswer, SETTINGS } from './fixture.js';

/** What endpoints are made of. */
export interface Behind {
  readonly store: TestStore;
  readonly log: FakeLog;
  readonly writes: Writes;
}

export interface Served extends Behind {
  readonly port: number;
  readonly server: HttpServer;
  get(target: string): Promise<RawAnswer>;
  put(target: string, body?: string | object): Promise<RawAnswer>;
  remove(target: string): Promise<RawAnswer>;
  close(): Promise<void>;
}

export async function serveEndpoints(tableOf: (behind: Behind) => EndpointTable): Promise<Served> {
  const store = new TestStore({ now: Date.now });
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  const behind = { store, log, writes: new Writes(log, 'dc1') };
  const server = new HttpServer({
    table: tableOf(behind),
    settings: SETTINGS,
    store,
    consensus: log,
    logger: new Logger('agent', new LogSink('error', () => {})),
    metrics: new Metrics(),
  });
  const port = (await server.listen())[0]?.port ?? 0;
  const send = (method: string, target: string, body: string): Promise<RawAnswer> =>
    ask(port, `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return {
    ...behind,
    port,
    server,
    get: (target) => send('GET', target, ''),
    put: (target, body = '') => send('PUT', target, typeof body === 'string' ? body : JSON.stringify(body)),
    remove: (target) => send('DELETE', target, ''),
    close: () => server.close(1000),
  };
}
