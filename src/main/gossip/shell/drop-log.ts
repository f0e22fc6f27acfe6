// Says what was dropped, but not for every packet of a flood: writing a line costs more than dropping a packet.

import type { Logger } from '../../../observe/logger.js';

const LINES_A_SECOND = 10;

export class DropLog {
  readonly #logger: Logger;
  #endMs = 0;
  #lines = 0;
  #unsaid = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `text` is only called for when there is to be a line. */
  dropped(nowMs: number, text: () => string): void {
    if (nowMs >= this.#endMs) {
      if (this.#unsaid > 0) this.#logger.error(`memberlist: ${this.#unsaid} more packets were dropped`);
      this.#endMs = nowMs + 1000;
      this.#lines = 0;
      this.#unsaid = 0;
    }
    if (this.#lines >= LINES_A_SECOND) {
      this.#unsaid += 1;
      return;
    }
    this.#lines += 1;
    this.#logger.error(`memberlist: Dropped packet: ${text()}`);
  }
}
