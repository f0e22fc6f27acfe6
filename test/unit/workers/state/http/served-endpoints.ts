// An HTTP server of some endpoints over a real store whose writes are applied at once, as a leader alone in its cluster has it.

import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import type { EndpointTable } from '../../../../../src/workers/state/http/endpoint.js';
import type { HttpSettings } from '../../../../../src/workers/state/http/http-policy.js';
import { HttpServer } from '../../../../../src/workers/state/http/http-server.js';
import type { LeaderView } from '../../../../../src/workers/state/methods/contract/method.js';
import { noAcls, type TokenResolver } from '../../../../../src/workers/state/methods/contract/token-resolver.js';
import { testCalls } from '../calls/test-calls.js';
import { FakeLog } from '../leader/leader-fixture.js';
import { TestStore } from '../replica/store/commands.js';
import { ask, type RawAnswer, SETTINGS } from './fixture.js';

/** What endpoints are made of. */
export interface Behind {
  readonly store: TestStore;
  readonly log: FakeLog;
  readonly calls: Calls;
}

export interface Served extends Behind {
  readonly port: number;
  readonly server: HttpServer;
  get(target: string): Promise<RawAnswer>;
  put(target: string, body?: string | object): Promise<RawAnswer>;
  post(target: string, body: object): Promise<RawAnswer>;
  remove(target: string): Promise<RawAnswer>;
  /** With a token; "" for none. */
  as(token: string, method: string, target: string, body?: string): Promise<RawAnswer>;
  close(): Promise<void>;
}

export async function serveEndpoints(
  tableOf: (behind: Behind) => EndpointTable,
  leader: Partial<LeaderView> = {},
  settings: HttpSettings = SETTINGS,
  tokensOf: (store: TestStore) => TokenResolver = () => noAcls,
): Promise<Served> {
  const store = new TestStore({ now: Date.now });
  const log = new FakeLog(store);
  log.leadership.setUnboundedLease(true);
  log.leadership.setRole(Role.leader, 1, true);
  const acls = tokensOf(store);
  const calls = testCalls({ store, consensus: log, leader, tokens: acls });
  const behind = { store, log, calls };
  const server = new HttpServer({
    table: tableOf(behind),
    tokens: { default: '' },
    acls,
    settings,
    calls,
    knowsServers: () => true,
    logger: new Logger('agent', new LogSink('error', () => {})),
    metrics: new Metrics(),
  });
  const port = (await server.listen())[0]?.port ?? 0;
  const send = (method: string, target: string, body: string, token = ''): Promise<RawAnswer> => {
    const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\n${token === '' ? '' : `X-Consul-Token: ${token}\r\n`}`;
    return ask(port, `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  return {
    ...behind,
    port,
    server,
    get: (target) => send('GET', target, ''),
    put: (target, body = '') => send('PUT', target, typeof body === 'string' ? body : JSON.stringify(body)),
    post: (target, body) => send('POST', target, JSON.stringify(body)),
    remove: (target) => send('DELETE', target, ''),
    as: (token, method, target, body = '') => send(method, target, body, token),
    close: () => server.close(1000),
  };
}
