// The check worker as it ships: started by piscina, spoken to over its port.

import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { unpackLines } from '../../../src/observe/packed-lines.js';
import type { CheckResult, ChecksToState, StateToChecks } from '../../../src/wire/check-port.js';
import type { CheckTask, Probe } from '../../../src/wire/check-task.js';
import { packTasks } from '../../../src/wire/packed-tasks.js';
import type { LogRecord, WorkerToMain } from '../../../src/wire/thread-port.js';
import { checkTask } from '../../unit/checks/check-task.js';
import { until } from '../../unit/checks/until.js';

const WORKER = new URL('../../../src/workers/checks/worker.js', import.meta.url).href;
const PLAIN = { serverName: '', skipVerify: false };

function task(key: number, probe: Probe, more: Partial<CheckTask> = {}): CheckTask {
  return checkTask(key, probe, { intervalMs: 50, timeoutMs: 60_000, ...more });
}

function httpProbe(url: string): Probe {
  return { kind: 'http', url, method: 'GET', headers: {}, body: '', followRedirects: true, tls: PLAIN };
}

class Worker {
  readonly results: CheckResult[] = [];
  readonly batches: number[] = [];
  readonly logs: LogRecord[] = [];
  stopped = false;
  ended = false;
  readonly #pool: Piscina;
  readonly #port: MessagePort;
  readonly #control: MessagePort;
  readonly #task: Promise<void>;

  constructor(concurrency: number) {
    this.#pool = new Piscina({ filename: WORKER, minThreads: 1, maxThreads: 1, trackUnmanagedFds: false });
    const data = new MessageChannel();
    const control = new MessageChannel();
    this.#port = data.port1;
    this.#control = control.port1;
    this.#port.on('message', (message: ChecksToState) => {
      if (message.kind === 'stopped') this.stopped = true;
      else {
        assert.equal(this.stopped, false, 'nothing follows the last word');
        this.batches.push(message.results.length);
        this.results.push(...message.results);
      }
    });
    this.#control.on('message', (message: WorkerToMain) => {
      if (message.kind === 'log') this.logs.push(...unpackLines(message.lines));
    });
    this.#task = this.#pool
      .run(
        {
          port: data.port2,
          shard: 0,
          concurrency,
          environment: { PATH: process.env['PATH'] ?? '' },
          control: { name: 'checks-0', port: control.port2, logLevel: 'info' },
        },
        { transferList: [data.port2, control.port2] },
      )
      .then(() => {
        this.ended = true;
      });
  }

  send(message: StateToChecks): void {
    this.#port.postMessage(message);
  }

  async stop(): Promise<void> {
    this.send({ kind: 'stop' });
    await this.#task;
    await until(() => this.stopped, 'the worker said that it has stopped');
    this.#port.close();
    this.#control.close();
    await this.#pool.destroy();
  }

  latest(key: number): CheckResult | undefined {
    return this.results.findLast((result) => result.key === key);
  }
}

describe('check worker', () => {
  let server: http.Server;
  let base: string;
  let code = 200;
  let hits = 0;

  before(async () => {
    server = http.createServer((request, response) => {
      hits += 1;
      if (request.url === '/hang') return;
      response.statusCode = code;
      response.end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('checks of several kinds run, changes are told, and stop ends it all', async () => {
    const worker = new Worker(8);
    worker.send({
      kind: 'add',
      tasks: packTasks([
        task(1, httpProbe(`${base}/`)),
        task(2, { kind: 'tcp', address: base.slice('http://'.length), useTls: false, tls: PLAIN }),
        task(3, { kind: 'script', args: ['/bin/sh', '-c', 'echo fine'] }),
        task(4, { kind: 'script', args: ['/bin/sleep', '60'] }, { timeoutMs: 60_000 }),
      ]),
    });
    await until(() => [1, 2, 3].every((key) => worker.latest(key)?.status === 'passing'), 'the three checks pass');
    assert.equal(worker.latest(1)?.output, `HTTP GET ${base}/: 200 OK Output: hello`);
    assert.equal(worker.latest(3)?.output, 'fine\n');
    const told = worker.results.length;
    const before = hits;
    await until(() => hits > before + 3, 'the HTTP check ran again');
    assert.equal(worker.results.length, told, 'quiet checks send nothing');
    code = 503;
    await until(() => worker.latest(1)?.status === 'critical', 'the failure is told');
    const line = worker.logs.find(({ message }) => message === 'Check is now critical');
    assert.deepEqual([line?.level, line?.name, line?.fields], ['warn', 'agent', ['check', 'c1']]);
    worker.send({ kind: 'remove', keys: [1] });
    await worker.stop();
    assert.equal(worker.ended, true);
    code = 200;
  });

  test('hung probes occupy their slots and nothing else', async () => {
    const worker = new Worker(4);
    worker.send({
      kind: 'add',
      tasks: packTasks([1, 2, 3].map((key) => task(key, httpProbe(`${base}/hang`), { timeoutMs: 60_000 }))),
    });
    const before = hits;
    await until(() => hits >= before + 3, 'three probes hang');
    worker.send({ kind: 'add', tasks: packTasks([task(4, httpProbe(`${base}/`)), task(5, httpProbe(`${base}/`))]) });
    await until(
      () => worker.latest(4) !== undefined && worker.latest(5) !== undefined,
      'the others share the last slot',
    );
    await worker.stop();
  });

  test('thousands of results of one moment travel in few messages', async () => {
    const worker = new Worker(5000);
    const tasks = Array.from({ length: 2000 }, (_, key) =>
      // Refused without any connection: all of them end in the turn in which they start.
      task(key, httpProbe('ftp://x/'), { intervalMs: 1 }),
    );
    worker.send({ kind: 'add', tasks: packTasks(tasks) });
    await until(() => worker.results.length >= 2000, 'all have told their first result');
    assert.equal(worker.results.length, 2000);
    assert.ok(worker.batches.length < 100, `${worker.batches.length} messages`);
    await worker.stop();
  });

  test('a worker whose owner is gone ends by itself', async () => {
    const worker = new Worker(1);
    worker.send({ kind: 'add', tasks: packTasks([task(1, httpProbe(`${base}/`))]) });
    await until(() => worker.results.length > 0, 'the check has run');
    await worker.stop();
    assert.equal(worker.ended, true);
  });
});
