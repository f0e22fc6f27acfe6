// The official Go client (github.com/hashicorp/consul/api) through a client agent of three servers: what programs do with
// each part of it (`go/`) finds what it has to find, and a lock is kept while the leader dies.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { waitFor } from '../../agent-process.js';
import { ThreeServers } from '../../integration/cluster/three-servers.js';
import { skipWithout, stockNodes } from '../gossip/programs.js';

/** The one that restores a snapshot comes last: it takes away what the others left. */
const SUBJECTS = [
  ...['keys', 'reads', 'sessions', 'locks', 'semaphores', 'catalog', 'transactions', 'health', 'services', 'checks'],
  ...['maintenance', 'agent', 'events', 'watches', 'operator', 'snapshots'],
];
const DEADLINE_MS = 240_000;

const run = promisify(execFile);
const skip = skipWithout('go');
const [program] = stockNodes(skip, 'api');
const cluster = new ThreeServers();

before(async () => {
  if (skip === false) await cluster.start();
});
after(() => cluster.stop());

function addressOfClient(): string {
  return `127.0.0.1:${cluster.client.ports.http}`;
}

describe('the Go client through a client agent', { concurrency: false, skip }, () => {
  for (const subject of SUBJECTS) {
    it(subject, async () => {
      await run(program, [addressOfClient(), subject], { timeout: DEADLINE_MS });
    });
  }

  it('keeps its lock while the leader is killed and another is elected', async () => {
    const holder = spawn(program, [addressOfClient(), 'held-lock'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(holder, 'exit') as Promise<[number | null]>;
    try {
      const lines = readline.createInterface({ input: holder.stdout });
      const said = await Promise.race([once(lines, 'line'), ended]);
      assert.deepEqual(said, ['held']);
      const dead = await cluster.leader();
      await cluster.servers[dead]?.kill();
      await waitFor(async () => (await cluster.leader()) !== dead, 'another leader');
      await cluster.startAgain(dead);
      await cluster.settled();
      holder.stdin.end();
      const [code] = await ended;
      assert.equal(code, 0);
    } finally {
      holder.kill('SIGKILL');
    }
  });
});
