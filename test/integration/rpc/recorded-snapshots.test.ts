// First byte 5 of a whole agent, asked with bytes recorded from a stock client agent and from hand-made connections
// (spec/rpc.md, section 6): it answers with the recorded bytes, indexes aside, and a saved archive can be restored.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { readJson } from '../../data.js';
import { soundFiles, tarOf } from '../../unit/archive/archive.js';
import type { RecordedConnection } from './recorded-connection.js';

const recorded = readJson('rpc/snapshot.json') as readonly RecordedConnection[];
let agent: AgentProcess;

before(async () => {
  agent = await startAgent({ args: ['-dev'] });
});
after(() => agent.stop());

/** All that comes back for bytes and a half close, until the other side closes. */
async function ask(...parts: readonly Buffer[]): Promise<Buffer> {
  const socket = net.connect({ port: agent.ports.server, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(Buffer.concat(parts));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function sent({ steps }: RecordedConnection): Buffer {
  return Buffer.from(steps.map(({ dir, hex = '' }) => (dir === 'c' ? hex : '')).join(''), 'hex');
}

const GZIP = Buffer.from('1f8b', 'hex');

/** Without an archive, and without an index: `ab4b…` is KnownLeader's key. */
function answered(bytes: Buffer): string {
  const end = bytes.indexOf(GZIP);
  return bytes
    .subarray(0, end < 0 ? bytes.length : end)
    .toString('hex')
    .replace(/(a5496e646578)(?:(?!ab4b6e6f776e).)+/, '$1');
}

// Refused for want of a token; there are no tokens yet.
for (const connection of recorded.filter(({ name }) => !name.includes('without token'))) {
  test(connection.name, async () => {
    const answer = connection.steps.find(({ dir, hex }) => dir === 's' && hex !== undefined);
    const got = await ask(sent(connection));
    const expected = Buffer.from(answer?.hex ?? '', 'hex');
    assert.equal(answered(got), answered(expected));
    assert.equal(got.includes(GZIP), expected.includes(GZIP), 'an archive');
  });
}

function named(name: string): Buffer {
  const found = recorded.find((connection) => connection.name === name);
  assert.ok(found, name);
  return sent(found);
}

test('what was saved is restored, also in small pieces', async () => {
  await agent.request('PUT', '/v1/kv/kept', 'yes');
  const saved = await ask(named('snapshot save'));
  await agent.request('PUT', '/v1/kv/kept', 'no');
  const archive = saved.subarray(saved.indexOf(GZIP));
  const request = named('snapshot restore of nothing');
  const socket = net.connect({ port: agent.ports.server, host: '127.0.0.1', allowHalfOpen: true });
  socket.setNoDelay(true);
  for (const byte of request) socket.write(Uint8Array.of(byte));
  for (let at = 0; at < archive.length; at += 100) socket.write(archive.subarray(at, at + 100));
  socket.end();
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  assert.match(Buffer.concat(chunks).toString('latin1'), /\xa5Error\xa0/);
  assert.equal((await agent.request('GET', '/v1/kv/kept?raw')).text, 'yes');
});

test('a sound archive whose state is none changes nothing', async () => {
  const archive = gzipSync(tarOf(soundFiles()));
  const got = await ask(named('snapshot restore of nothing'), archive);
  assert.match(got.toString('latin1'), /failed to restore snapshot: /);
  assert.equal((await agent.request('GET', '/v1/kv/kept?raw')).text, 'yes');
});

test('what is no request is closed with nothing written', async () => {
  for (const hex of ['05c1', '05', '0593', '0581a44f', '05dbffffffff']) {
    assert.equal((await ask(Buffer.from(hex, 'hex'))).length, 0, hex);
  }
});
