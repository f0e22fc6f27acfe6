// A server with a log larger than what is replayed at once, restarted and asked at once over every kind of path, from the
// moment its port accepts: whatever it answers before the log is replayed is "No cluster leader" or the like; the first
// answer that says anything says all that was acknowledged. What is asked for stands at the end of the log.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import packet from 'dns-packet';
import { COMMITTED_WINDOW_BYTES } from '../../../src/wire/raft/raft-port.js';
import { type AgentPorts, type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-replay-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const gate = path.join(folder, 'gate');
/** Replay stops in the middle, at the third piece of the log, for as long as the gate's file is there. */
const GATED_REPLAY = `
const fs = require('node:fs');
const { isMainThread, MessagePort, workerData } = require('node:worker_threads');
if (!isMainThread && workerData?.context?.name === 'raft') {
  const post = MessagePort.prototype.postMessage;
  const held = [];
  let pieces = 0;
  MessagePort.prototype.postMessage = function (message, transfer) {
    if (message.kind === 'committed' && (held.length > 0 || ++pieces === 3)) held.push([this, message, transfer]);
    else post.call(this, message, transfer);
  };
  setInterval(() => {
    if (held.length === 0 || fs.existsSync(${JSON.stringify(gate)})) return;
    for (const [port, message, transfer] of held.splice(0)) post.call(port, message, transfer);
  }, 10).unref();
}`;
const gatedReplay = path.join(folder, 'gated-replay.cjs');
fs.writeFileSync(gatedReplay, GATED_REPLAY);
process.env['NODE_OPTIONS'] = `--require=${gatedReplay}`;

const DEADLINE_MS = 60_000;
const OPERATIONS = 120;
const VALUE = Buffer.alloc(1_500, 'v').toString('base64');
/** Several windows: replay has to be given credit again and again. */
const TRANSACTIONS = Math.ceil((3 * COMMITTED_WINDOW_BYTES) / (OPERATIONS * VALUE.length));

async function put(agent: AgentProcess, target: string, body = ''): Promise<string> {
  const { status, text } = await agent.request('PUT', target, body);
  assert.equal(status, 200, `${target}: ${text}`);
  return text;
}

async function fillLog(agent: AgentProcess): Promise<void> {
  for (let number = 0; number < TRANSACTIONS; number += 1) {
    const operations = Array.from({ length: OPERATIONS }, (_, i) => ({
      KV: { Verb: 'set', Key: `bulk/${number}/${i}`, Value: VALUE },
    }));
    await put(agent, '/v1/txn', JSON.stringify(operations));
  }
}

interface Late {
  readonly renewed: string;
  readonly destroyed: string;
  readonly other: string;
  readonly index: number;
}

async function writeLate(agent: AgentProcess): Promise<Late> {
  const session = async (name: string): Promise<string> =>
    (JSON.parse(await put(agent, '/v1/session/create', `{"Name": "${name}", "TTL": "600s"}`)) as { ID: string }).ID;
  const service = { ID: 'late', Service: 'late', Port: 80 };
  await put(agent, '/v1/catalog/register', JSON.stringify({ Node: 'ext', Address: '10.0.0.9', Service: service }));
  const renewed = await session('renewed');
  const destroyed = await session('destroyed');
  const other = await session('other');
  await put(agent, `/v1/kv/held?acquire=${renewed}`, 'x');
  await put(agent, '/v1/kv/late', 'kept');
  const { headers } = await agent.request('GET', '/v1/kv/late');
  return { renewed, destroyed, other, index: Number(headers.get('x-consul-index')) };
}

interface Question {
  readonly target: string;
  readonly method?: 'GET' | 'PUT';
  readonly body?: string;
  /** Of the first answer that is not a refusal; what it needs to say. */
  readonly says: RegExp;
}

function questions({ renewed, destroyed, other, index }: Late): readonly Question[] {
  const kept = /^kept$/;
  const late = /"late"/;
  const read = '[{"KV": {"Verb": "get", "Key": "late"}}]';
  const txnSays = /"Key":"late".*"Errors":null.*"KnownLeader":true/;
  const check = JSON.stringify({
    Node: 'ext',
    Address: '10.0.0.9',
    Check: { Name: 'c', ServiceID: 'late', Status: 'passing' },
  });
  return [
    { target: '/v1/kv/late?raw', says: kept },
    { target: '/v1/kv/late?raw&consistent', says: kept },
    { target: '/v1/kv/late?raw&stale', says: kept },
    { target: `/v1/kv/late?raw&index=${index - 1}&wait=10ms`, says: kept },
    { target: `/v1/kv/?keys&separator=/&stale&index=${index - 1}&wait=10ms`, says: late },
    { target: '/v1/health/service/late', says: late },
    { target: '/v1/health/service/late?cached', says: late },
    { target: '/v1/health/node/golden?stale', says: /"serfHealth"/ },
    { target: '/v1/catalog/services', says: late },
    { target: '/v1/catalog/service/late?cached&tag=', says: late },
    { target: '/v1/catalog/node/ext?max_stale=1h', says: late },
    { target: '/v1/internal/ui/nodes', says: late },
    { target: `/v1/session/info/${renewed}`, says: /"renewed"/ },
    { target: '/v1/session/list?stale', says: /"renewed"/ },
    { target: `/v1/session/renew/${renewed}`, method: 'PUT', says: /"renewed"/ },
    { target: `/v1/session/destroy/${destroyed}`, method: 'PUT', says: /^true$/ },
    { target: '/v1/txn', method: 'PUT', body: read, says: txnSays },
    { target: '/v1/txn?stale', method: 'PUT', body: read, says: txnSays },
    { target: '/v1/catalog/register', method: 'PUT', body: check, says: /^true$/ },
    { target: `/v1/kv/held?acquire=${other}`, method: 'PUT', body: 'y', says: /^false$/ },
    { target: '/v1/kv/late?cas=1', method: 'PUT', body: 'y', says: /^false$/ },
    { target: '/v1/status/leader', says: /^"127\.0\.0\.1:\d+"$/ },
  ];
}

const REFUSALS = new Set(['No cluster leader', 'Not ready to serve consistent reads', '""']);

/** Asks until something else than a refusal comes. */
async function askUntilAnswered(
  port: number,
  { target, method = 'GET', body, says }: Question,
  refused: () => void,
): Promise<void> {
  const until = Date.now() + DEADLINE_MS;
  while (Date.now() < until) {
    const asked = fetch(`http://127.0.0.1:${port}${target}`, { method, ...(body === undefined ? {} : { body }) });
    const answer = await asked.catch(() => null);
    if (answer === null) {
      // Nobody listens yet.
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    const text = (await answer.text()).trim();
    if (!REFUSALS.has(text)) {
      assert.match(text, says, `${target} was answered ${answer.status}`);
      return;
    }
    assert.equal(answer.status, text === '""' ? 200 : 500, target);
    refused();
  }
  throw new Error(`${target} was never answered`);
}

/** The same over DNS, where a refusal is SERVFAIL, and a question may be lost while nobody listens. */
async function lookUpUntilAnswered(port: number, refused: () => void): Promise<void> {
  const socket = dgram.createSocket('udp4');
  const question = packet.encode({ type: 'query', id: 7, questions: [{ name: 'late.service.consul', type: 'A' }] });
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  const ask = setInterval(() => socket.send(question), 5);
  try {
    const answered = new Promise<packet.DecodedPacket>((resolve) => {
      socket.on('message', (bytes) => {
        const decoded = packet.decode(bytes);
        if ('rcode' in decoded && decoded.rcode === 'SERVFAIL') refused();
        else resolve(decoded);
      });
    });
    const timer = AbortSignal.timeout(DEADLINE_MS);
    const { answers } = await Promise.race([answered, once(timer, 'abort').then(() => assert.fail('no DNS answer'))]);
    assert.deepEqual(
      answers?.map((answer) => 'data' in answer && answer.data),
      ['10.0.0.9'],
    );
  } finally {
    clearInterval(ask);
    socket.close();
  }
}

/** Resolves when all is answered; `refused` gets what is refused before that. */
async function askEverything(ports: AgentPorts, late: Late, refused: Set<string>): Promise<void> {
  const asking = questions(late).map((question) =>
    askUntilAnswered(ports.http, question, () => refused.add(question.target)),
  );
  await Promise.all([...asking, lookUpUntilAnswered(ports.dns, () => refused.add('DNS'))]);
}

async function restartAndAsk(name: string, hold: string, refusals: (late: Late) => number): Promise<void> {
  const args = ['-server', '-bootstrap', `-data-dir=${path.join(folder, name)}`, '-log-level=warn'];
  let agent = await startAgent({ args });
  const { ports } = agent;
  try {
    await fillLog(agent);
    const late = await writeLate(agent);
    await agent.kill();

    fs.writeFileSync(gate, '');
    const refused = new Set<string>();
    const asked = askEverything(ports, late, refused);
    // Awaited below, when the agent is there.
    asked.catch(() => {});
    const hcl = ['-hcl', `performance { rpc_hold_timeout = "${hold}" }`];
    agent = await startAgent({ args: [...args, ...hcl], ports, waitForLeader: false });
    const wanted = refusals(late);
    await Promise.race([waitFor(() => refused.size === wanted, 'everything to be refused', DEADLINE_MS), asked]);
    assert.equal(refused.size, wanted, [...refused].join('\n'));
    fs.rmSync(gate);
    await asked;
    assert.equal(refused.size, wanted, [...refused].join('\n'));
    assert.equal((await agent.request('GET', `/v1/session/info/${late.destroyed}`)).text, '[]');
    assert.equal(((await agent.json('/v1/kv/bulk?keys')) as string[]).length, TRANSACTIONS * OPERATIONS);
  } finally {
    fs.rmSync(gate, { force: true });
    await agent.stop();
  }
}

test('while its log is replayed a server refuses whatever it is asked, then it has everything', () =>
  restartAndAsk('refuses', '1ms', (late) => questions(late).length + 1));

// Who leads, and DNS, can't wait.
test('while its log is replayed a server holds requests up to rpc_hold_timeout', () =>
  restartAndAsk('holds', '30s', () => 2));
