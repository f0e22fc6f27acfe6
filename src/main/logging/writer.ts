// Where log records end: stdout, held back until the banner is out, and the log file. The process's main thread owns it;
// workers send their records there. Level filtering is done by the loggers.

import { renderJson, renderText } from '../../observe/log-render.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { LogRecord } from '../../wire/thread-port.js';
import { LogFile } from './log-file.js';
import type { LineOutput } from './standard-output.js';
import { StandardOutput } from './standard-output.js';

/** Records held back before the gate opens; a start that logs more has other problems. */
const MAX_HELD = 1000;
/** What may wait for a slow reader of stdout; more is dropped, so that a stuck terminal can't eat the memory. */
const MAX_BACKLOG = 16 * 1024 * 1024;

export class LogWriter {
  readonly #render: (record: LogRecord) => string;
  readonly #file: LogFile | null;
  readonly #out: LineOutput;
  #held: LogRecord[] | null = [];
  #dropped = 0;

  constructor(config: RuntimeConfig['log'], out: LineOutput = new StandardOutput()) {
    this.#render = config.json ? renderJson : renderText;
    this.#file = config.file === '' ? null : new LogFile(config);
    this.#out = out;
  }

  write(record: LogRecord): void {
    if (this.#held !== null) {
      if (this.#held.length < MAX_HELD) this.#held.push(record);
      return;
    }
    const line = this.#render(record);
    this.#file?.write(line);
    if (this.#out.backlog > MAX_BACKLOG) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) this.#out.write(`(${this.#dropped} log lines were dropped)\n`);
    this.#dropped = 0;
    this.#out.write(line);
  }

  /** Lets the records out, those that came before included. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const record of held) this.write(record);
  }

  /** Resolves when every line is out, and in the file. Records written afterwards may be lost. */
  async close(): Promise<void> {
    this.open();
    await this.#file?.close();
    await this.#out.close();
  }
}
