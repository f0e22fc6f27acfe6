// The one logger: levels, dotted names, key/value fields. It makes records and hands them to its sink; main's sink writes
// them, a worker's sink batches them to main (one message per event-loop turn). A record below the level costs a compare.

import type { LogLevel, LogRecord, LogValue } from '../wire/thread-port.js';

const ORDER: { readonly [level in LogLevel]: number } = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 };

/** True when a line of `level` is to be seen at the threshold `threshold`. */
export function reaches(level: LogLevel, threshold: LogLevel): boolean {
  return ORDER[level] >= ORDER[threshold];
}

/** Takes finished records; shared by all loggers of a thread, so that a level change reaches them all. */
export class LogSink {
  #threshold: number;
  readonly #take: (record: LogRecord) => void;

  constructor(level: LogLevel, take: (record: LogRecord) => void) {
    this.#threshold = ORDER[level];
    this.#take = take;
  }

  setLevel(level: LogLevel): void {
    this.#threshold = ORDER[level];
  }

  wants(level: LogLevel): boolean {
    return ORDER[level] >= this.#threshold;
  }

  take(record: LogRecord): void {
    this.#take(record);
  }
}

export class Logger {
  readonly name: string;
  readonly #sink: LogSink;

  constructor(name: string, sink: LogSink) {
    this.name = name;
    this.#sink = sink;
  }

  /** `agent` + `dns` = `agent.dns`. */
  child(name: string): Logger {
    return new Logger(`${this.name}.${name}`, this.#sink);
  }

  wants(level: LogLevel): boolean {
    return this.#sink.wants(level);
  }

  /** `fields` alternates keys and values: `log('info', 'Synced service', 'service', id)`. */
  log(level: LogLevel, message: string, ...fields: (string | LogValue)[]): void {
    this.#log(level, message, fields);
  }

  trace(message: string, ...fields: (string | LogValue)[]): void {
    this.#log('trace', message, fields);
  }

  debug(message: string, ...fields: (string | LogValue)[]): void {
    this.#log('debug', message, fields);
  }

  info(message: string, ...fields: (string | LogValue)[]): void {
    this.#log('info', message, fields);
  }

  warn(message: string, ...fields: (string | LogValue)[]): void {
    this.#log('warn', message, fields);
  }

  error(message: string, ...fields: (string | LogValue)[]): void {
    this.#log('error', message, fields);
  }

  /** The fields are one array from the caller to the record. */
  #log(level: LogLevel, message: string, fields: readonly (string | LogValue)[]): void {
    if (!this.#sink.wants(level)) return;
    this.#sink.take({ time: Date.now(), level, name: this.name, message, fields });
  }
}
