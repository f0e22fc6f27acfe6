// What a worker thread tells main about itself: log lines once per event-loop turn, metrics and the event loop's own delay
// once a second. Nothing here keeps the thread alive, and `stop` hands over what is still waiting, so that a worker's last
// words arrive.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LogLevel, LogRecord, ThreadContext, WorkerToMain } from '../wire/thread-port.js';
import { Logger, LogSink } from './logger.js';
import { type Labels, Metrics } from './metrics.js';

/** More lines than this in one turn are counted, not kept: a loop that logs must not fill main's memory. */
const MAX_RECORDS_PER_TURN = 4096;
const REPORT_INTERVAL_MS = 1000;
/** The histogram samples a timer of this period; its values include the period itself. */
const DELAY_RESOLUTION_MS = 10;
const NANOSECONDS_PER_MS = 1e6;

export interface Telemetry {
  /** Named `agent`; take children of it: `logger.child('server').child('raft')`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Sends what is waiting and ends the timers. The logger stays usable; each later line is sent at once. */
  stop(): void;
  setLevel(level: LogLevel): void;
}

export function startTelemetry(context: ThreadContext): Telemetry {
  const lines = new LineBatch(context);
  const sink = new LogSink(context.logLevel, (record) => lines.add(record));
  const metrics = new Metrics();
  const endReports = reportEverySecond(context, metrics);
  return {
    logger: new Logger('agent', sink),
    metrics,
    stop: () => {
      lines.stop();
      endReports();
    },
    setLevel: (level) => sink.setLevel(level),
  };
}

/** Lines of one turn, sent together. */
class LineBatch {
  readonly #context: ThreadContext;
  #records: LogRecord[] = [];
  #dropped = 0;
  #scheduled = false;
  #stopped = false;

  constructor(context: ThreadContext) {
    this.#context = context;
  }

  add(record: LogRecord): void {
    if (this.#records.length >= MAX_RECORDS_PER_TURN) this.#dropped += 1;
    else this.#records.push(record);
    if (this.#stopped) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#flush();
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#records.length === 0) return;
    const records = this.#records;
    this.#records = [];
    if (this.#dropped > 0) {
      records.push({
        time: Date.now(),
        level: 'warn',
        name: 'agent',
        message: 'log lines dropped',
        fields: ['thread', this.#context.name, 'count', this.#dropped],
      });
      this.#dropped = 0;
    }
    post(this.#context, { kind: 'log', records });
  }
}

/** Returns the function that ends the reports, after a last one. */
function reportEverySecond(context: ThreadContext, metrics: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delays.enable();
  const thread: [string, string] = ['thread', context.name];
  const series: readonly [Labels, () => number][] = [
    [[thread, ['quantile', 'p50']], () => delays.percentile(50)],
    [[thread, ['quantile', 'p99']], () => delays.percentile(99)],
    [[thread, ['quantile', 'max']], () => delays.max],
  ];
  const report = (): void => {
    if (delays.count > 0) {
      for (const [labels, read] of series) {
        const delayMs = read() / NANOSECONDS_PER_MS - DELAY_RESOLUTION_MS;
        metrics.gauge('runtime.event_loop_delay_ms', Math.max(0, delayMs), labels);
      }
      delays.reset();
    }
    post(context, { kind: 'metrics', report: metrics.report() });
  };
  const timer = setInterval(report, REPORT_INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    report();
    delays.disable();
  };
}

function post(context: ThreadContext, message: WorkerToMain): void {
  context.port.postMessage(message);
}
