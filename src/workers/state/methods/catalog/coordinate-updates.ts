// Where nodes said they are, gathered and written to the log now and then (spec/agent.md, section 8, "coordinates"): many small
// news that nobody waits for. What a round can't carry is dropped; its sender will say it again.

import type { Logger } from '../../../../observe/logger.js';
import { type Command, CommandType } from '../../../../wire/commands.js';
import type { CoordinateRecord } from '../../../../wire/records.js';
import type { ProposeOutcome } from '../../replica/consensus.js';
import { coordinateKey } from '../../replica/fsm/coordinate-write.js';
import { refusal } from '../contract/refusal.js';

const BATCH = 128;
const BATCHES = 5;

export interface CoordinateUpdatesOptions {
  readonly propose: (command: Command) => Promise<ProposeOutcome>;
  readonly periodMs: number;
  /** Named `agent.server`. */
  readonly logger: Logger;
}

export class CoordinateUpdates {
  readonly #options: CoordinateUpdatesOptions;
  /** The last word of each node. */
  #pending = new Map<string, CoordinateRecord>();
  #discarded = 0;
  #timer: NodeJS.Timeout | null = null;
  #isWriting = false;
  #stopped = false;

  constructor(options: CoordinateUpdatesOptions) {
    this.#options = options;
  }

  get pending(): number {
    return this.#pending.size;
  }

  add(record: CoordinateRecord): void {
    if (this.#stopped) return;
    const key = coordinateKey(record);
    if (this.#pending.size >= BATCH * BATCHES && !this.#pending.has(key)) this.#discarded += 1;
    else this.#pending.set(key, record);
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pending.clear();
  }

  /** One round at a time: while one is written, news wait for the next. */
  #arm(): void {
    if (this.#isWriting || this.#stopped) return;
    this.#timer ??= setTimeout(() => void this.#write(), this.#options.periodMs);
  }

  async #write(): Promise<void> {
    const { logger } = this.#options;
    this.#timer = null;
    this.#isWriting = true;
    const records = [...this.#pending.values()];
    const discarded = this.#discarded;
    this.#pending = new Map();
    this.#discarded = 0;
    if (discarded > 0) logger.warn('Discarded coordinate updates', 'number_discarded', discarded);
    for (let from = 0; from < records.length && !this.#stopped; from += BATCH) {
      const problem = await this.#propose(records.slice(from, from + BATCH));
      if (problem === null) continue;
      logger.error('Batch update failed', 'error', problem);
      break;
    }
    this.#isWriting = false;
    if (this.#pending.size > 0) this.#arm();
  }

  /** null: done; else why not. */
  async #propose(body: readonly CoordinateRecord[]): Promise<string | null> {
    const outcome = await this.#options.propose({ type: CommandType.coordinates, body });
    if (!outcome.ok) return refusal(outcome.code).text;
    return outcome.result.kind === 'error' ? outcome.result.text : null;
  }
}
