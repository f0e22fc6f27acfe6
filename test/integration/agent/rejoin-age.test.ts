// A server that was away for longer than `server_rejoin_age_max` is refused; any other says when it was there.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { choosePorts, spawnAgent, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-rejoin-age-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const HOUR_S = 3600;
const nowS = (): number => Math.floor(Date.now() / 1000);

function directory(name: string, seen: unknown): { readonly dataDir: string; readonly file: string } {
  const dataDir = path.join(folder, name);
  fs.mkdirSync(dataDir);
  const file = path.join(dataDir, 'server_metadata.json');
  if (seen !== undefined)
    fs.writeFileSync(file, typeof seen === 'string' ? seen : JSON.stringify({ last_seen_unix: seen }));
  return { dataDir, file };
}

const args = (dataDir: string): string[] => [
  '-server',
  '-bootstrap',
  '-bind=127.0.0.1',
  `-data-dir=${dataDir}`,
  '-hcl=server_rejoin_age_max = "6h"',
];

test('one that was there lately, never, or nobody knows when is there now', async () => {
  for (const [name, seen] of [
    ['lately', nowS() - 5 * HOUR_S],
    ['never', undefined],
    ['damaged', '{"last_seen_'],
  ] as const) {
    const { dataDir, file } = directory(name, seen);
    const agent = await startAgent({ args: args(dataDir) });
    const stamp = (JSON.parse(fs.readFileSync(file, 'utf8')) as { last_seen_unix: number }).last_seen_unix;
    assert.ok(Math.abs(stamp - nowS()) < 300, `${name}: ${stamp}`);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    await agent.stop();
  }
});

test('one that was away for too long says why it may not come back, and joins nobody', async () => {
  const { dataDir, file } = directory('away', nowS() - 7 * HOUR_S);
  const before = fs.readFileSync(file, 'utf8');
  const agent = spawnAgent({ args: args(dataDir) }, await choosePorts());
  const text =
    '[ERROR] agent: startup error: error="refusing to rejoin cluster because server has been offline for more than the configured server_rejoin_age_max (6h0m0s) - consider wiping your data dir"';
  await waitFor(() => agent.output.includes(text), 'the refusal');
  assert.doesNotMatch(agent.output, /serf: EventMemberJoin/);
  agent.child.kill('SIGTERM');
  assert.equal(await agent.waitForExit(), 1);
  assert.equal(fs.readFileSync(file, 'utf8'), before);
});
