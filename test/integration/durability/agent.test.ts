// A whole agent under strace: what a client is answered with 200 was on the disk before the answer went to its socket. A
// few kinds of write, each through the thread, the port and the socket that it takes in production.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { skipWithoutStrace, straceTo, traceIn } from './strace.js';
import type { SystemCall } from './system-calls.js';
import type { Trace } from './trace.js';

const KEYS = ['AAAAAAAAAAAAAAAAAAAAAA==', 'oKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr8='] as const;
const DEADLINE_MS = 60_000;
const RAFT_LOG = /\/raft\/log\/\d+\.log$/;
const SOCKET = /^(socket|TCP)/;
const SETTINGS = 'raft_snapshot_threshold = 5 raft_snapshot_interval = "1s" raft_trailing_logs = 1'.split(/ (?=raft)/);

describe('what a client is told is on the disk', { skip: skipWithoutStrace }, () => {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'lictor-answers-'));
  const dataDir = path.join(folder, 'data');
  const snapshots = path.join(dataDir, 'raft', 'snapshots');
  let trace: Trace;

  /** An answer with a text of its own first, so that the one that follows is known by its place. */
  async function ask(agent: AgentProcess, name: string, method: string, target: string, body?: string): Promise<void> {
    const unknown = await agent.request('GET', `/v1/agent/service/before-${name}`);
    assert.equal(unknown.status, 404);
    const answer = await agent.request(method, target, body);
    assert.equal(answer.status, 200, `${name}: ${answer.text}`);
  }

  before(async () => {
    const file = path.join(folder, 'trace');
    const agent = await startAgent({
      under: straceTo(file),
      args: [
        ...['-server', '-bootstrap', `-data-dir=${dataDir}`, `-encrypt=${KEYS[0]}`, '-log-level=warn'],
        ...SETTINGS.flatMap((setting) => ['-hcl', setting]),
      ],
    });
    try {
      await ask(agent, 'key', 'PUT', '/v1/kv/traced', 'value-of-the-key');
      await ask(agent, 'service', 'PUT', '/v1/agent/service/register', '{"Name": "traced-service"}');
      await ask(agent, 'keyring', 'POST', '/v1/operator/keyring', JSON.stringify({ Key: KEYS[1] }));
      const isTaken = (): boolean => fs.readdirSync(snapshots).some((name) => /^\d+-\d+-\d+$/.test(name));
      await waitFor(isTaken, 'a snapshot', DEADLINE_MS);
      await ask(agent, 'leave', 'PUT', '/v1/agent/leave');
      await agent.waitForExit(DEADLINE_MS);
    } finally {
      await agent.kill();
    }
    trace = await traceIn(file);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  function answerTo(name: string): SystemCall {
    return trace.write(SOCKET, 'HTTP/1.1 200', trace.write(SOCKET, `before-${name}`).ended);
  }

  test('its node ID, before anything is answered', () => {
    trace.assertReplacedBefore(path.join(dataDir, 'node-id'), trace.write(SOCKET, 'HTTP/1.1'));
  });

  test('a key', () => {
    trace.assertDurableBefore(trace.write(RAFT_LOG, 'value-of-the-key'), answerTo('key'));
  });

  test('a service', () => {
    trace.assertDurableBefore(trace.write(/\/local\/log-/, 'traced-service'), answerTo('service'));
  });

  test('a gossip key', () => {
    const renamed = trace.assertReplacedBefore(path.join(dataDir, 'serf', 'local.keyring'), answerTo('keyring'));
    trace.assertDurableBefore(trace.write(/local\.keyring\.tmp$/, KEYS[1]), renamed);
  });

  test('the log is shortened only behind a snapshot that is on the disk', () => {
    const shortened = trace.write(RAFT_LOG, 'mbegin');
    const renamed = trace.find('the renaming of a snapshot', ({ newPath }) => path.dirname(newPath) === snapshots);
    trace.assertReplacedBefore(renamed.newPath, shortened);
  });

  test('that it has left', () => {
    const written = trace.write(/\/serf\/local\.snapshot$/, 'leave\\n');
    assert.ok(Number.isFinite(trace.durableAt(written)));
  });
});
