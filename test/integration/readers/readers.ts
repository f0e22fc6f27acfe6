// Agents with readers, on an engine that can share a port here; and clients that keep many connections, so that each thread of
// the agent serves some.

import http from 'node:http';
import { readerCount } from '../../../src/main/reader-count.js';
import { type AgentOptions, type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { withoutUws } from '../../uws.js';

const runtime = { cores: 2, platform: process.platform, node: process.versions.node };
const canShare = (engine: 'net' | 'uws'): boolean =>
  readerCount({ server: true, readerWorkers: 1, http: { engine } }, runtime).count > 0;

/** The engine that shares its port among threads on this node; null where none does. */
export const sharingEngine = canShare('net') ? 'net' : canShare('uws') && withoutUws === false ? 'uws' : null;

/** DNS is answered by readers, too. */
export const readersAnswerDns = canShare('net');

/** For a test's `skip`. */
export const withoutReaders = sharingEngine === null ? 'no engine shares a port on this node' : false;

const LISTENS = /reader answers/g;

/** Settings that give an agent readers. */
export function readerSettings(readers: number): string[] {
  return [
    `-hcl=http_config { engine = "${sharingEngine}" }`,
    `-hcl=performance { reader_workers = ${readers} }`,
    '-hcl=limits { http_max_conns_per_client = 4096 }',
  ];
}

/** Resolves when all its readers listen. */
export async function startWithReaders(
  readers: number,
  args: readonly string[],
  options: Partial<AgentOptions> = {},
): Promise<AgentProcess> {
  const agent = await startAgent({ ...options, args: [...readerSettings(readers), ...args] });
  await waitForReaders(agent, readers).catch(async (error: unknown) => {
    await agent.kill();
    throw error;
  });
  return agent;
}

export async function waitForReaders(agent: AgentProcess, readers: number): Promise<void> {
  await waitFor(() => agent.output.match(LISTENS)?.length === readers, `${readers} readers to listen`);
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** A client with connections of its own, each kept. */
export class ManyConnections {
  readonly #port: number;
  readonly #agents: readonly http.Agent[];

  constructor(agent: AgentProcess, count: number) {
    this.#port = agent.ports.http;
    this.#agents = Array.from({ length: count }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  }

  /** `by`: which connection, counted round. */
  ask(by: number, method: string, path: string, body: string | Uint8Array = ''): Promise<Answered> {
    const agent = this.#agents[by % this.#agents.length];
    const options = { host: '127.0.0.1', port: this.#port, method, path, ...(agent === undefined ? {} : { agent }) };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (message) => {
        const chunks: Buffer[] = [];
        message.on('data', (chunk: Buffer) => chunks.push(chunk));
        message.on('error', reject);
        message.on('end', () => {
          const text = Buffer.concat(chunks).toString('latin1');
          resolve({ status: message.statusCode ?? 0, text, headers: message.headers });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** The same on each connection, all at once. */
  askAll(method: string, path: string): Promise<readonly Answered[]> {
    return Promise.all(this.#agents.map((_agent, by) => this.ask(by, method, path)));
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }
}
