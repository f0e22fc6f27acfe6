// The log of all threads as monitors see it: main sends records while somebody listens, at the lowest level asked for.

import { reaches } from '../../../observe/logger.js';
import type { LogLevel, LogRecord } from '../../../wire/thread-port.js';

interface Subscriber {
  readonly level: LogLevel;
  readonly take: (record: LogRecord) => void;
}

export class LogStream {
  readonly #subscribers = new Set<Subscriber>();
  readonly #tellMain: (level: LogLevel | null) => void;

  /** `tellMain` hears the lowest level that any subscriber wants; null when the last one has gone. */
  constructor(tellMain: (level: LogLevel | null) => void) {
    this.#tellMain = tellMain;
  }

  subscribe(level: LogLevel, take: (record: LogRecord) => void): () => void {
    const subscriber: Subscriber = { level, take };
    this.#subscribers.add(subscriber);
    this.#tellMain(this.#lowest());
    return () => {
      if (this.#subscribers.delete(subscriber)) this.#tellMain(this.#lowest());
    };
  }

  deliver(records: readonly LogRecord[]): void {
    for (const record of records) {
      for (const { level, take } of this.#subscribers) if (reaches(record.level, level)) take(record);
    }
  }

  #lowest(): LogLevel | null {
    let lowest: LogLevel | null = null;
    for (const { level } of this.#subscribers) {
      if (lowest === null || !reaches(level, lowest)) lowest = level;
    }
    return lowest;
  }
}
