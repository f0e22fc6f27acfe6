// The server port of a whole agent, asked with bytes recorded from stock clients and from hand-made connections (spec/rpc.md,
// section 11): it answers with the recorded bytes, addresses and tokens aside.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { readJson } from '../../data.js';
import { RawConnection, type RecordedConnection, saidOnStreams } from './recorded-connection.js';

interface RecordedCall {
  readonly label: string;
  readonly method: string;
  readonly request: { readonly header_hex: string; readonly body_hex: string };
  readonly response: {
    readonly header_hex: string;
    readonly body_hex: string;
    readonly header: { readonly Error: string };
  };
}

let agent: AgentProcess;

before(async () => {
  agent = await startAgent({ args: ['-dev'] });
});
after(() => agent.stop());

const connections = (file: string) => readJson(`rpc/${file}.json`) as readonly RecordedConnection[];
const calls = (file: string) => readJson(`rpc/${file}.json`) as readonly RecordedCall[];

/** The recording server's address, as this agent has it. */
function here(hex: string): string {
  const recorded = Buffer.from('\xaf127.0.0.1:21300', 'latin1').toString('hex');
  const address = `127.0.0.1:${agent.ports.server}`;
  const own = Buffer.from(String.fromCharCode(0xa0 + address.length) + address, 'latin1').toString('hex');
  return hex.replaceAll(recorded, own);
}

async function singleCall(header: string, body: string, expected: string): Promise<string> {
  const connection = new RawConnection(agent.ports.server);
  connection.send(`00${header}${body}`);
  const received = await connection.receive(expected.length / 2);
  connection.end();
  return received.toString('hex');
}

for (const { name, steps } of connections('first-byte')) {
  const closes = steps.some(({ dir }) => dir === 's-eof');
  if (!closes) continue;
  test(`first byte: ${name}: closed with nothing written`, async () => {
    const connection = new RawConnection(agent.ports.server);
    for (const { hex } of steps) if (hex !== undefined) connection.send(hex);
    await connection.closed();
    assert.equal(connection.received.length, 0);
  });
}

test('status calls are answered as recorded', async () => {
  const asked = calls('status').filter(({ method }) => method !== 'Status.RaftStats');
  assert.ok(asked.length >= 4);
  for (const { label, request, response } of asked) {
    const expected = here(response.header_hex + response.body_hex);
    assert.equal(await singleCall(request.header_hex, request.body_hex, expected), expected, label);
  }
});

/** Left out: what depends on tokens, and the session that the recording had. */
const KV_CALLS =
  /^kv-(put|put-binary|put-empty|put-large|cas-fail|delete|delete-cas|delete-tree|acquire-again)$|^other-dc$/;

test('writes of keys are answered as recorded, and take effect', async () => {
  for (const { label, request, response } of calls('kv')) {
    if (!KV_CALLS.test(label) || request.body_hex === undefined) continue;
    const expected = response.header_hex + response.body_hex;
    assert.equal(await singleCall(request.header_hex, request.body_hex, expected), expected, label);
  }
  assert.equal((await agent.request('GET', '/v1/kv/a/b?raw')).text, 'hello');
  assert.equal((await agent.request('GET', '/v1/kv/a/empty')).status, 404);
});

/** Those that ask for what isn't there yet, or whose answer depends on a token or on the recording's state. */
const LATER_OR_OTHER =
  /^(error reply keeps|body missing|unknown fields|string value as str8|numbers as|renew of|remote exec|raft stats|service list|virtual|bootstrap again|invalid token)/;

for (const { name, steps } of connections('errors')) {
  if (LATER_OR_OTHER.test(name)) continue;
  test(`one stream: ${name}`, async () => {
    const connection = new RawConnection(agent.ports.server);
    let expected = '';
    for (const { dir, hex } of steps) {
      if (dir === 'c' && hex !== undefined) {
        // What is asked behind a close is not asked at all.
        await connection.receive(expected.length / 2);
        connection.send(hex);
      }
      if (dir === 's') expected += here(hex ?? '');
    }
    await connection.receive(expected.length / 2);
    if (steps.some(({ dir }) => dir === 's-eof')) await connection.closed();
    assert.equal(connection.received.toString('hex'), expected);
    connection.end();
  });
}

/** Told apart where lictor serves on: stock closes the session after a stream that was ended before anything was said. */
const OTHERWISE = /^(second FIN|stock client agent|value larger|blocking query)/;

for (const { name, steps } of connections('yamux')) {
  if (OTHERWISE.test(name)) continue;
  test(`yamux: ${name}`, async () => {
    const connection = new RawConnection(agent.ports.server);
    const recorded: Buffer[] = [];
    for (const { dir, hex = '', length } of steps) {
      if (dir === 's') recorded.push(Buffer.from(here(hex), 'hex'));
      if (dir !== 'c') continue;
      await connection.receive(Buffer.concat(recorded).length);
      connection.send(hex);
      if (length !== undefined) connection.socket.write(Buffer.alloc(length - hex.length / 2));
    }
    const expected = Buffer.concat(recorded);
    await connection.receive(expected.length);
    if (steps.some(({ dir }) => dir === 's-eof')) await connection.closed();
    assert.deepEqual(saidOnStreams(connection.received), saidOnStreams(expected));
    connection.end();
  });
}
