// A lictor server as a follower and as the leader of a stock one (github.com/hashicorp/raft) and another of its own kind, with
// snapshots both ways: at the end all have the same commands at the same places.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../../agent-process.js';
import {
  bootstrap,
  freePort,
  lictorServer,
  type ServerPlace,
  ServerProcess,
} from '../../integration/raft/server-process.js';
import { skipWithout, stockNodes } from '../gossip/programs.js';

const DEADLINE_MS = 60_000;
/** The stock server stands first. */
const STOCK_TIMEOUT_MS = 500;
const LICTOR_TIMEOUT_MS = 3_000;

const skip = skipWithout('go');
const [stockProgram] = stockNodes(skip, 'raft');

/** `servers`: whom it begins a cluster with; none when a leader tells it. */
function stockServer({ id, port }: ServerPlace, servers: readonly ServerPlace[]): readonly [string, string] {
  const Bootstrap = servers.map((server) => ({ ID: server.id, Address: `127.0.0.1:${server.port}` }));
  const about = { ID: id, Address: `127.0.0.1:${port}`, HeartbeatTimeoutMs: STOCK_TIMEOUT_MS, Bootstrap };
  return [stockProgram, JSON.stringify(about)];
}

test('a stock leader, then a lictor leader: entries, hand-over, snapshots', {
  skip,
  timeout: 300_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lictor-raft-interop-'));
  const running = new Set<ServerProcess>();
  context.after(async () => {
    await Promise.all([...running].map((server) => server.kill()));
    rmSync(folder, { recursive: true, force: true });
  });
  const place = async (id: string): Promise<ServerPlace> => ({ id, port: await freePort(), dataDir: join(folder, id) });
  const [stockPlace, onePlace, otherPlace] = [await place('stock'), await place('one'), await place('other')];
  const places = [stockPlace, onePlace, otherPlace];
  const start = (server: ServerProcess): Promise<ServerProcess> => {
    running.add(server);
    return server.started();
  };
  const lictor = (at: ServerPlace): Promise<ServerProcess> =>
    start(new ServerProcess(at, lictorServer(at, LICTOR_TIMEOUT_MS)));
  let total = 0;
  const propose = async (leader: ServerProcess, ...servers: readonly ServerProcess[]): Promise<void> => {
    for (let batch = 0; batch < 3; batch += 1) {
      leader.propose(Array.from({ length: 10 }, (_, i) => `entry ${total + i}`));
      total += 10;
    }
    const what = `${total} entries everywhere`;
    await waitFor(() => servers.every(({ applied }) => applied === total), what, DEADLINE_MS);
  };
  await bootstrap([onePlace, otherPlace], {
    servers: places.map(({ id, port }) => ({ suffrage: 'voter', id, address: `127.0.0.1:${port}` })),
  });

  const one = await lictor(onePlace);
  let other = await lictor(otherPlace);
  let stock = await start(new ServerProcess(stockPlace, stockServer(stockPlace, places)));
  // Servers that have heard of no leader don't wait long: one of ours may be the first, and hands over then.
  const servers = [stock, one, other];
  await waitFor(() => servers.some(({ leads }) => leads), 'a leader', DEADLINE_MS);
  await waitFor(
    () => {
      servers.find(({ leads }) => leads && !stock.leads)?.transfer(stockPlace);
      return stock.leads;
    },
    'the stock server to lead',
    DEADLINE_MS,
  );
  await propose(stock, stock, one, other);

  // Who was away needs the stock server's snapshot.
  await other.kill();
  await propose(stock, stock, one);
  await stock.snapshot();
  other = await lictor(otherPlace);
  await propose(stock, stock, one, other);
  assert.deepEqual(await other.dump(), await stock.dump());
  assert.ok(
    other.lines.some((line) => line.includes('installed remote snapshot')),
    other.lines.join('\n'),
  );

  stock.transfer(onePlace);
  await waitFor(() => one.leads && !stock.leads, 'the lictor server to lead', DEADLINE_MS);
  await propose(one, stock, one, other);

  // A stock server that has lost everything gets lictor's snapshot.
  await stock.kill();
  await propose(one, one, other);
  await one.snapshot();
  stock = await start(new ServerProcess(stockPlace, stockServer(stockPlace, [])));
  await propose(one, stock, one, other);
  const dumps = await Promise.all([stock, one, other].map((server) => server.dump()));
  assert.equal(dumps[0]?.length, total);
  assert.deepEqual(dumps[1], dumps[0]);
  assert.deepEqual(dumps[2], dumps[0]);
});
