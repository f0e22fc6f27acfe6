// An exchange is a success when all that came back was merged, and not before; who wanted it is told how it goes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Machine } from '../../../../../src/main/gossip/core/machine.js';
import type { StreamRequest } from '../../../../../src/main/gossip/core/output.js';
import { GossipShell } from '../../../../../src/main/gossip/shell/gossip-shell.js';
import { atOnce } from '../../../../../src/main/gossip/wire/steps.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { protectionWith } from '../protection.js';
import { LOOPBACK, member } from './rig.js';

const PROBLEM = 'Failed to decode remote state: malformed';

/** Merges a few steps of whatever it is told, and then finds something wrong. */
class NeverContent implements Machine<never> {
  readonly nextMs = null;
  readonly revision = 0;
  steps = 0;
  /** The step with which the merge is over. */
  lastStep = 3;
  isBroken = false;
  streams: StreamRequest[] = [];

  startMerge() {
    const merging = { problem: null as string | null, step: () => this.#step(merging) };
    return merging;
  }

  #step(merging: { problem: string | null }): boolean {
    this.steps += 1;
    if (this.isBroken) throw new Error('a bug');
    if (this.steps === this.lastStep) merging.problem = PROBLEM;
    return merging.problem === null;
  }

  ownState(isJoin: boolean) {
    return { nodeCount: 0, steps: atOnce({ isJoin, nodes: [], userState: null }) };
  }

  take() {
    return { packets: [], streams: this.streams.splice(0), events: [] };
  }

  isForUs(): boolean {
    return true;
  }

  tick(): void {}
  receive(): void {}
  receiveUser(): void {}
  packetFailed(): void {}
  streamPingAnswered(): void {}
}

async function open(t: TestContext, machine: NeverContent, logged: string[] = []): Promise<GossipShell<never>> {
  const opened = await GossipShell.open<never>({
    machine,
    bindAddress: '127.0.0.1',
    bindPort: 0,
    protection: protectionWith(),
    streamTimeoutMs: 5_000,
    onEvents: () => undefined,
    logger: new Logger('gossip', new LogSink('debug', ({ message }) => logged.push(message))),
    metrics: null,
    labels: [],
  });
  assert.ok(opened.ok);
  t.after(() => opened.shell.close());
  return opened.shell;
}

test('a join whose state could not be merged to its end failed, and says why', async (t) => {
  const machine = new NeverContent();
  const logged: string[] = [];
  const shell = await open(t, machine, logged);
  const other = await member(t, 'b');
  const joined = await shell.join([other.text]);
  assert.deepEqual(joined, { joined: 0, errors: [`Failed to join ${other.text}: ${PROBLEM}`] });
  assert.equal(machine.steps, 3);
  // The other side of an exchange doesn't hear of it, but the log does.
  machine.steps = 0;
  assert.deepEqual((await other.shell.join([`127.0.0.1:${shell.boundPort}`])).joined, 1);
  while (machine.steps < 3) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(logged.some((line) => line.startsWith(`memberlist: Failed push/pull merge: ${PROBLEM} from=127.0.0.1:`)));
});

test('a join that meets a bug of ours failed, and no caller has to catch it', async (t) => {
  const machine = new NeverContent();
  const logged: string[] = [];
  const shell = await open(t, machine, logged);
  machine.isBroken = true;
  const other = await member(t, 'b');
  const joined = await shell.join([other.text]);
  assert.deepEqual(joined, { joined: 0, errors: [`Failed to join ${other.text}: unexpected error`] });
  assert.ok(logged.some((line) => line.startsWith('memberlist: unexpected error: ') && line.endsWith(other.text)));
});

test('a join that the end of the pool interrupts is no success', async (t) => {
  const machine = new NeverContent();
  const logged: string[] = [];
  const shell = await open(t, machine, logged);
  machine.lastStep = Number.POSITIVE_INFINITY;
  const other = await member(t, 'b');
  const joining = [shell.join([other.text]), other.shell.join([`127.0.0.1:${shell.boundPort}`])];
  while (machine.steps < 100) await new Promise((resolve) => setImmediate(resolve));
  await shell.close();
  const [joined] = await Promise.all(joining);
  assert.deepEqual(joined, { joined: 0, errors: [`Failed to join ${other.text}: the pool is closed`] });
  assert.ok(!logged.some((line) => line.includes('Failed push/pull merge')));
});

/** Accepts connections, and hangs up as soon as somebody says something. */
async function rude(t: TestContext): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.destroy());
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const bound = server.address();
  return { server, port: typeof bound === 'object' ? (bound?.port ?? 0) : 0 };
}

test('who wants an exchange is told when it is connected, and of the end in any case', async (t) => {
  const machine = new NeverContent();
  const shell = await open(t, machine);
  const { server, port } = await rude(t);
  const told = (): Promise<string[]> =>
    new Promise((resolve) => {
      const heard: string[] = [];
      machine.streams.push({
        kind: 'pushPull',
        to: { ip: LOOPBACK, port },
        name: 'b',
        isJoin: true,
        onConnected: () => heard.push('connected'),
        onEnd: (isMerged) => resolve([...heard, String(isMerged)]),
      });
      shell.run(() => undefined);
    });
  assert.deepEqual(await told(), ['connected', 'false']);
  server.close();
  await once(server, 'close');
  assert.deepEqual(await told(), ['false']);
});
