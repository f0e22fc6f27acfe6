// An operator says in `peers.json` who is left: the real thread over a real directory.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, type TestContext, test } from 'node:test';
import { endWorkers, RunningWorker, SERVER_ID } from './running-worker.js';

const SELF = { id: SERVER_ID, address: '127.0.0.1:8300', non_voter: false };
const LOST = [2, 3].map((i) => ({ id: `lost-${i}`, address: `127.0.0.1:${i}`, non_voter: false }));

afterEach(endWorkers);

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lictor-peers-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function say(dataDir: string, peers: unknown): void {
  writeFileSync(join(dataDir, 'raft/peers.json'), typeof peers === 'string' ? peers : JSON.stringify(peers));
}

async function refusal(dataDir: string): Promise<string> {
  const worker = new RunningWorker({ dataDir });
  await worker.ended();
  assert.ok(worker.fatal);
  return worker.fatal;
}

/** A server of three, of which it has never met the others since. */
async function lonely(dataDir: string, texts: readonly string[]): Promise<void> {
  const first = new RunningWorker({ dataDir });
  await first.leading();
  await first.propose(...texts);
  const order = { order: 'add-nonvoter', id: 'gone', address: '127.0.0.1:4' } as const;
  first.send({ kind: 'order', request: 99, order });
  await first.until('a configuration in the log', () => first.state.answers.has('ordered 99'));
  await first.stop();
  say(dataDir, [SELF, ...LOST]);
  const second = new RunningWorker({ dataDir });
  await second.until('the recovery', () => second.lines.some((line) => line.includes('deleted peers.json')));
  await second.until('the start', () => second.lines.some((line) => line.includes('waiting for its peers')));
  await second.stop();
}

test('who is alone of three leads again with all that it has, over restarts', async (context) => {
  const dataDir = directory(context);
  await lonely(dataDir, ['one', 'two']);
  assert.match(readFileSync(join(dataDir, 'raft/peers.info'), 'utf8'), /peers\.json/);
  assert.ok(!existsSync(join(dataDir, 'raft/peers.json')));
  say(dataDir, [SELF]);
  const alone = new RunningWorker({ dataDir });
  await alone.leading();
  assert.deepEqual([...alone.state.applied.values()], ['one', 'two']);
  await alone.propose('three');
  await alone.stop();
  assert.ok(!existsSync(join(dataDir, 'raft/peers.json')));
  const again = new RunningWorker({ dataDir });
  await again.leading();
  assert.deepEqual([...again.state.applied.values()], ['one', 'two', 'three']);
  const stats = await again.ask('stats');
  assert.ok(stats.kind === 'stats');
  assert.equal(stats.stats['num_peers'], '0');
  await again.stop();
});

test('the snapshot that takes the place of the log holds the configuration as the first entry, at the last index', async (context) => {
  const dataDir = directory(context);
  await lonely(dataDir, ['one', 'two']);
  const [newest] = readdirSync(join(dataDir, 'raft/snapshots')).sort().reverse();
  const meta = JSON.parse(readFileSync(join(dataDir, 'raft/snapshots', newest ?? '', 'meta.json'), 'utf8'));
  assert.deepEqual([meta.Index, meta.Term, meta.ConfigurationIndex], [5, 2, 1]);
  assert.deepEqual(
    meta.Configuration.Servers.map(({ ID }: { ID: string }) => ID),
    [SERVER_ID, 'lost-2', 'lost-3'],
  );
});

test('a file that can not be read stops the start and stays; nothing is changed by it', async (context) => {
  const dataDir = directory(context);
  await lonely(dataDir, ['one']);
  say(dataDir, '[{"id":"x"');
  assert.match(await refusal(dataDir), /^recovery failed to parse peers\.json: .*JSON/);
  assert.ok(existsSync(join(dataDir, 'raft/peers.json')));
  say(dataDir, [SELF]);
  const alone = new RunningWorker({ dataDir });
  await alone.leading();
  assert.deepEqual([...alone.state.applied.values()], ['one']);
  await alone.stop();
});

test('without any state there is nothing to recover; what lies in a new directory is taken away', async (context) => {
  const dataDir = directory(context);
  const first = new RunningWorker({ dataDir, bootstrap: false });
  await first.until('the start', () => first.lines.some((line) => line.includes('no known peers')));
  await first.stop();
  say(dataDir, [SELF]);
  assert.match(await refusal(dataDir), /^recovery failed: there is no state/);
  rmSync(join(dataDir, 'raft/peers.info'));
  const second = new RunningWorker({ dataDir, bootstrap: false });
  await second.until('the start', () => second.lines.some((line) => line.includes('no known peers')));
  assert.ok(!existsSync(join(dataDir, 'raft/peers.json')));
  await second.stop();
});

test('a large log is applied and written down as a whole', async (context) => {
  const dataDir = directory(context);
  const texts = Array.from({ length: 300 }, (_, i) => `${i} ${'x'.repeat(10_000)}`);
  await lonely(dataDir, texts);
  say(dataDir, [SELF]);
  const alone = new RunningWorker({ dataDir });
  await alone.leading();
  assert.deepEqual([...alone.state.applied.values()], texts);
  await alone.stop();
});
