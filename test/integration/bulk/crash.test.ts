// An agent that is killed with -9 in the middle of a stream: what its answer had accepted by then is there when it starts again, with
// its check, and comes to the catalog.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startAgent, waitFor } from '../../agent-process.js';
import { putStream, resultsOf, services } from './bulk-client.js';

test('what a stream had accepted survives kill -9', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-bulk-crash-'));
  const args = ['-server', '-bootstrap', `-data-dir=${folder}`];
  const agent = await startAgent({ args });
  let heard = '';
  const call = putStream({
    port: agent.ports.http,
    target: '/v1/agent/services/register',
    body: services(200_000),
    heard: (text) => {
      heard = text;
    },
  });
  call.catch(() => {});
  await waitFor(() => heard.length > 100_000, 'some thousand results');
  await agent.kill();
  await assert.rejects(call);
  const whole = heard.slice(0, heard.lastIndexOf('\n') + 1);
  const accepted = resultsOf(whole).map(({ ID }) => ID);
  assert.ok(accepted.length > 1_000);

  const again = await startAgent({ args, ports: agent.ports });
  try {
    const known = (await again.json('/v1/agent/services')) as { readonly [id: string]: object };
    assert.deepEqual(
      accepted.filter((id) => !(id in known)),
      [],
      'accepted, and gone',
    );
    const checks = Object.keys((await again.json('/v1/agent/checks')) as object);
    assert.equal(checks.length, Object.keys(known).length, 'each is there as a whole');
    const inCatalog = async (): Promise<boolean> => {
      const node = (await again.json('/v1/catalog/node/golden')) as { readonly Services: object };
      return Object.keys(node.Services).length === Object.keys(known).length + 1;
    };
    await waitFor(inCatalog, 'all of them to be in the catalog');
  } finally {
    await again.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
