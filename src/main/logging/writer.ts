// Where log records end: stdout, held back until the banner is out, and the log file. The process's main thread owns it;
// workers send their records there. Level filtering is done by the loggers.

import type { RuntimeConfig } from '../../wire/config.js';
import type { LogRecord } from '../../wire/thread-port.js';
import { LogFile } from './log-file.js';
import { renderJson, renderText } from '../../observe/log-render.js';

/** Records held back before the gate opens; a start that logs more has other problems. */
const MAX_HELD = 1000;
/** Bytes that may wait for a slow reader of stdout; more is dropped, so that a stuck terminal can't eat the memory. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;

export class LogWriter {
  readonly #render: (record: LogRecord) => string;
  readonly #file: LogFile | null;
  readonly #out: NodeJS.WriteStream;
  #held: LogRecord[] | null = [];
  #batch = '';
  #dropped = 0;

  constructor(config: RuntimeConfig['log'], out: NodeJS.WriteStream = process.stdout) {
    this.#render = config.json ? renderJson : renderText;
    this.#file = config.file === '' ? null : new LogFile(config);
    this.#out = out;
    // A reader that went away (`| head`) must not end the agent.
    out.on('error', () => {});
  }

  write(record: LogRecord): void {
    if (this.#held !== null) {
      if (this.#held.length < MAX_HELD) this.#held.push(record);
      return;
    }
    const line = this.#render(record);
    this.#file?.write(line);
    if (this.#out.writableLength + this.#batch.length > MAX_BACKLOG_BYTES) {
      this.#dropped += 1;
      return;
    }
    // Lines of one turn go out in one write.
    if (this.#batch === '') setImmediate(() => this.#flush());
    this.#batch += line;
  }

  /** Lets the records out, those that came before included. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const record of held) this.write(record);
  }

  /** Resolves when every line is out, and in the file. Records written afterwards are lost. */
  async close(): Promise<void> {
    this.open();
    this.#flush();
    await this.#file?.close();
    await new Promise<void>((resolve) => this.#out.write('', () => resolve()));
  }

  #flush(): void {
    if (this.#dropped > 0) {
      this.#batch += `(${this.#dropped} log lines were dropped)\n`;
      this.#dropped = 0;
    }
    const batch = this.#batch;
    this.#batch = '';
    if (batch !== '') this.#out.write(batch);
  }
}
