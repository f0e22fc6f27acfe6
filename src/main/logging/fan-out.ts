// Where log lines go: those of every thread come here, to stdout and the log file at the configured level, and to the monitors
// in the state worker at theirs. While a monitor listens below the configured level, threads make more lines than are written.

import { Logger, LogSink, reaches } from '../../observe/logger.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { LogLevel, LogRecord } from '../../wire/thread-port.js';
import { LogWriter } from './writer.js';

export interface FanOutOptions {
  readonly config: RuntimeConfig['log'];
  /** Called while a monitor listens. */
  readonly toMonitors: (records: readonly LogRecord[]) => void;
  /** Threads make lines from this level on. */
  readonly setThreadLevel: (level: LogLevel) => void;
}

export class LogFanOut {
  /** Main's own lines; named `agent`. */
  readonly logger: Logger;
  readonly #options: FanOutOptions;
  readonly #writer: LogWriter;
  readonly #sink: LogSink;
  #configured: LogLevel;
  /** null while no monitor listens. */
  #monitored: LogLevel | null = null;

  constructor(options: FanOutOptions) {
    const { config } = options;
    this.#options = options;
    this.#configured = config.level;
    this.#writer = new LogWriter(config);
    this.#sink = new LogSink(config.level, (record) => this.deliver([record]));
    this.logger = new Logger('agent', this.#sink);
  }

  /** What was held back until now is written. */
  open(): void {
    this.#writer.open();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  deliver(records: readonly LogRecord[]): void {
    for (const record of records) if (reaches(record.level, this.#configured)) this.#writer.write(record);
    if (this.#monitored !== null) this.#options.toMonitors(records);
  }

  setConfigured(level: LogLevel): void {
    this.#configured = level;
    this.#apply();
  }

  /** The lowest level that any monitor listens to; null when none does. */
  setMonitored(level: LogLevel | null): void {
    this.#monitored = level;
    this.#apply();
  }

  #apply(): void {
    const monitored = this.#monitored ?? this.#configured;
    const level = reaches(monitored, this.#configured) ? this.#configured : monitored;
    this.#sink.setLevel(level);
    this.#options.setThreadLevel(level);
  }
}
