// The port of gRPC on a client agent: health, reflection and DNS, which its servers answer; on a unix socket as well. What is a
// server's to serve isn't known there.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Protocol, query } from '../../../src/workers/state/grpc/messages/dns.js';
import { check, Serving } from '../../../src/workers/state/grpc/messages/health.js';
import { watchServers } from '../../../src/workers/state/grpc/messages/server-discovery.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { PublicClient } from './public-client.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-grpc-client-'));
const socket = path.join(folder, 'grpc.sock');
const agents: AgentProcess[] = [];
let client: PublicClient;

before(async () => {
  const server = await startAgent({ node: 'srv', args: ['-dev'] });
  agents.push(server);
  const join = `-retry-join=127.0.0.1:${server.ports.serfLan}`;
  const places = `addresses { grpc = "127.0.0.1 unix://${socket}" } ports { dns = -1 }`;
  agents.push(
    await startAgent({ node: 'cli', args: [`-data-dir=${folder}/data`, join, '-hcl', places, '-dns-port=-1'] }),
  );
  client = new PublicClient(`unix:${socket}`);
});
after(async () => {
  client.close();
  for (const agent of agents.reverse()) await agent.stop();
  fs.rmSync(folder, { recursive: true });
});

test('health on both addresses, and nothing that servers have', async () => {
  const other = new PublicClient(`127.0.0.1:${agents[1]?.ports.grpc}`);
  try {
    for (const one of [client, other]) {
      assert.deepEqual(await one.answer(check, { service: '' }), { status: Serving.serving });
      assert.equal((await one.watch(watchServers, { wan: false }).end()).code, 12);
    }
  } finally {
    other.close();
  }
});

test('DNS is answered by the servers, also where the agent has no port for it', async () => {
  const name = Buffer.from('\x03srv\x04node\x06consul\0', 'latin1');
  const msg = Buffer.concat([Buffer.from('123401000001000000000000', 'hex'), name, Buffer.from([0, 1, 0, 1])]);
  await waitFor(async () => {
    const { msg: reply } = await client.answer(query, { msg, protocol: Protocol.udp });
    return Buffer.from(reply).includes(Buffer.from([0, 4, 127, 0, 0, 1]));
  }, 'the address of the server');
});
