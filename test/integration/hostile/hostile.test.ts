// Every place of the endpoint table where a value can stand gets values at and past every bound, on a whole agent. Whatever comes
// of a call, it is answered with a right status, the process lives, somebody else's writes and reads work, and a start from the
// data directory, after a kill, brings back everything that was acknowledged.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { Random } from '../../random.js';
import { Answers, send } from './asking.js';
import { type Call, describeCall, hostileCall } from './calls.js';
import { heldState } from './held-state.js';
import { rows, type Target, targets } from './rows.js';
import { TAKEN } from './taken-bodies.js';
import { Witness } from './witness.js';

const CALLS = Number(process.env['LICTOR_HOSTILE_CALLS'] ?? 4_000);
const SEED = Number(process.env['LICTOR_SEED'] ?? 20261128);
/** Places by their names (`PUT /v1/kv/ query cas`); all of them unless some are asked for. */
const ONLY = process.env['LICTOR_HOSTILE_ONLY'] ?? '';
const BATCH = 25;
const AT_ONCE = 8;
const OWN_NODE = 'hostile-agent';

async function open(t: TestContext, dataDir: string): Promise<AgentProcess> {
  const limits = 'limits { http_max_conns_per_client = 1000 }';
  const args = ['-server', '-bootstrap-expect=1', `-data-dir=${dataDir}`, '-log-level=error', '-hcl', limits];
  const agent = await startAgent({ args, node: OWN_NODE });
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
  const answers = new Answers();
  for (const [number, call] of batch.entries()) {
    const problem = (await answers.problemOf(agent, connections, call)) ?? (await witness.looks(agent, number));
    if (problem !== null) return `${describeCall(call)}\n${problem}`;
  }
  return `none alone; all of\n${batch.map(describeCall).join('\n')}`;
}

/** All places in an order of chance, again and again. */
function* inTurn(places: readonly Target[], random: Random): Iterable<Target> {
  assert.ok(places.length > 0, `no place is called ${ONLY}`);
  for (;;) {
    const left = [...places];
    while (left.length > 0) {
      const at = random.below(left.length);
      const chosen = left[at] as Target;
      left[at] = left.at(-1) as Target;
      left.pop();
      yield chosen;
    }
  }
}

/** What was acknowledged before the kill is there after the start. */
async function assertRestored(t: TestContext, agent: AgentProcess, dataDir: string, witness: Witness): Promise<void> {
  const before = await heldState(agent, OWN_NODE);
  const values = new Map(before.keys.map(({ Key, Value }) => [String(Key), Value]));
  for (const [key, value] of witness.keys) assert.equal(values.get(key), Buffer.from(value).toString('base64'));
  for (const service of witness.services) assert.ok(service in before.services, service);
  await agent.kill();
  const again = await open(t, dataDir);
  // The agent's own services go into the catalog when it has looked at it again.
  await waitFor(
    async () => isDeepStrictEqual(await heldState(again, OWN_NODE), before),
    'the state to come back',
  ).catch(() => undefined);
  assert.deepEqual(await heldState(again, OWN_NODE), before);
}

test(`${CALLS} hostile calls${ONLY === '' ? '' : ` for ${ONLY}`}, seed ${SEED}`, async (t) => {
  const dataDir = await dataDirectory(t);
  const agent = await open(t, dataDir);
  const connections = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  t.after(() => connections.destroy());
  const random = new Random(SEED);
  const table = rows();
  for (const taken of TAKEN) {
    const row = table.find(({ method, path: target }) => `${method} ${target}` === taken);
    assert.ok(row !== undefined, taken);
    const { method, path: target, body } = row;
    const plain = { method, target, headers: {}, body: Buffer.from(JSON.stringify(body)), mayWait: false };
    const answer = await send(agent, connections, plain);
    assert.equal(answer?.status, 200, `${target}: ${answer?.text}`);
  }
  const places = targets(table, new RegExp(ONLY));
  const order = inTurn(places, random)[Symbol.iterator]();
  const witness = new Witness();
  const answers = new Answers();
  for (let number = 0; number * BATCH < CALLS; number++) {
    const batch = Array.from({ length: BATCH }, () => hostileCall(order.next().value as Target, random));
    const problems = await Promise.all(batch.map((call) => answers.problemOf(agent, connections, call)));
    const bad = problems.findIndex((problem) => problem !== null);
    const noticed = await witness.looks(agent, number);
    if (bad < 0 && noticed === null) continue;
    const seen = bad < 0 ? '' : `\n${describeCall(batch[bad] as Call)}\n${problems[bad]}`;
    assert.fail(
      `batch ${number}: ${noticed ?? 'a wrong answer'}${seen}\nalone: ${await culprit(t, batch, connections)}`,
    );
  }
  await assertRestored(t, agent, dataDir, witness);
  const counts = [...answers.counts].sort().map(([status, count]) => `${count} × ${status}`);
  t.diagnostic(`${places.length} places, answers: ${counts.join(', ')}`);
  if (ONLY !== '') return;
  assert.ok(places.length < CALLS, 'each place has its turn');
  // Neither everything is refused before it is looked at, nor everything taken.
  for (const status of [200, 400, 500]) assert.ok((answers.counts.get(status) ?? 0) > CALLS / 50, counts.join());
});
