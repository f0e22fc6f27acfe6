// The check worker: a piscina task that lasts as long as its shard. It takes checks from the state worker over its own
// port, runs them, and reports what changed, in one message per turn of the event loop.

import type { MessagePort } from 'node:worker_threads';
import { messageOf } from '../../gotext/errno.js';
import { startTelemetry, type Telemetry } from '../../observe/worker-telemetry.js';
import type { CheckResult, CheckShardTask, ChecksToState, StateToChecks } from '../../wire/checks/check-port.js';
import { unpackTasks } from '../../wire/checks/packed-tasks.js';
import { TlsTrust } from './dial/tls-trust.js';
import type { ProbeContext } from './probe/probe.js';
import { ScriptPipes } from './probe/script-pipe.js';
import type { Clock } from './scheduler.js';
import { Shard } from './shard.js';
import { startProbe } from './start-probe.js';

/** How long killed scripts are waited for at the end, so that they are reaped. */
const REAP_MS = 1000;
const REAP_POLL_MS = 10;

const CLOCK: Clock = {
  now: () => performance.now(),
  after: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Results of one turn, sent together. */
class ResultBatch {
  readonly #port: MessagePort;
  #results: CheckResult[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  add(result: CheckResult): void {
    if (this.#results.length === 0) setImmediate(() => this.flush());
    this.#results.push(result);
  }

  flush(): void {
    if (this.#results.length === 0) return;
    const message: ChecksToState = { kind: 'results', results: this.#results };
    this.#results = [];
    this.#port.postMessage(message);
  }
}

/** Runs the shard until it's told to stop, or its owner's end of the port is closed. */
export default async function runShard(task: CheckShardTask): Promise<void> {
  const { port } = task;
  // A connection that is refused is a result, whose stack nobody reads, and to write it down takes a tenth of this thread's time.
  Error.stackTraceLimit = 0;
  const telemetry = startTelemetry(task.control);
  const context: ProbeContext = {
    trust: new TlsTrust(),
    environment: task.environment,
    logger: telemetry.logger,
    pipes: new ScriptPipes(),
    scripts: new Set(),
  };
  const results = new ResultBatch(port);
  const shard = new Shard({
    clock: CLOCK,
    concurrency: Math.max(1, task.concurrency),
    context,
    start: startProbe,
    changed: (result) => results.add(result),
  });
  // The last net: an error thrown out of a socket's callback ends no other check. The one it belongs to has its own
  // timer, which gives the slot back.
  const survive = (error: Error): void => {
    telemetry.logger.error('Check worker survived an unexpected error', 'error', messageOf(error));
  };
  process.on('uncaughtException', survive);
  const gauges = setInterval(() => measure(telemetry, shard, task.shard), 1000);
  await new Promise<void>((resolve) => {
    port.on('message', (message: StateToChecks) => {
      if (message.kind === 'stop') resolve();
      else obey(message, shard, context, telemetry);
    });
    port.on('close', resolve);
  });
  clearInterval(gauges);
  shard.stop();
  context.pipes.close();
  await reaped(context.scripts);
  results.flush();
  await telemetry.finish();
  const stopped: ChecksToState = { kind: 'stopped' };
  port.postMessage(stopped);
  process.off('uncaughtException', survive);
  port.close();
}

function obey(
  message: Exclude<StateToChecks, { kind: 'stop' }>,
  shard: Shard,
  context: ProbeContext,
  telemetry: Telemetry,
): void {
  switch (message.kind) {
    case 'add':
      shard.add(unpackTasks(message.tasks));
      break;
    case 'remove':
      shard.remove(message.keys);
      break;
    case 'tls':
      context.trust.update(message.ca, message.cert, message.key);
      break;
    case 'log-level':
      telemetry.setLevel(message.level);
      break;
  }
}

/** lictor's own: how full the shard is, and whether its checks keep up. */
function measure(telemetry: Telemetry, shard: Shard, number: number): void {
  const labels: [string, string][] = [['shard', String(number)]];
  telemetry.metrics.gauge('checks.scheduled', shard.size, labels);
  telemetry.metrics.gauge('checks.running', shard.running, labels);
  telemetry.metrics.gauge('checks.waiting', shard.waiting, labels);
}

async function reaped(scripts: ReadonlySet<object>): Promise<void> {
  const deadline = performance.now() + REAP_MS;
  while (scripts.size > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, REAP_POLL_MS));
  }
}
