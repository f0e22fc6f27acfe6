// Reloads of the configuration, one after the other: the files are read again, the state worker judges what they define, and
// only what it accepted is taken over.

import type { Logger } from '../observe/logger.js';
import type { RuntimeConfig } from '../wire/config.js';
import type { ControlAnswer } from '../wire/state-worker.js';
import type { Reloaded } from './config/reload.js';

export interface ReloadsOptions {
  readonly logger: Logger;
  /** Reads all files again with the original command line. */
  readonly read: () => Reloaded;
  /** Hands it to the state worker, which answers to {@link Reloads.judged}. */
  readonly propose: (config: RuntimeConfig) => void;
  /** It is the configuration from now on. */
  readonly takeOver: (config: RuntimeConfig) => void;
}

export class Reloads {
  readonly #options: ReloadsOptions;
  #last: Promise<unknown> = Promise.resolve();
  /** Of the state worker, to the reload that runs. */
  #answer: (error: string | null) => void = () => {};

  constructor(options: ReloadsOptions) {
    this.#options = options;
  }

  reload(): Promise<ControlAnswer<'reload'>> {
    const reloaded = this.#last.then(() => this.#reloadNow());
    this.#last = reloaded;
    return reloaded;
  }

  /** The state worker's word; with an error nothing was taken over. */
  judged(error: string | null): void {
    this.#answer(error);
  }

  /** The state worker first: it refuses definitions that can't be, and then nothing has changed anywhere. */
  async #reloadNow(): Promise<ControlAnswer<'reload'>> {
    const { logger, propose, takeOver } = this.#options;
    logger.info('Reloading configuration...');
    const loaded = this.#read();
    if (!loaded.ok) return { ok: false, error: loaded.error };
    const { config, warnings } = loaded;
    for (const warning of warnings) logger.warn(warning);
    const error = await new Promise<string | null>((resolve) => {
      this.#answer = resolve;
      propose(config);
    });
    if (error !== null) return { ok: false, error };
    takeOver(config);
    return { ok: true, result: null };
  }

  #read(): Reloaded {
    try {
      return this.#options.read();
    } catch (error) {
      return { ok: false, error: String(error) };
    }
  }
}
