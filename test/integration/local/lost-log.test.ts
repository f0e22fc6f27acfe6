// A data directory from which acknowledged things are gone: the agent says in one line which file and what to do, ends with
// code 1, and leaves catalog and directory alone. With the file back it starts as if nothing had been.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startAgent, waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';

const STORE = 'The store of local registrations is damaged; restore it, or move it away to start without it: ';

test('a lost log of registrations, or a lost marker, ends the start; nothing is deregistered', async (context) => {
  const dataDir = path.join(temporaryDirectory(context), 'data');
  const args = ['-server', '-bootstrap', `-data-dir=${dataDir}`, '-log-level=warn'];
  const first = await startAgent({ args });
  const { ports } = first;
  try {
    const answer = await first.request('PUT', '/v1/agent/service/register', '{"Name": "kept"}');
    assert.equal(answer.status, 200, answer.text);
    const isKnown = async (): Promise<boolean> =>
      (await first.request('GET', '/v1/catalog/service/kept')).text !== '[]';
    await waitFor(isKnown, 'the service to be in the catalog');
  } finally {
    await first.stop();
  }

  const log = path.join(dataDir, 'local', 'log-0000000001');
  const marker = path.join(dataDir, 'local', 'log.durable');
  const raftMarker = path.join(dataDir, 'raft', 'log.durable');
  const losses: readonly { readonly lost: string; readonly left: string | null; readonly said: string }[] = [
    { lost: log, left: '', said: `${STORE}${log}: good up to offset 0, but was durable up to ` },
    { lost: log, left: null, said: `${STORE}${log}: is missing` },
    { lost: marker, left: null, said: `${STORE}${marker}: is missing or empty` },
    { lost: raftMarker, left: null, said: 'raft log is damaged: its durable marker log.durable is missing or empty' },
  ];
  for (const { lost, left, said } of losses) {
    const content = fs.readFileSync(lost);
    if (left === null) fs.unlinkSync(lost);
    else fs.writeFileSync(lost, left);
    await assert.rejects(startAgent({ args, ports }), (error: Error) => {
      assert.match(error.message, /^the agent exited with 1:/);
      const lines = error.message.split('\n').filter((line) => line.includes('[ERROR]'));
      assert.equal(lines.length, 1, error.message);
      assert.ok(lines[0]?.includes(said), `${lines[0]} says: ${said}`);
      return true;
    });
    assert.equal(fs.existsSync(lost) ? fs.readFileSync(lost, 'utf8') : null, left, 'the directory is left alone');
    fs.writeFileSync(lost, content);
  }

  const last = await startAgent({ args, ports });
  try {
    assert.ok('kept' in ((await last.json('/v1/agent/services')) as object));
    assert.notEqual((await last.request('GET', '/v1/catalog/service/kept')).text, '[]');
  } finally {
    await last.stop();
  }
});
