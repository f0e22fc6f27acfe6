// Profiles of a live agent, read by Go's own pprof.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../agent-process.js';
import { temporaryDirectory } from '../temporary.js';
import { goProgram, skipWithout } from './gossip/programs.js';

const LARGE = 'x'.repeat(100_000);

describe('profiles', { skip: skipWithout('go') }, () => {
  let agent: AgentProcess;

  before(async () => {
    agent = await startAgent({ args: ['-dev'] });
  });
  after(() => agent.stop());

  const url = (what: string): string => `${agent.http}/debug/pprof/${what}`;

  /** What `go tool pprof -raw` shows of it. */
  async function shown(context: TestContext, what: string): Promise<string> {
    const response = await fetch(url(what));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    const folder = temporaryDirectory(context);
    const file = path.join(folder, 'profile');
    fs.writeFileSync(file, new Uint8Array(await response.arrayBuffer()));
    const env = { ...process.env, PPROF_TMPDIR: folder, GOTOOLCHAIN: 'local' };
    return execFileSync(goProgram(), ['tool', 'pprof', '-raw', file], { env, encoding: 'utf8', stdio: 'pipe' });
  }

  it('show where the time of each thread goes while it works', async (context) => {
    let isOver = false;
    const profile = shown(context, 'profile?seconds=1').finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const written = await fetch(`${agent.http}/v1/kv/profiled`, { method: 'PUT', body: LARGE });
      assert.equal(await written.text(), 'true');
    }
    const text = await profile;
    assert.match(text, /samples\/count cpu\/nanoseconds/);
    for (const thread of ['state', 'raft']) assert.match(text, new RegExp(`thread:\\[${thread}\\]`));
    assert.match(text, / thread state /);
    assert.match(text, /dist\/program\/workers\/state\/\S+\.js/, 'functions are in files');
  });

  it('show what memory is used for, now and over a while', async (context) => {
    const now = await shown(context, 'heap');
    assert.match(now, /inuse_space\/bytes/);
    for (const thread of ['main', 'state', 'raft']) assert.match(now, new RegExp(`thread:\\[${thread}\\]`));
    assert.match(now, / old_space /);
    assert.match(await shown(context, 'heap?seconds=1'), /inuse_space\/bytes/);
  });

  it('show what threads wait for', async (context) => {
    const text = await shown(context, 'goroutine');
    assert.match(text, /goroutine\/count/);
    assert.match(text, / MessagePort /);
  });

  it('are made one at a time, and end when the client hangs up', async () => {
    const hangsUp = new AbortController();
    const first = fetch(url('profile?seconds=500'), { signal: hangsUp.signal });
    const isTaken = async (): Promise<boolean> => {
      const response = await fetch(url('goroutine'));
      const text = await response.text();
      assert.ok(response.status === 200 || /already in use/.test(text), text);
      return response.status === 500;
    };
    await waitFor(isTaken, 'the first profile to have begun');
    hangsUp.abort();
    await assert.rejects(first);
    await waitFor(async () => !(await isTaken()), 'the first profile to have ended');
    for (const seconds of ['-1', '601', 'many']) {
      assert.equal((await fetch(url(`profile?seconds=${seconds}`))).status, 400);
    }
  });
});

describe('without enable_debug', () => {
  it('there are none', async () => {
    const agent = await startAgent({ args: ['-dev', '-hcl=enable_debug = false'] });
    try {
      for (const what of ['profile', 'heap', 'goroutine']) {
        assert.equal((await fetch(`${agent.http}/debug/pprof/${what}`)).status, 404);
      }
    } finally {
      await agent.stop();
    }
  });
});
