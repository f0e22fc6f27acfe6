// Damaged first bytes, requests, frames and Raft messages by the hundred at the server port of a whole agent (LICTOR_FUZZ_RPC
// says how many): it lives, answers others, keeps its size, and nothing of its state has changed. And one client's connections
// have their number.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { encode } from '../../../src/msgpack/codec.js';
import { bytes as binary } from '../../../src/msgpack/kinds.js';
import { MAX_MESSAGE_BYTES } from '../../../src/msgpack/limits.js';
import { snappyCompress } from '../../../src/wasm/snappy.js';
import { term } from '../../../src/workers/raft/core/entry.js';
import { FrameBuffer } from '../../../src/workers/raft/transport/frame-buffer.js';
import { RpcType } from '../../../src/workers/raft/transport/messages.js';
import { isPacked, unpacked } from '../../../src/workers/raft/transport/packing.js';
import { decodeRequest } from '../../../src/workers/raft/transport/requests.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { readJson } from '../../data.js';
import { runSeed } from '../../random.js';
import { RawConnection, type RecordedConnection } from './recorded-connection.js';

const AT_ONCE = 40;
/** The first byte of a connection of Raft. */
const RAFT = 1;
/** Of each test, each on a connection of its own. */
const INPUTS = Number(process.env['LICTOR_FUZZ_RPC'] ?? 480);
/** Of which the first are what an agent grows by until its threads have met everything once. */
const SETTLING = 240;
const MOST_GROWTH_BYTES = 80 * 1024 * 1024;
/** `limits.rpc_max_conns_per_client`. */
const MOST_OF_A_CLIENT = 100;
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

/** What was recorded of clients, without the writes that are whole. What has no steps is no connection. */
function recorded(...files: readonly string[]): readonly Buffer[] {
  return files
    .flatMap((file) => readJson(`rpc/${file}.json`) as readonly Partial<RecordedConnection>[])
    .map(({ steps = [] }) => Buffer.from(steps.map(({ dir, hex }) => (dir === 'c' ? (hex ?? '') : '')).join(''), 'hex'))
    .filter((bytes) => bytes.length > 1 && !bytes.includes('Apply') && !bytes.includes('Register'));
}

const requests = recorded('yamux', 'errors');
const subscriptions = recorded('grpc');

const damaged = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...requests) },
      { weight: 1, arbitrary: fc.constantFrom(...subscriptions) },
    ),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
    fc.nat(),
  )
  .map(([bytes, changes, cut]) => {
    const copy = Buffer.from(bytes.subarray(0, 1 + (cut % bytes.length)));
    for (const [at, value] of changes) copy[at % copy.length] = value;
    return copy;
  })
  // What becomes a connection of Raft has its own test.
  .filter(([first]) => first !== RAFT);

/** Each batch is another client's, since what breaks the rules of gRPC is hung up on a second later, and counts until then. */
function clientOf(batch: number): string {
  return `127.1.${(batch >> 8) & 255}.${batch & 255}`;
}

/** Sends each input on its own connection, a batch at a time; somebody else is answered beside each batch. */
async function sendAll(arbitrary: fc.Arbitrary<Uint8Array>): Promise<void> {
  let settledBytes = 0;
  for (let sent = 0; sent < INPUTS; sent += AT_ONCE) {
    if (sent === SETTLING) settledBytes = agent.residentBytes;
    const inputs = fc.sample(arbitrary, { numRuns: AT_ONCE, seed: runSeed * INPUTS + sent });
    const connections = inputs.map((bytes) => {
      const connection = new RawConnection(agent.ports.server, clientOf(sent / AT_ONCE));
      connection.socket.write(bytes);
      return connection;
    });
    await answersPing();
    for (const connection of connections) connection.end();
  }
  const grownBytes = agent.residentBytes - settledBytes;
  assert.ok(grownBytes < MOST_GROWTH_BYTES, `${INPUTS} inputs left ${grownBytes} bytes behind`);
}

test('damaged requests and frames change nothing, and others are served', async () => {
  assert.ok(requests.length > 20);
  assert.ok(subscriptions.length > 1);
  await agent.request('PUT', '/v1/kv/untouched', 'value');
  const keys = (await agent.request('GET', '/v1/kv/?keys')).text;
  await sendAll(damaged);
  assert.equal((await agent.request('GET', '/v1/kv/?keys')).text, keys);
  assert.equal((await agent.request('GET', '/v1/kv/untouched?raw')).text, 'value');
  assert.equal(agent.exited, null);
  assert.doesNotMatch(agent.output, /unexpected error/);
});

function isGarbage(message: Uint8Array): boolean {
  const plain = isPacked(message) ? unpacked(message) : message;
  if (typeof plain === 'string') return true;
  return decodeRequest(plain, 1, { id: '', term: term(1), idAt: () => null }).kind === 'garbage';
}

/** What was recorded between servers that no core should ever see: damaged so that it can't be read, or cut. */
const damagedRaft = fc
  .tuple(
    fc.constantFrom(...(readJson('raft/rpc.json') as { items: readonly { readonly requestHex: string }[] }).items),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    fc.nat(),
    fc.boolean(),
  )
  .map(([{ requestHex }, changes, cut, comesPacked]) => {
    const plain = Buffer.from(requestHex, 'hex');
    const whole = comesPacked ? Buffer.from(encode(binary, snappyCompress(plain), RpcType.packed)) : plain;
    const bytes = Buffer.from(whole.subarray(0, 1 + (cut % whole.length)));
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return bytes;
  })
  .filter((bytes) => {
    const frames = new FrameBuffer(1, 1, MAX_MESSAGE_BYTES);
    frames.push(bytes);
    const message = frames.next();
    return message === null || isGarbage(message);
  });

test('damaged Raft messages change nothing, and this server leads on in its term', async () => {
  await agent.request('PUT', '/v1/kv/untouched', 'value');
  const index = (await agent.request('GET', '/v1/kv/untouched')).headers.get('x-consul-index');
  assert.match(index ?? '', /^[1-9]/);
  const info = await raftInfo();
  assert.equal(info[0], 'Leader');
  await sendAll(damagedRaft.map((bytes) => Buffer.concat([Buffer.of(RAFT), bytes])));
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
  let connections: readonly RawConnection[] = [];
  await waitFor(
    async () => {
      connections = await served(MOST_OF_A_CLIENT);
      return connections.length === MOST_OF_A_CLIENT;
    },
    'the connections of before to be gone',
    30_000,
  );
  assert.deepEqual(
    connections.filter(({ isClosed }) => isClosed),
    [],
  );
  assert.equal(await isTaken(), false);
  connections[0]?.end();
  await waitFor(isTaken, 'a connection to be taken again');
  for (const connection of connections) connection.end();
});

/** So many connections that are served, all open; where one isn't, none. */
async function served(count: number): Promise<readonly RawConnection[]> {
  const connections: RawConnection[] = [];
  while (connections.length < count) {
    const connection = new RawConnection(agent.ports.server);
    connections.push(connection);
    connection.send(`00${PING}`);
    if ((await connection.receive(40)).length === 40) continue;
    for (const one of connections) one.end();
    return [];
  }
  return connections;
}

/** Whether one more connection is served now. */
async function isTaken(): Promise<boolean> {
  const connection = new RawConnection(agent.ports.server);
  connection.send(`00${PING}`);
  const received = await connection.receive(40);
  connection.end();
  return received.length === 40;
}
