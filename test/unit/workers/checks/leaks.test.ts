// No kind of probe leaves a socket, a timer or a process behind, whether it succeeds, fails, times out or is called off.

import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startProbe } from '../../../../src/workers/checks/start-probe.js';
import { watchTimers } from './armed-timers.js';
import { type Definition, makeRunner, probeOf, type Runner } from './probe-runner.js';
import { pem, startTargets, type Targets } from './probe-targets.js';
import { until } from './until.js';

/** Things of this process that keep it alive, but for what a turn of the event loop comes and goes with. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'TickObject' && kind !== 'Immediate');
}

/** Of the targets: seven of their own, and gRPC's. */
const TCP_SERVERS = 8;
const RUNS = 8;
/** Longer than anything here is waited for. */
const LONG_MS = 50_000;

/** What is left of {@link LONG_MS} or of a definition's own timeout. */
function isDeadline(ms: number): boolean {
  return (ms > 9000 && ms <= 10_000) || (ms > 40_000 && ms <= LONG_MS);
}

describe('nothing is left behind', () => {
  let targets: Targets;
  let runner: Runner;
  /** What the servers hold while nobody asks them. */
  let idle: number;

  before(async () => {
    targets = await startTargets();
    // Closed servers stay for a turn.
    await until(() => resources().filter((kind) => kind === 'TCPServerWrap').length === TCP_SERVERS, 'servers rest');
    idle = resources().length;
    runner = makeRunner();
    runner.context.trust.update([pem('ca')], pem('agent'), pem('agent-test-key'));
  });
  after(async () => {
    runner.close();
    await targets.close();
  });

  const definitions: readonly Definition[] = [
    { HTTP: 'http://127.0.0.1:31700/plain' },
    { HTTP: 'http://127.0.0.1:31700/redirect' },
    { HTTP: 'http://127.0.0.1:31799/' },
    { HTTP: 'http://127.0.0.1:31700/hang', Timeout: '50ms' },
    { HTTP: 'https://127.0.0.1:31751/x' },
    { HTTP: 'https://127.0.0.1:31750/wrong' },
    { HTTP: 'https://127.0.0.1:31700/' },
    { TCP: 'localhost:31700' },
    { TCP: '127.0.0.1:31751', TCPUseTLS: true },
    { UDP: '127.0.0.1:31702' },
    { UDP: '127.0.0.1:31703', Timeout: '50ms' },
    { UDP: '127.0.0.1:31798' },
    { H2PING: '127.0.0.1:31753' },
    { H2PING: '127.0.0.1:31701', H2PingUseTLS: false },
    { GRPC: '127.0.0.1:31705' },
    { GRPC: '127.0.0.1:31799' },
    { GRPC: '127.0.0.1:31753', GRPCUseTLS: true, Timeout: '150ms' },
    { Args: ['/bin/true'] },
    { Args: ['/bin/sleep', '60'], Timeout: '50ms' },
    { Args: ['/no/such/file'] },
  ];
  for (const definition of definitions) {
    test(JSON.stringify(definition), async () => {
      const text = JSON.stringify(definition).replace(/\b317\d\d\b/g, (port) =>
        String(targets.ports.get(Number(port)) ?? port),
      );
      const filled = JSON.parse(text) as Definition;
      const probe = probeOf(filled);
      assert.ok(probe);
      const timers = watchTimers();
      const noneRuns = async (whose: string): Promise<void> => {
        if (filled.GRPC === undefined) assert.deepEqual(timers.delays(), [], `timers of ${whose}`);
        // The library of gRPC ends a call in a later turn, and has timers of its own.
        else await until(() => !timers.delays().some(isDeadline), `no deadline of ${whose} is waited for`);
      };
      let late = 0;
      const callOff = async (afterMs: number): Promise<void> => {
        let isOff = false;
        const run = { checkId: 'c', probe, timeoutMs: LONG_MS, outputMaxBytes: 100, context: runner.context };
        const cancel = startProbe(run, () => {
          if (isOff) late += 1;
        });
        if (afterMs > 0) await delay(afterMs);
        isOff = true;
        cancel();
      };
      try {
        await Promise.all(Array.from({ length: RUNS }, () => runner.run(filled)));
        await noneRuns('runs that are over');
        await Promise.all(Array.from({ length: RUNS }, (_, at) => callOff(at * 2)));
        await noneRuns('runs that were called off');
        await until(() => runner.context.scripts.size === 0, 'scripts have ended');
        await until(() => resources().length <= idle, `${resources().join()} went back to ${idle}`);
        assert.equal(late, 0, 'results after a run was called off');
      } finally {
        timers.end();
      }
    });
  }
});

test('an HTTPS check goes through the tunnel of a proxy', async () => {
  const targets = await startTargets();
  const asked: string[] = [];
  const proxy = http.createServer();
  proxy.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
    const upstream = net.connect(targets.ports.get(31751) ?? 0, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) end.on('error', () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const runner = makeRunner({ HTTPS_PROXY: `http://me:pw@127.0.0.1:${port}` });
  try {
    const outcome = await runner.run({ HTTP: 'https://web.example/tunnel', TLSSkipVerify: true });
    assert.deepEqual(outcome, {
      status: 'passing',
      output: 'HTTP GET https://web.example/tunnel: 200 OK Output: ok',
    });
    assert.deepEqual(asked, [`web.example:443 Basic ${Buffer.from('me:pw').toString('base64')}`]);
  } finally {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    await targets.close();
  }
});
