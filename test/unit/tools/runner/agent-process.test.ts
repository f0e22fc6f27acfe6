// What a test hears when the agent it stops doesn't end, or wrote that its descriptors are in disorder.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { AgentProcess, waitFor } from '../../../agent-process.js';

const PORTS = { http: 0, dns: 0, server: 0, serfLan: 0, serfWan: 0, grpc: 0, grpcTls: 0 };

/** A process that runs `program` in an agent's place, and has said "ready". */
async function inPlaceOfAgent(program: string): Promise<AgentProcess> {
  const source = `${program}; console.log('ready'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'pipe'] });
  const agent = new AgentProcess(child, PORTS);
  await waitFor(() => agent.output.includes('ready'), 'the process to run');
  return agent;
}

test('an agent that does not end on SIGTERM is killed, and that is an error with its output', async () => {
  const agent = await inPlaceOfAgent(`process.on('SIGTERM', () => console.log('no, I stay'))`);
  await assert.rejects(agent.stop(200), /didn't end 200 ms after SIGTERM:\nready\n/);
  assert.equal(agent.exited?.signal, 'SIGKILL');
});

test('an agent that ends in time gives its exit code', async () => {
  const agent = await inPlaceOfAgent(`process.on('SIGTERM', () => process.exit(7))`);
  assert.equal(await agent.stop(), 7);
});

test("node's warning about descriptors is an error, even when it is the last that an agent writes", async () => {
  const warning = 'Warning: File descriptor 41 opened in unmanaged mode twice';
  const agent = await inPlaceOfAgent(`process.on('SIGTERM', () => { console.error('${warning}'); process.exit(0); })`);
  await assert.rejects(agent.stop(), /file descriptors: Warning: File descriptor 41 opened/);
});
