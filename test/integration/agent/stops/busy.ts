// Everything at work at one agent at the same time: what waits, what streams, what is sent by half, what is read slowly, and
// writers that note what was acknowledged.

import http2 from 'node:http2';
import net from 'node:net';
import { type AgentProcess, waitFor } from '../../../agent-process.js';

const STREAMS = ['/v1/agent/monitor?loglevel=trace', '/v1/agent/metrics/stream'];
const WAITING = [
  '/v1/kv/nothing?wait=600s&index=',
  '/v1/health/service/web?wait=600s&index=',
  '/v1/health/service/web?cached&wait=600s&index=',
  '/v1/agent/connect/ca/roots?wait=600s&index=',
  '/v1/agent/connect/ca/leaf/web?wait=600s&index=',
  '/v1/event/list?wait=600s&index=',
];
const GRPC = [
  '/grpc.health.v1.Health/Watch',
  '/hashicorp.consul.serverdiscovery.ServerDiscoveryService/WatchServers',
  '/hashicorp.consul.connectca.ConnectCAService/WatchRoots',
];
/** A message without fields, in its frame. */
const EMPTY_MESSAGE = Buffer.alloc(5);
const WRITERS = 4;

export class Busy {
  /** Of keys and of services. */
  readonly acknowledged = { keys: new Set<string>(), services: new Set<string>() };
  readonly #agent: AgentProcess;
  readonly #prefix: string;
  readonly #sockets: net.Socket[] = [];
  readonly #aborted = new AbortController();
  readonly #work: Promise<unknown>[] = [];
  #session: http2.ClientHttp2Session | null = null;

  /** `prefix`: of the names that it writes. */
  constructor(agent: AgentProcess, prefix: string) {
    this.#agent = agent;
    this.#prefix = prefix;
  }

  /** Resolves when all of it is under way. */
  async begin(): Promise<void> {
    await this.#registerAll();
    for (const target of WAITING) this.#work.push(this.#askAgainAndAgain(target));
    for (const target of STREAMS) this.#half(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    this.#half('PUT /v1/kv/half HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nsome');
    this.#half(
      'PUT /v1/agent/services/register HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n{"Name": "bulk-1"}\r\n',
    );
    // Nobody reads what comes.
    this.#half('GET /v1/snapshot HTTP/1.1\r\nHost: x\r\n\r\n').pause();
    this.#connect(this.#agent.ports.dns).write(Buffer.from([0, 40, 1]));
    this.#watchOverGrpc();
    for (let writer = 0; writer < WRITERS; writer += 1) this.#work.push(this.#write(writer));
    const { keys, services } = this.acknowledged;
    await waitFor(() => keys.size > 0 && services.size > 0, 'the first writes');
  }

  /** Resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.#aborted.abort();
    for (const socket of this.#sockets) socket.destroy();
    this.#session?.destroy();
    await Promise.all(this.#work);
  }

  async #registerAll(): Promise<void> {
    const { http, dns, grpc } = this.#agent.ports;
    const interval = { Interval: '1s', Timeout: '1s' };
    const services = [
      { Name: 'web', Port: 80 },
      { Name: 'proxy-1', Kind: 'connect-proxy', Port: 81, Proxy: { DestinationServiceName: 'web' } },
      { Name: 'proxy-2', Kind: 'connect-proxy', Port: 82, Proxy: { DestinationServiceName: 'other' } },
    ];
    const checks = [
      { Name: 'ttl', TTL: '2s' },
      { Name: 'http', HTTP: `http://127.0.0.1:${http}/v1/status/leader`, ...interval },
      { Name: 'tcp', TCP: `127.0.0.1:${dns}`, ...interval },
      { Name: 'grpc', GRPC: `127.0.0.1:${grpc}`, ...interval },
      { Name: 'script', Args: ['sleep', '0.5'], ...interval },
      { Name: 'alias', AliasService: 'web' },
      { Name: 'remote-alias', AliasNode: 'elsewhere' },
    ];
    await Promise.all([
      ...services.map((body) => this.#put('/v1/agent/service/register', body)),
      ...checks.map((body) => this.#put('/v1/agent/check/register', body)),
      this.#put('/v1/session/create', { TTL: '10s' }),
    ]);
  }

  async #put(target: string, body: object): Promise<void> {
    const { status, text } = await this.#agent.request('PUT', target, JSON.stringify(body));
    if (status !== 200) throw new Error(`PUT ${target} ${JSON.stringify(body)}: ${status} ${text}`);
  }

  /** As a client does that follows something: with the index of the answer before. */
  async #askAgainAndAgain(target: string): Promise<void> {
    const { signal } = this.#aborted;
    for (let index = '1'; !signal.aborted && this.#agent.exited === null; ) {
      try {
        const response = await fetch(`${this.#agent.http}${target}${index}`, { signal });
        await response.text();
        index = response.headers.get('X-Consul-Index') ?? '1';
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #write(writer: number): Promise<void> {
    const { keys, services } = this.acknowledged;
    const { signal } = this.#aborted;
    for (let number = 0; !signal.aborted && this.#agent.exited === null; number += 1) {
      const name = `${this.#prefix}-${writer}-${number}`;
      const isKey = number % 4 !== 0;
      const [target, body] = isKey ? [`/v1/kv/${name}`, name] : ['/v1/agent/service/register', `{"Name": "${name}"}`];
      try {
        const response = await fetch(`${this.#agent.http}${target}`, { method: 'PUT', body, signal });
        if (response.status === 200) (isKey ? keys : services).add(name);
        await response.text();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  #half(request: string): net.Socket {
    const socket = this.#connect(this.#agent.ports.http);
    socket.write(request);
    return socket;
  }

  #connect(port: number): net.Socket {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('data', () => {});
    this.#sockets.push(socket);
    return socket;
  }

  #watchOverGrpc(): void {
    const session = http2.connect(`http://127.0.0.1:${this.#agent.ports.grpc}`);
    session.on('error', () => {});
    this.#session = session;
    for (const path of GRPC) {
      const call = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      call.on('error', () => {});
      call.resume();
      call.write(EMPTY_MESSAGE);
    }
  }
}
