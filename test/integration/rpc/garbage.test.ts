// Damaged requests and frames by the hundred at the server port of a whole agent: it lives, answers others, and nothing of its
// state has changed. And one client's connections have their number.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { MAX_MESSAGE_BYTES } from '../../../src/msgpack/limits.js';
import { term } from '../../../src/workers/raft/core/entry.js';
import { FrameBuffer } from '../../../src/workers/raft/transport/frame-buffer.js';
import { decodeRequest } from '../../../src/workers/raft/transport/requests.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { readJson } from '../../data.js';
import { runSeed } from '../../random.js';
import { RawConnection, type RecordedConnection } from './recorded-connection.js';

const BATCHES = 12;
const AT_ONCE = 40;
/** Damaged Raft messages, each on a connection of its own. */
const RAFT_STREAMS = Number(process.env['LICTOR_FUZZ_RAFT'] ?? 400);
const PING = '82a353657101ad536572766963654d6574686f64ab5374617475732e50696e6780';

let agent: AgentProcess;

before(async () => {
  agent = await startAgent({ args: ['-dev'] });
});
after(() => agent.stop());

async function answersPing(): Promise<void> {
  const connection = new RawConnection(agent.ports.server);
  connection.send(`00${PING}`);
  assert.equal((await connection.receive(40)).length, 40);
  connection.end();
}

/** What was recorded of clients, without the writes that are whole. */
const recorded = ['yamux', 'errors']
  .flatMap((file) => readJson(`rpc/${file}.json`) as readonly RecordedConnection[])
  .map(({ steps }) => Buffer.from(steps.map(({ dir, hex }) => (dir === 'c' ? (hex ?? '') : '')).join(''), 'hex'))
  .filter((bytes) => bytes.length > 1 && !bytes.includes('Apply') && !bytes.includes('Register'));

const damaged = fc
  .tuple(fc.constantFrom(...recorded), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
  .map(([bytes, changes, cut]) => {
    const copy = Buffer.from(bytes.subarray(0, 1 + (cut % bytes.length)));
    for (const [at, value] of changes) if (copy.length > 1) copy[1 + (at % (copy.length - 1))] = value;
    return copy;
  });

test('damaged requests and frames change nothing, and others are served', async () => {
  assert.ok(recorded.length > 20);
  await agent.request('PUT', '/v1/kv/untouched', 'value');
  const keys = (await agent.request('GET', '/v1/kv/?keys')).text;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const inputs = fc.sample(damaged, { numRuns: AT_ONCE, seed: runSeed * BATCHES + batch });
    const connections = inputs.map((bytes) => {
      const connection = new RawConnection(agent.ports.server);
      connection.socket.write(bytes);
      return connection;
    });
    await answersPing();
    for (const connection of connections) connection.end();
  }
  assert.equal((await agent.request('GET', '/v1/kv/?keys')).text, keys);
  assert.equal((await agent.request('GET', '/v1/kv/untouched?raw')).text, 'value');
  assert.equal(agent.exited, null);
  assert.doesNotMatch(agent.output, /unexpected error/);
});

/** What was recorded between servers that no core should ever see: damaged so that it can't be read, or cut. */
const damagedRaft = fc
  .tuple(
    fc.constantFrom(...(readJson('raft/rpc.json') as { items: readonly { readonly requestHex: string }[] }).items),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    fc.nat(),
  )
  .map(([{ requestHex }, changes, cut]) => {
    const whole = Buffer.from(requestHex, 'hex');
    const bytes = Buffer.from(whole.subarray(0, 1 + (cut % whole.length)));
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return bytes;
  })
  .filter((bytes) => {
    const frames = new FrameBuffer(1, 1, MAX_MESSAGE_BYTES);
    frames.push(bytes);
    const message = frames.next();
    return (
      message === null || decodeRequest(message, 1, { id: '', term: term(1), idAt: () => null }).kind === 'garbage'
    );
  });

test('damaged Raft messages change nothing, and this server leads on in its term', async () => {
  await agent.request('PUT', '/v1/kv/untouched', 'value');
  const index = (await agent.request('GET', '/v1/kv/untouched')).headers.get('x-consul-index');
  assert.match(index ?? '', /^[1-9]/);
  const info = await raftInfo();
  assert.equal(info[0], 'Leader');
  for (let sent = 0; sent < RAFT_STREAMS; sent += AT_ONCE) {
    const inputs = fc.sample(damagedRaft, { numRuns: AT_ONCE, seed: runSeed * RAFT_STREAMS + sent });
    const connections = inputs.map((bytes) => {
      const connection = new RawConnection(agent.ports.server);
      connection.socket.write(Buffer.concat([Buffer.of(1), bytes]));
      return connection;
    });
    await answersPing();
    for (const connection of connections) connection.end();
  }
  assert.equal((await agent.request('GET', '/v1/kv/untouched')).headers.get('x-consul-index'), index);
  assert.deepEqual(await raftInfo(), info);
  assert.equal(agent.exited, null);
  assert.doesNotMatch(agent.output, /unexpected error/);
});

async function raftInfo(): Promise<readonly unknown[]> {
  const { Stats } = JSON.parse((await agent.request('GET', '/v1/agent/self')).text) as {
    readonly Stats: { readonly raft: { readonly [name: string]: string } };
  };
  return [Stats.raft['state'], Stats.raft['term'], Stats.raft['num_peers']];
}

test("beyond a client's number a connection is closed, until one of its others is", async () => {
  await waitFor(isTaken, 'the connections of before to be gone');
  const connections: RawConnection[] = [];
  for (let i = 0; i < 100; i += 1) {
    const connection = new RawConnection(agent.ports.server);
    connection.send(`00${PING}`);
    connections.push(connection);
    await connection.receive(40);
  }
  assert.deepEqual(
    connections.filter(({ isClosed }) => isClosed),
    [],
  );
  assert.equal(await isTaken(), false);
  connections.pop()?.end();
  await waitFor(isTaken, 'a connection to be taken again');
  for (const connection of connections) connection.end();
});

/** Whether one more connection is served now. */
async function isTaken(): Promise<boolean> {
  const connection = new RawConnection(agent.ports.server);
  connection.send(`00${PING}`);
  const received = await connection.receive(40);
  connection.end();
  return received.length === 40;
}
