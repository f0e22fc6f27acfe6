// Every row of the endpoint table is called with values at and past every bound, on a whole agent. Whatever comes of a call, it
// is answered with a right status, the process lives, somebody else's writes and reads work, and a start from the data
// directory, after a kill, brings back everything that was acknowledged.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { Random } from '../../random.js';
import { type Call, describeCall, hostileCall } from './calls.js';
import { rows, TAKEN } from './rows.js';

const CALLS = Number(process.env['LICTOR_HOSTILE_CALLS'] ?? 4_000);
const SEED = Number(process.env['LICTOR_SEED'] ?? 20261128);
const BATCH = 25;
const AT_ONCE = 8;
const ANSWER_MS = 60_000;
/** How long a call that waits for a change is watched. */
const WAITING_MS = 250;
const STATUSES = new Set([200, 301, 307, 400, 401, 403, 404, 405, 409, 413, 415, 429, 431, 500, 503]);

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Null: it waits. */
function send(agent: AgentProcess, connections: http.Agent, call: Call): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      ...{ host: '127.0.0.1', port: agent.ports.http, agent: connections },
      ...{ method: call.method, path: call.target },
      ...(call.body === null ? {} : { headers: { 'Content-Length': call.body.length } }),
    });
    let waits = false;
    const timer = setTimeout(
      () => {
        waits = call.mayWait;
        request.destroy(new Error(`no answer within ${ANSWER_MS} ms`));
      },
      call.mayWait ? WAITING_MS : ANSWER_MS,
    );
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    request.on('error', (error) => finish(() => (waits ? resolve(null) : reject(error))));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        if (text.length < 1000) text += chunk;
      });
      response.on('error', (error) => finish(() => (waits ? resolve(null) : reject(error))));
      response.on('end', () => finish(() => resolve({ status: response.statusCode ?? 0, text })));
    });
    request.end(call.body ?? undefined);
  });
}

/** How often each status was the answer. */
const answered = new Map<number, number>();

/** Why the call was answered badly; null when it wasn't. */
async function problemOf(agent: AgentProcess, connections: http.Agent, call: Call): Promise<string | null> {
  try {
    const answer = await send(agent, connections, call);
    if (answer === null) return null;
    answered.set(answer.status, (answered.get(answer.status) ?? 0) + 1);
    if (!STATUSES.has(answer.status)) return `status ${answer.status}: ${answer.text}`;
    return answer.text.startsWith('Internal Server Error') ? answer.text : null;
  } catch (error) {
    return String(error);
  }
}

/** Somebody else, whose writes and reads go on. */
class Witness {
  readonly keys = new Map<string, string>();
  readonly services: string[] = [];

  async looks(agent: AgentProcess, number: number): Promise<string | null> {
    if (agent.exited !== null) return `the agent exited:\n${agent.output.slice(-3000)}`;
    const ask = async (method: string, target: string, body?: string): Promise<string> => {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const response = await fetch(agent.http + target, { method, signal, ...(body === undefined ? {} : { body }) });
      return `${response.status} ${await response.text()}`;
    };
    try {
      const key = `witness/${number % 500}`;
      const written = await ask('PUT', `/v1/kv/${key}`, `value ${number}`);
      if (written !== '200 true') return `a write of somebody else: ${written}`;
      this.keys.set(key, `value ${number}`);
      const read = await ask('GET', `/v1/kv/${key}?raw&consistent`);
      if (read !== `200 value ${number}`) return `a read of somebody else: ${read}`;
      if (number % 8 === 0) {
        const service = `witness-${number % 200}`;
        const registered = await ask('PUT', '/v1/agent/service/register', JSON.stringify({ Name: service, Port: 1 }));
        if (registered !== '200 ') return `a registration of somebody else: ${registered}`;
        this.services.push(service);
      }
      return null;
    } catch (error) {
      return `somebody else: ${String(error)}\n${agent.output.slice(-3000)}`;
    }
  }

  async assertThere(agent: AgentProcess): Promise<void> {
    for (const [key, value] of this.keys) assert.equal((await agent.request('GET', `/v1/kv/${key}?raw`)).text, value);
    const services = (await agent.json('/v1/agent/services')) as object;
    for (const service of this.services) assert.ok(service in services, service);
  }
}

async function open(t: TestContext, dataDir: string): Promise<AgentProcess> {
  const limits = 'limits { http_max_conns_per_client = 1000 }';
  const args = ['-server', '-bootstrap-expect=1', `-data-dir=${dataDir}`, '-log-level=error', '-hcl', limits];
  const agent = await startAgent({ args });
  t.after(() => agent.kill());
  return agent;
}

async function dataDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'hostile-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The calls one by one on an agent of their own: which of them it was. */
async function culprit(t: TestContext, batch: readonly Call[], connections: http.Agent): Promise<string> {
  const agent = await open(t, await dataDirectory(t));
  const witness = new Witness();
  for (const [number, call] of batch.entries()) {
    const problem = (await problemOf(agent, connections, call)) ?? (await witness.looks(agent, number));
    if (problem !== null) return `${describeCall(call)}\n${problem}`;
  }
  return `none alone; all of\n${batch.map(describeCall).join('\n')}`;
}

test(`${CALLS} hostile calls, seed ${SEED}`, async (t) => {
  const dataDir = await dataDirectory(t);
  const agent = await open(t, dataDir);
  const connections = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  t.after(() => connections.destroy());
  const random = new Random(SEED);
  const table = rows();
  const witness = new Witness();
  for (const taken of TAKEN) {
    const row = table.find(({ method, path: target }) => `${method} ${target}` === taken);
    assert.ok(row !== undefined, taken);
    const { method, path: target, body } = row;
    const plain = { method, target, body: Buffer.from(JSON.stringify(body)), mayWait: false };
    const answer = await send(agent, connections, plain);
    assert.equal(answer?.status, 200, `${target}: ${answer?.text}`);
  }
  let called = 0;
  for (let number = 0; called < CALLS; number++) {
    const batch = Array.from({ length: BATCH }, () => {
      const row = table[called++ % table.length];
      assert.ok(row !== undefined);
      return hostileCall(row, random);
    });
    const problems = await Promise.all(batch.map((call) => problemOf(agent, connections, call)));
    const bad = problems.findIndex((problem) => problem !== null);
    const noticed = await witness.looks(agent, number);
    if (bad < 0 && noticed === null) continue;
    const seen = bad < 0 ? '' : `\n${describeCall(batch[bad] as Call)}\n${problems[bad]}`;
    assert.fail(
      `batch ${number}: ${noticed ?? 'a wrong answer'}${seen}\nalone: ${await culprit(t, batch, connections)}`,
    );
  }
  const services = Object.keys((await agent.json('/v1/agent/services')) as object).sort();
  await agent.kill();
  const again = await open(t, dataDir);
  await witness.assertThere(again);
  assert.deepEqual(Object.keys((await again.json('/v1/agent/services')) as object).sort(), services);
  const counts = [...answered].sort().map(([status, count]) => `${count} × ${status}`);
  t.diagnostic(`answers: ${counts.join(', ')}`);
  // Neither everything is refused before it is looked at, nor everything taken.
  for (const status of [200, 400, 500]) assert.ok((answered.get(status) ?? 0) > CALLS / 50, counts.join());
});
