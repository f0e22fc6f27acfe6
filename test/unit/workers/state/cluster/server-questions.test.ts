// A server's questions to another: over a connection of its own, answered in time or not at all.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, test } from 'node:test';
import { encode } from '../../../../../src/msgpack/codec.js';
import { list } from '../../../../../src/msgpack/collections.js';
import { text, u64 } from '../../../../../src/msgpack/kinds.js';
import { struct } from '../../../../../src/msgpack/struct.js';
import { serverQuestions } from '../../../../../src/workers/state/cluster/server-questions.js';
import { statusRaftStats } from '../../../../../src/workers/state/methods/status.js';

const header = struct<{ Error: string; Seq: number | bigint; ServiceMethod: string }>({
  Error: text,
  Seq: u64,
  ServiceMethod: text,
});
const stats = struct<{ LastContact: string; LastIndex: number | bigint; LastTerm: number | bigint }>({
  LastContact: text,
  LastIndex: u64,
  LastTerm: u64,
});
const OWN = '10.0.0.1:8300';
const own = {
  peers: () => Promise.resolve([OWN]),
  raftStats: () => Promise.resolve({ LastContact: '0', LastTerm: 3, LastIndex: 30 }),
};
const questions = serverQuestions(OWN, 'dc1', own);
const listeners: net.Server[] = [];

after(() => {
  for (const listener of listeners) listener.close();
});

/** Answers each connection's first request with these pieces, one a turn. */
async function answering(...pieces: readonly Uint8Array[]): Promise<{ address: string; got: () => string }> {
  let got = '';
  const listener = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', async (request) => {
      got = request.toString('hex');
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
    });
  });
  listeners.push(listener);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as net.AddressInfo;
  return { address: `127.0.0.1:${port}`, got: () => got };
}

function answered(method: string, error = ''): Uint8Array {
  return encode(header, { Error: error, Seq: 1, ServiceMethod: method });
}

test('a server asks itself without a socket', async () => {
  assert.deepEqual(await questions.peers(OWN), [OWN]);
  assert.deepEqual(await questions.raftStats(OWN), { LastContact: '0', LastTerm: 3, LastIndex: 30 });
});

test('the question is one request behind the first byte, the answer may come in pieces', async () => {
  const whole = Buffer.concat([answered('Status.Peers'), encode(list(text), ['10.0.0.2:8300', '10.0.0.3:8300'])]);
  const { address, got } = await answering(...Array.from(whole, (byte) => Uint8Array.of(byte)));
  assert.deepEqual(await questions.peers(address), ['10.0.0.2:8300', '10.0.0.3:8300']);
  const request = `00 82 a3${hex('Seq')} 01 ad${hex('ServiceMethod')} ac${hex('Status.Peers')} 81 aa${hex('Datacenter')} a3${hex('dc1')}`;
  assert.equal(got(), request.replaceAll(' ', ''));
});

test('the method that others ask is named as the question is', () => {
  assert.equal(statusRaftStats.name, 'Status.RaftStats');
});

test('nil is no peers', async () => {
  const { address } = await answering(answered('Status.Peers'), Uint8Array.of(0xc0));
  assert.deepEqual(await questions.peers(address), []);
});

test('Raft figures come with their numbers', async () => {
  const reply = encode(stats, { LastContact: '35.164ms', LastIndex: 77, LastTerm: 4 });
  const { address } = await answering(answered('Status.RaftStats'), reply);
  assert.deepEqual(await questions.raftStats(address), { LastContact: '35.164ms', LastTerm: 4, LastIndex: 77 });
});

test('an error, bytes that are no answer, an end and silence are no answer', async (t) => {
  const { address: refusing } = await answering(answered('Status.Peers', "rpc: can't find"), Uint8Array.of(0x80));
  assert.equal(await questions.peers(refusing), null);
  const { address: raving } = await answering(Uint8Array.of(0xc1, 0xc1));
  assert.equal(await questions.peers(raving), null);
  const { address: endless } = await answering(Buffer.alloc(100_000, 0xdb));
  assert.equal(await questions.peers(endless), null);
  assert.equal(await questions.peers('127.0.0.1:1'), null);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { address: silent } = await answering();
  const answer = questions.peers(silent);
  t.mock.timers.tick(1_500);
  assert.equal(await answer, null);
});

function hex(value: string): string {
  return Buffer.from(value).toString('hex');
}
