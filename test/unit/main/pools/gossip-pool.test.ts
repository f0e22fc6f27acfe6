// Pools on real sockets: whoever asks one for something gets an answer, also when it closes meanwhile or lost its name.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { NO_HOOKS } from '../../../../src/main/gossip/core/hooks.js';
import { CONSUL_LAN } from '../../../../src/main/gossip/core/settings.js';
import { CONSUL_SERF } from '../../../../src/main/gossip/serf/pool/options.js';
import { GossipPool } from '../../../../src/main/pools/gossip-pool.js';
import type { PoolObserver } from '../../../../src/main/pools/pool-news.js';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { Metrics } from '../../../../src/observe/metrics.js';
import { waitFor } from '../../../agent-process.js';
import { freePort } from '../../../ports.js';

const DEADLINE_MS = 30_000;
const SILENT: PoolObserver = {
  onMembers: () => undefined,
  onSuspected: () => undefined,
  onUserEvent: () => undefined,
  onQuit: () => undefined,
};
const opened: GossipPool[] = [];
after(() => Promise.all(opened.map((pool) => pool.close())));

interface TestPool {
  readonly pool: GossipPool;
  readonly address: string;
}

interface Changes {
  /** The time that queries have and news takes to spread are multiples of it. */
  readonly gossipIntervalMs?: number;
  readonly onQuit?: () => void;
  readonly snapshotPath?: string;
}

async function open(selfName: string, changes: Changes = {}): Promise<TestPool> {
  const { gossipIntervalMs = 10, onQuit = SILENT.onQuit, snapshotPath = null } = changes;
  const port = await freePort();
  const result = await GossipPool.open({
    profile: {
      pool: 'lan',
      selfName,
      addresses: { bindAddress: '127.0.0.1', advertiseAddress: '127.0.0.1', port },
      gossip: { ...CONSUL_LAN, gossipIntervalMs },
      serf: CONSUL_SERF,
      tags: new Map([['role', 'node']]),
      rules: { refuseAlive: () => null, refuseSource: () => null, refuseMerge: NO_HOOKS.refuseMerge },
      dataDir: null,
      snapshotPath,
    },
    config: {
      disableKeyringFile: true,
      encryptKey: '',
      encryptVerifyIncoming: true,
      encryptVerifyOutgoing: true,
      rejoinAfterLeave: false,
    },
    logger: new Logger('agent', new LogSink('error', () => {})),
    metrics: new Metrics(),
    observer: { ...SILENT, onQuit },
  });
  assert.ok(result.ok);
  opened.push(result.value);
  return { pool: result.value, address: `127.0.0.1:${port}` };
}

async function joined(pool: GossipPool, address: string): Promise<void> {
  assert.deepEqual(await pool.join([address]), { joined: 1, errors: [] });
}

const CLOSED = 'the LAN pool is closed';
const NO_KEY = new Uint8Array(0);

test('what a pool is asked while it closes, or after, is answered', async () => {
  // Nothing is spread and no query ends before the pool is closed.
  const slow = { gossipIntervalMs: 60_000 };
  const [asked, other, third] = [await open('a', slow), await open('b', slow), await open('c', slow)];
  for (const { address } of [other, third]) await joined(asked.pool, address);
  const questions = [
    asked.pool.forceLeave('b', false),
    asked.pool.forceLeave('b', true),
    asked.pool.keyring('list', NO_KEY, 0).then(({ error }) => error),
    asked.pool.leave().then(() => 'left'),
  ];
  await asked.pool.close();
  assert.deepEqual(await Promise.all(questions), [CLOSED, CLOSED, CLOSED, 'left']);
  assert.equal(await asked.pool.forceLeave('b', false), CLOSED);
  const { pool, numNodes, error } = await asked.pool.keyring('install', NO_KEY, 0);
  assert.deepEqual([pool, numNodes, error], ['lan', 0, CLOSED]);
  assert.equal(asked.pool.userEvent('e', null), CLOSED);
  assert.deepEqual(await asked.pool.join([other.address]), {
    joined: 0,
    errors: ["Serf can't Join after Leave or Shutdown"],
  });
  await asked.pool.leave();
});

test('who lost its name to another answers what it is asked', async () => {
  const [holder, witness] = [await open('twin'), await open('w')];
  await joined(witness.pool, holder.address);
  let hasQuit = false;
  const onQuit = () => {
    hasQuit = true;
  };
  const loser = await open('twin', { onQuit });
  await joined(loser.pool, witness.address);
  await waitFor(() => hasQuit, 'the vote to be lost', DEADLINE_MS);
  assert.equal(await loser.pool.forceLeave('w', false), CLOSED);
  assert.equal((await loser.pool.keyring('list', NO_KEY, 0)).error, CLOSED);
  await loser.pool.leave();
});

test('nobody who is not there is forced out, and no name is taken for another', async () => {
  const { pool } = await open('Node-A');
  assert.equal(await pool.forceLeave('ghost', false), "there is no member 'ghost'");
  assert.deepEqual(
    ['Node-A', 'node-a', 'NODE-A', 'node-b', 'node'].map((name) => pool.nameOf(name)),
    ['Node-A', 'Node-A', 'Node-A', null, null],
  );
});

test('a leave that is asked for twice is one leave, and both wait for its end', async () => {
  const [leaver, other] = [await open('a'), await open('b')];
  await joined(leaver.pool, other.address);
  const [first, second] = [leaver.pool.leave(), leaver.pool.leave()];
  let isOver = false;
  void first.then(() => {
    isOver = true;
  });
  await second;
  assert.ok(isOver);
  const statusOf = () => [...other.pool.members].find(({ name }) => name === 'a')?.status;
  await waitFor(() => statusOf() === 'left', 'the other to hear of it', DEADLINE_MS);
});

test('a snapshot full of nonsense leads to the pool all the same, and is written anew without it', async (context) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-pool-'));
  context.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  const snapshotPath = path.join(directory, 'serf', 'local.snapshot');
  fs.mkdirSync(path.dirname(snapshotPath));
  const other = await open('other');
  const addresses = [
    '',
    'x',
    '1.2.3',
    '127.0.0.1:0',
    '127.0.0.1:1',
    '255.255.255.255:9',
    '[fe80::1%lo]:9',
    '127.0.0.1:99999',
  ];
  const names = ['', ' ', '__proto__', 'a b', '\0', '\u2028', 'leave', 'alive: x'];
  const lines = addresses.flatMap((address) => names.map((name) => `alive: ${name}${addresses.length} ${address}`));
  const bytes = [
    randomBytes(200_000),
    `\n${lines.join('\n')}\nalive: other ${other.address}\ncoordinate: {"Vec":[0]}\n# comment\nclock: 1e9\nclock: 5\r\n`,
    'alive: torn 127.0.0.1:',
  ];
  fs.writeFileSync(snapshotPath, Buffer.concat(bytes.map((part) => Buffer.from(part))));
  const { pool } = await open('back', { snapshotPath });
  const isThere = () => [...pool.members].some(({ name }) => name === 'other');
  await waitFor(isThere, 'the other to be found', DEADLINE_MS);
  const text = () => fs.readFileSync(snapshotPath, 'utf8');
  await waitFor(() => text().length < 20_000, 'the file to be written anew', DEADLINE_MS);
  assert.match(text(), /^alive: back .*$/m);
  assert.match(text(), /^alive: other .*$/m);
});
