// What a worker thread tells main about itself: log lines once per event-loop turn, metrics and the event loop's own delay
// once a second. Nothing here keeps the thread alive, and `stop` hands over what is still waiting, so that a worker's last
// words arrive.

import type { LogLevel, LogRecord, LogValue, MetricsReport, ThreadContext, WorkerToMain } from '../wire/thread-port.js';
import { startCpuProfile } from './cpu-profile.js';
import { Logger, LogSink } from './logger.js';
import { type Delays, LoopDelay } from './loop-delay.js';
import { type Labels, Metrics } from './metrics.js';
import { packLine } from './packed-lines.js';

/** More lines than this waiting to be sent are counted, not kept: a loop that logs must not fill main's memory. */
const MAX_WAITING_RECORDS = 4096;
/** Lines that follow each other closely are sent together, this many milliseconds apart. */
const STREAM_INTERVAL_MS = 10;
const REPORT_INTERVAL_MS = 1000;

export interface Telemetry {
  /** Named `agent`; take children of it: `logger.child('server').child('raft')`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Sends what is waiting and ends the timers. The logger stays usable; each later line is sent at once. */
  stop(): void;
  /** Writes the thread's CPU profile, when one is wanted, then stops; an orderly end of a thread. */
  finish(): Promise<void>;
  setLevel(level: LogLevel): void;
}

export function startTelemetry(context: ThreadContext): Telemetry {
  const lines = new LineBatch(context);
  const sink = new LogSink(context.logLevel, (record) => lines.add(record));
  const metrics = new Metrics();
  const endReports = reportEverySecond(context.name, metrics, (report) => post(context, { kind: 'metrics', report }));
  const endProfile = startCpuProfile(context.name);
  const logger = new Logger('agent', sink);
  const stop = (): void => {
    lines.stop();
    endReports();
  };
  return {
    logger,
    metrics,
    stop,
    finish: async () => {
      await endProfile?.().catch((error: unknown) => logger.warn('no CPU profile', 'error', String(error)));
      stop();
    },
    setLevel: (level) => sink.setLevel(level),
  };
}

/** Lines on their way to main. */
class LineBatch {
  readonly #context: ThreadContext;
  #lines: LogValue[] = [];
  #count = 0;
  #dropped = 0;
  #scheduled = false;
  #stopped = false;
  #flushedAt = 0;

  constructor(context: ThreadContext) {
    this.#context = context;
  }

  add(record: LogRecord): void {
    if (this.#count >= MAX_WAITING_RECORDS) this.#dropped += 1;
    else this.#pack(record);
    if (this.#stopped) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      // The first line after a pause leaves with this turn; a stream of lines goes in one message every few milliseconds.
      if (performance.now() - this.#flushedAt > STREAM_INTERVAL_MS) setImmediate(() => this.#flush());
      else setTimeout(() => this.#flush(), STREAM_INTERVAL_MS).unref();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#flush();
  }

  #flush(): void {
    this.#scheduled = false;
    this.#flushedAt = performance.now();
    if (this.#count === 0) return;
    if (this.#dropped > 0) {
      this.#pack({
        time: Date.now(),
        level: 'warn',
        name: 'agent',
        message: 'log lines dropped',
        fields: ['thread', this.#context.name, 'count', this.#dropped],
      });
      this.#dropped = 0;
    }
    const lines = this.#lines;
    this.#lines = [];
    this.#count = 0;
    post(this.#context, { kind: 'log', lines });
  }

  #pack(record: LogRecord): void {
    packLine(this.#lines, record);
    this.#count += 1;
  }
}

/**
 * Hands over `metrics` once a second, with gauges of the calling thread's event-loop delay added.
 * Returns the function that ends the reports, after a last one.
 */
export function reportEverySecond(
  thread: string,
  metrics: Metrics,
  deliver: (report: MetricsReport) => void,
): () => void {
  const loop = new LoopDelay();
  const label: [string, string] = ['thread', thread];
  const series: readonly [Labels, keyof Delays][] = [
    [[label, ['quantile', 'p50']], 'p50'],
    [[label, ['quantile', 'p99']], 'p99'],
    [[label, ['quantile', 'max']], 'max'],
  ];
  const report = (): void => {
    const delays = loop.take();
    for (const [labels, quantile] of series) metrics.gauge('runtime.event_loop_delay_ms', delays[quantile], labels);
    deliver(metrics.report());
  };
  const timer = setInterval(report, REPORT_INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    report();
    loop.stop();
  };
}

function post(context: ThreadContext, message: WorkerToMain): void {
  context.port.postMessage(message);
}
