// Requests as handlers get them from the HTTP layer, without one.

import type { RuntimeConfig } from '../../../../../../src/wire/config.js';
import { ORIGIN } from '../../../../../../src/wire/coordinate.js';
import type { Member } from '../../../../../../src/wire/gossip-pools.js';
import type { ControlAnswer, ControlRequest, ControlResults } from '../../../../../../src/wire/state-worker.js';
import type { LogLevel, LogRecord } from '../../../../../../src/wire/thread-port.js';
import { type Authorizer, allowAll } from '../../../../../../src/workers/state/acl/access.js';
import type { AgentControl } from '../../../../../../src/workers/state/control/control-client.js';
import { agentEndpoints } from '../../../../../../src/workers/state/endpoints/agent/agent-endpoints.js';
import { MetricsBins } from '../../../../../../src/workers/state/endpoints/agent/metrics-bins.js';
import type { EndpointTable } from '../../../../../../src/workers/state/http/endpoint.js';
import { perform } from '../../../../../../src/workers/state/http/judge.js';
import { isReply, type Reply } from '../../../../../../src/workers/state/http/message/reply.js';
import type {
  BodyOutcome,
  HttpMethod,
  IncomingCall,
  QueryParameters,
  ReadOptions,
} from '../../../../../../src/workers/state/http/message/request.js';
import { parseQuery } from '../../../../../../src/workers/state/http/parameters/query.js';
import { DEFAULT_READ, parseReadOptions } from '../../../../../../src/workers/state/http/parameters/read-options.js';
import type { Caller } from '../../../../../../src/workers/state/methods/contract/token-resolver.js';
import { type Fixture, type FixtureOptions, localConfig, NODE_ID, openLocal } from '../../local/local-fixture.js';

const VERSIONS = {
  protocolMin: 1,
  protocolMax: 5,
  protocolCurrent: 2,
  delegateMin: 2,
  delegateMax: 5,
  delegateCurrent: 4,
};

export function member(name: string, tags: { readonly [tag: string]: string } = {}): Member {
  return { name, address: '127.0.0.1', port: 8301, tags: JSON.stringify(tags), status: 1, ...VERSIONS };
}

const RESULTS: ControlResults = {
  reload: null,
  leave: null,
  join: { joined: 1 },
  'force-leave': null,
  'fire-event': null,
  keyring: [],
  'pool-figures': { lan: {}, wan: {} },
  'wan-coordinates': new Map(),
};

/** Main as the API sees it: what was asked of it, and what it answers; a text is an error. */
export class FakeControl implements AgentControl {
  readonly asked: ControlRequest[] = [];
  readonly answers: { [Op in ControlRequest['op']]?: ControlResults[Op] | string };

  constructor(answers: FakeControl['answers'] = {}) {
    this.answers = answers;
  }

  ask<Control extends ControlRequest>(control: Control): Promise<ControlAnswer<Control['op']>> {
    this.asked.push(control);
    const op: Control['op'] = control.op;
    const answer: ControlResults[Control['op']] | string = this.answers[op] ?? RESULTS[op];
    return Promise.resolve(typeof answer === 'string' ? { ok: false, error: answer } : { ok: true, result: answer });
  }
}

export type Call = (
  method: HttpMethod,
  target: string,
  body?: string,
  headers?: { [name: string]: string },
) => Promise<Reply>;

/** Calls the handlers of a table as the HTTP layer does. */
export function caller(table: EndpointTable): Call {
  return async (method, target, body = '', headers = {}) => {
    const [path = '', search = ''] = target.split('?', 2);
    const endpoint = table
      .filter((row) => row.path === path || (row.path.endsWith('/') && path.startsWith(row.path)))
      .sort((a, b) => b.path.length - a.path.length)[0];
    const operation = endpoint?.methods[method];
    if (!endpoint || operation?.kind !== 'action') throw new Error(`no action for ${method} ${path}`);
    return await perform(
      endpoint,
      operation,
      new FakeCall(method, path.slice(endpoint.path.length), search, body, headers),
    );
  };
}

export interface Api extends Fixture {
  readonly call: Call;
  /** What was asked of the process. */
  readonly asked: ControlRequest[];
  /** Feeds the monitors. */
  readonly log: (record: LogRecord) => void;
}

export async function openApi(options: FixtureOptions = {}, changes: Partial<RuntimeConfig> = {}): Promise<Api> {
  const fixture = await openLocal(options);
  const control = new FakeControl({ join: 'cannot be reached' });
  const takers = new Set<{ readonly level: LogLevel; readonly take: (record: LogRecord) => void }>();
  const config: RuntimeConfig = {
    ...localConfig(),
    server: true,
    debugConfig: '{"A":1}',
    aclEnabled: false,
    ports: { dns: 1, http: 1, https: -1, grpc: 8502, grpcTls: -1, server: 1, serfLan: 1, serfWan: 1 },
    ...changes,
  };
  const table = agentEndpoints({
    config: () => config,
    local: fixture.local,
    members: () => ({ lan: [member('node1', { role: 'consul' }), member('node2')], wan: [member('node1.dc1')] }),
    self: () => member('node1', { id: NODE_ID }),
    control,
    coordinate: () => ORIGIN,
    stats: () => Promise.resolve({ raft: { state: 'Leader' } }),
    metrics: new MetricsBins(fixture.clock, () => []),
    logs: {
      subscribe: (level, take) => {
        const taker = { level, take };
        takers.add(taker);
        return () => takers.delete(taker);
      },
    },
    renderLog: (record, format) => `${format} ${record.message}\n`,
    tokens: { set: () => Promise.resolve() },
    clock: fixture.clock,
  });
  const log = (record: LogRecord): void => {
    for (const { take } of takers) take(record);
  };
  return { ...fixture, call: caller(table), asked: control.asked, log };
}

class FakeCall implements IncomingCall {
  readonly method: HttpMethod;
  readonly rest: string;
  readonly query: QueryParameters;
  readonly asker: Caller;
  authorizer: Authorizer = allowAll;
  readonly datacenter = 'dc1';
  readonly namesDatacenter = false;
  readonly remoteAddress = '127.0.0.1';
  options: ReadOptions = DEFAULT_READ;
  readonly #body: string;
  readonly #headers: { readonly [name: string]: string };

  constructor(
    method: HttpMethod,
    rest: string,
    search: string,
    body: string,
    headers: { readonly [name: string]: string },
  ) {
    const query = parseQuery(search);
    if (query === null) throw new Error(`undecodable query ${search}`);
    this.method = method;
    this.rest = decodeURIComponent(rest);
    this.query = query;
    this.asker = { token: headers['x-consul-token'] ?? '' };
    this.#body = body;
    this.#headers = headers;
  }

  header(name: string): string | undefined {
    return this.#headers[name];
  }

  judgeOptions(): Reply | null {
    const limits = { defaultQueryTimeMs: 1000, maxQueryTimeMs: 1000, useCache: true, discoveryMaxStaleMs: 0 };
    const options = parseReadOptions(this, limits, false);
    if (isReply(options)) return options;
    this.options = options;
    return null;
  }

  body(): Promise<BodyOutcome> {
    return Promise.resolve({ ok: true, bytes: Buffer.from(this.#body) });
  }

  async *bodyPieces(): AsyncGenerator<Uint8Array, void> {
    yield Buffer.from(this.#body);
  }

  onAbort(): void {}
}
