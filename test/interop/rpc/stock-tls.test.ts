// The server port under TLS with Go's crypto/tls, yamux and net/rpc at its other end: a stock peer that asks a lictor server, with
// a certificate of its own and with one it is given, and a stock server that lictor's pool asks.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { ServerDialer } from '../../../src/tls/server-dialer.js';
import { kvGet } from '../../../src/workers/state/methods/kvs.js';
import { statusLeader } from '../../../src/workers/state/methods/status.js';
import { RpcPool } from '../../../src/workers/state/rpc/pool/pool.js';
import { ServerAsker } from '../../../src/workers/state/rpc/server-asker.js';
import { startAgent } from '../../agent-process.js';
import { NO_TLS, TestAuthority } from '../../tls.js';
import { skipWithout, stockNodes } from '../gossip/programs.js';

const NAME = 'server.dc1.consul';
const skip = skipWithout('go');
const [program] = stockNodes(skip, 'rpc');

type Line = { readonly [name: string]: unknown };

/** What the program says until it ends; fails where it doesn't end well. */
async function stock(order: object): Promise<readonly Line[]> {
  const child = spawn(program, [JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  for await (const line of createInterface(child.stdout)) lines.push(JSON.parse(line) as Line);
  assert.deepEqual(
    lines.filter(({ error }) => error !== undefined),
    [],
  );
  return lines;
}

test('a stock peer asks a server that demands certificates, by one of its own and by one it is given', {
  skip,
}, async (context) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-stock-tls-'));
  const authority = await TestAuthority.make();
  const files = authority.write(folder, await authority.leaf([NAME]));
  const settings = `tls { internal_rpc {\n${files}verify_incoming = true\nverify_server_hostname = true\n} }`;
  const agent = await startAgent({
    node: 'server',
    args: ['-dev', `-hcl=${settings} auto_encrypt { allow_tls = true }`],
  });
  context.after(async () => {
    await agent.stop();
    fs.rmSync(folder, { recursive: true });
  });
  assert.equal((await agent.request('PUT', '/v1/kv/a', 'for Go')).text, 'true');
  const Address = `127.0.0.1:${agent.ports.server}`;
  const about = { Do: 'ask', Address, CA: authority.pem, ServerName: NAME, KV: 'a' };
  const { cert: Cert, key: Key } = await authority.leaf(['client.dc1.consul']);
  const [asked] = await stock({ ...about, Cert, Key });
  assert.deepEqual(
    { leader: asked?.['leader'], values: asked?.['values'], tls: asked?.['tls'] },
    { leader: Address, values: ['for Go'], tls: 'TLS 1.3' },
  );
  const [given, again] = await stock({ ...about, Node: 'from-go' });
  const trustDomain = String(given?.['trustDomain']);
  assert.match(trustDomain, /^[0-9a-f-]{36}\.consul$/);
  assert.deepEqual(given, {
    agent: 'from-go',
    uri: `spiffe://${trustDomain}/agent/client/dc/dc1/id/from-go`,
    trustDomain,
    hours: 72,
    manualRoots: 1,
    verifyHostname: true,
  });
  assert.deepEqual(again?.['values'], ['for Go']);
});

test('a stock server that demands certificates is asked by the pool, which verifies its name', {
  skip,
}, async (context) => {
  const authority = await TestAuthority.make();
  const { cert: Cert, key: Key } = await authority.leaf([NAME]);
  const order = { Do: 'serve', CA: authority.pem, Cert, Key };
  const child = spawn(program, [JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value } = (await lines.next()) as { readonly value: string };
  const address = `127.0.0.1:${(JSON.parse(value) as { readonly port: number }).port}`;
  const pair = await authority.leaf(['client.dc1.consul']);
  const poolOf = (datacenter: string): ServerAsker => {
    const internalRpc = authority.stanza(pair, { verifyOutgoing: true, verifyServerHostname: true });
    const tls = { internalRpc, https: NO_TLS, grpc: NO_TLS, serverName: '', enableAgentTlsForChecks: false };
    const pool = new RpcPool({
      idleMs: 120_000,
      dialer: new ServerDialer({ tls, datacenter, dns: { domain: 'consul' } }),
    });
    context.after(() => pool.close());
    return new ServerAsker({ pool, bootstrap: null, clientTimeoutMs: () => 10_000, holdMs: () => 1_000 });
  };
  const asker = poolOf('dc1');
  assert.deepEqual(await asker.write(address, statusLeader, null, 'dc1', ''), { ok: true, value: 'client.dc1.consul' });
  const settings = { consistency: 'default', minIndex: 0, waitMs: 0, maxStaleMs: 0 } as const;
  const read = (key: string) =>
    new Promise((resolve) => void asker.read(address, kvGet, key, settings, 'dc1', '', resolve));
  const found = (await read('a')) as { readonly ok: boolean; readonly index: number; readonly value: object };
  assert.equal(found.ok, true);
  assert.equal(found.index, 42);
  assert.match(JSON.stringify(found.value), /"Flags":7/);
  assert.match(JSON.stringify(await read('missing')), /rpc error making call: no such key: missing/);
  assert.match(
    JSON.stringify(await poolOf('dc2').write(address, statusLeader, null, 'dc2', '')),
    /certificate is valid for server\.dc1\.consul, not server\.dc2\.consul/,
  );
});
