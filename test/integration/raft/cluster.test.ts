// Three servers, each a process with its log on a disk, over loopback TCP: they elect a leader, replicate, lose the leader to
// kill -9, go on, and bring back who was away, with a snapshot when its entries are gone.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../../agent-process.js';
import { bootstrap, freePort, type ServerPlace, ServerProcess } from './server-process.js';

const DEADLINE_MS = 60_000;

async function leaderOf(servers: readonly ServerProcess[]): Promise<ServerProcess> {
  await waitFor(() => servers.some(({ leads }) => leads), 'a leader', DEADLINE_MS);
  return servers.find(({ leads }) => leads) ?? assert.fail();
}

async function propose(leader: ServerProcess, servers: readonly ServerProcess[], from: number, to: number) {
  for (let n = from; n < to; n += 10) leader.propose(Array.from({ length: 10 }, (_, i) => `entry ${n + i}`));
  await waitFor(() => servers.every(({ applied }) => applied === to), `${to} entries everywhere`, DEADLINE_MS);
}

test('three servers elect, replicate, survive a kill -9 of the leader, and bring it back with a snapshot', {
  timeout: 300_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lictor-cluster-'));
  const places: ServerPlace[] = [];
  for (const id of ['a', 'b', 'c']) places.push({ id, port: await freePort(), dataDir: join(folder, id) });
  const running = new Set<ServerProcess>();
  context.after(async () => {
    await Promise.all([...running].map((server) => server.kill()));
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (place: ServerPlace): Promise<ServerProcess> => {
    const server = new ServerProcess(place);
    running.add(server);
    return server.started();
  };
  await bootstrap(places, {
    servers: places.map(({ id, port }) => ({ suffrage: 'voter', id, address: `127.0.0.1:${port}` })),
  });
  const servers = await Promise.all(places.map(start));

  const first = await leaderOf(servers);
  await propose(first, servers, 0, 200);

  await first.kill();
  const others = servers.filter((server) => server !== first);
  const second = await leaderOf(others);
  await propose(second, others, 200, 400);
  // Nothing below is in the logs any more.
  for (const server of others) await server.snapshot();
  await propose(second, others, 400, 420);

  const back = await start(first.place);
  await propose(await leaderOf(others), [...others, back], 420, 440);
  const dumps = await Promise.all([...others, back].map((server) => server.dump()));
  assert.equal(dumps[0]?.length, 440);
  assert.deepEqual(dumps[1], dumps[0]);
  assert.deepEqual(dumps[2], dumps[0]);
  assert.ok(
    back.lines.some((line) => line.includes('installed remote snapshot')),
    back.lines.join('\n'),
  );
});
