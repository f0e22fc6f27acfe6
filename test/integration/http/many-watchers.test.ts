// Thousands of clients that wait for keys, prefixes and services, while these change, and clients hang up and come back: each
// is told what there is in the end, and the agent's memory doesn't grow with the hours. `npm run soak` has 10,000 of them wait for an
// hour (LICTOR_WATCHERS, LICTOR_WATCH_MS).

import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { Random, runSeed } from '../../random.js';

const WATCHERS = Number(process.env['LICTOR_WATCHERS'] ?? 1_000);
const WATCH_MS = Number(process.env['LICTOR_WATCH_MS'] ?? 12_000);
const KEYS = 200;
const SERVICES = 50;
/** Between two changes, and between two clients that hang up. */
const CHANGE_MS = 5;
const HANG_UP_MS = 10;
const LAST = 'the end';
const LAST_VALUE = Buffer.from(LAST).toString('base64');
const LAST_PORT = 65_000;
/** Of its memory in the first third, which has everything loaded and compiled. */
const MOST_GROWTH = 1.15;
const MOST_GROWTH_KB = 24_000;
const SETTLE_MS = 120_000;

class Client {
  readonly #target: string;
  readonly #agent: AgentProcess;
  readonly #connections: http.Agent;
  #request: http.ClientRequest | null = null;
  #index = '1';
  #isOver = false;
  text = '';
  answers = 0;

  constructor(agent: AgentProcess, connections: http.Agent, target: string) {
    this.#agent = agent;
    this.#connections = connections;
    this.#target = target;
    this.#ask();
  }

  #ask(): void {
    const path = `${this.#target}${this.#target.includes('?') ? '&' : '?'}index=${this.#index}&wait=60s`;
    const { http: port } = this.#agent.ports;
    const request = http.get({ host: '127.0.0.1', port, path, agent: this.#connections });
    this.#request = request;
    request.once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('close', () => {
        if (response.complete) this.#answered(response, Buffer.concat(pieces).toString());
        if (!this.#isOver) this.#ask();
      });
    });
    // It was hung up, by itself.
    request.once('error', () => {
      if (!this.#isOver) this.#ask();
    });
  }

  #answered({ statusCode, headers }: http.IncomingMessage, text: string): void {
    assert.ok(statusCode === 200 || statusCode === 404, `${statusCode} ${text}`);
    this.text = text;
    this.#index = String(headers['x-consul-index']);
    this.answers += 1;
  }

  /** Whether all it knows is what was written last. */
  get isAtTheEnd(): boolean {
    if (this.#target.startsWith('/v1/health')) return this.text.includes(`"Port": ${LAST_PORT}`);
    const values = this.text.match(/"Value": "[^"]*"/g) ?? [];
    return values.length > 0 && values.every((value) => value === `"Value": "${LAST_VALUE}"`);
  }

  hangUp(): void {
    this.#request?.destroy();
  }

  end(): void {
    this.#isOver = true;
    this.#request?.destroy();
  }
}

async function put(agent: AgentProcess, target: string, body: string): Promise<void> {
  const { status, text } = await agent.request('PUT', target, body);
  assert.equal(status, 200, text);
}

function registration(n: number, port: number): string {
  return JSON.stringify({ Name: `service-${n}`, ID: `service-${n}`, Port: port });
}

test('clients by the thousand wait while everything changes, and none is forgotten', async (t) => {
  const limits = `limits { http_max_conns_per_client = ${WATCHERS + 500} }`;
  const agent = await startAgent({ args: ['-dev', `-hcl=${limits}`] });
  t.after(() => agent.kill());
  const connections = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  t.after(() => connections.destroy());
  const random = new Random(runSeed);
  for (let n = 0; n < SERVICES; n += 1) await put(agent, '/v1/agent/service/register', registration(n, 1));
  const targets = [
    ...Array.from({ length: KEYS }, (_, n) => `/v1/kv/watched/${n}`),
    ...Array.from({ length: 10 }, (_, n) => `/v1/kv/watched/${n}?recurse`),
    ...Array.from({ length: SERVICES }, (_, n) => `/v1/health/service/service-${n}`),
  ];
  const clients = Array.from(
    { length: WATCHERS },
    (_, n) => new Client(agent, connections, targets[n % targets.length] ?? ''),
  );
  t.after(() => {
    for (const client of clients) client.end();
  });

  const began = performance.now();
  const since = (): number => performance.now() - began;
  const hangingUp = (async () => {
    while (since() < WATCH_MS) {
      clients[random.below(WATCHERS)]?.hangUp();
      await delay(HANG_UP_MS);
    }
  })();
  let early = 0;
  let late = 0;
  while (since() < WATCH_MS) {
    const n = random.below(KEYS + SERVICES);
    if (n < KEYS) await put(agent, `/v1/kv/watched/${n}`, `v${random.below(1_000_000)}`);
    else await put(agent, '/v1/agent/service/register', registration(n - KEYS, 1 + random.below(60_000)));
    const memory = Math.round(agent.residentBytes / 1024);
    if (since() < WATCH_MS / 3) early = Math.max(early, memory);
    else late = Math.max(late, memory);
    await delay(CHANGE_MS);
  }
  await hangingUp;
  t.diagnostic(`${clients.reduce((sum, { answers }) => sum + answers, 0)} answers, ${early} then ${late} KB`);
  assert.ok(late <= Math.max(MOST_GROWTH * early, early + MOST_GROWTH_KB), `grew from ${early} to ${late} KB`);

  for (let n = 0; n < KEYS; n += 1) await put(agent, `/v1/kv/watched/${n}`, LAST);
  for (let n = 0; n < SERVICES; n += 1) await put(agent, '/v1/agent/service/register', registration(n, LAST_PORT));
  await waitFor(() => clients.every(({ isAtTheEnd }) => isAtTheEnd), 'all clients to be told', SETTLE_MS);
});
