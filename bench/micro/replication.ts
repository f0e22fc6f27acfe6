// What entries cost on the wire between three servers on loopback: KV values of 1 KB, of text, which leaves packed, and of random
// characters, which leaves plain since nothing is gained by packing; entries a second beside it. Needs `ss` (iproute2).
//
//   npm run build && node dist/bench/micro/replication.js [seconds]

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type AgentProcess, waitFor } from '../../test/agent-process.js';
import { ThreeServers } from '../../test/integration/cluster/three-servers.js';

const SECONDS = Number(process.argv[2] ?? 5);
const ROUNDS = 3;
const WRITERS = 32;
const VALUE_BYTES = 1024;
const WORDS =
  'service check passing critical node address port tags meta leader session lock key value true false'.split(' ');

/** Settings as people keep them in a KV store. */
function text(): string {
  let value = '{';
  const word = (): string => WORDS[Math.floor(Math.random() * WORDS.length)] ?? '';
  while (value.length < VALUE_BYTES) value += `"${word()}":"${word()}-${Math.floor(Math.random() * 1000)}",`;
  return value.slice(0, VALUE_BYTES);
}

function noise(): string {
  return randomBytes(VALUE_BYTES).toString('base64').slice(0, VALUE_BYTES);
}

/** Sent so far on connections to these ports. */
function sentTo(ports: readonly number[]): number {
  const filter = ports.map((port) => `dport = :${port}`).join(' or ');
  const told = execFileSync('ss', ['-tinHO', `( ${filter} )`], { encoding: 'utf8' });
  return [...told.matchAll(/bytes_sent:(\d+)/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

/** Made before: what the writer costs is the same for both. */
const VALUES = { text: Array.from({ length: 256 }, text), random: Array.from({ length: 256 }, noise) };

async function write(leader: AgentProcess, values: readonly string[]): Promise<{ entries: number; ms: number }> {
  const since = performance.now();
  let entries = 0;
  const writer = async (_: unknown, i: number): Promise<void> => {
    while (performance.now() - since < SECONDS * 1000) {
      const { status } = await leader.request('PUT', `/v1/kv/bench/${i}`, values[entries % values.length]);
      if (status === 200) entries += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return { entries, ms: performance.now() - since };
}

const cluster = new ThreeServers();
try {
  await cluster.startServers();
  const { servers } = cluster;
  const leader = servers[await cluster.leader()] as AgentProcess;
  const others = servers.filter((server) => server !== leader).map(({ ports }) => ports.server);
  await waitFor(async () => (await leader.request('PUT', '/v1/kv/first', 'x')).status === 200, 'a write');
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const name of ['text', 'random'] as const) {
      const before = sentTo(others);
      const { entries, ms } = await write(leader, VALUES[name]);
      const each = (sentTo(others) - before) / entries / others.length;
      console.log(
        `${round} ${name}: ${Math.round(each)} bytes an entry and follower, ${Math.round(entries / (ms / 1000))} entries/s`,
      );
    }
  }
} finally {
  await cluster.stop();
}
