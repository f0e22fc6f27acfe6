// An error that nobody expected, met where it can be told from the rest: at the border by which the work came in (a request, a
// wake-up, a timer, a packet). The work it belongs to is given up, everything else goes on, and the error is logged in full.
// What may end the process instead is in docs/operations.md.

import type { Logger } from './logger.js';

/** For whoever called something at a border that has no logger. The error reaches {@link surviveSurprises} in a later turn. */
export function surprise(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

/** Logs what comes out of this thread's turns uncaught, and lets the thread go on. The result ends it. */
export function surviveSurprises(logger: Logger): () => void {
  const survive = (error: unknown): void => logger.error('unexpected error', 'error', errorDetail(error));
  process.on('uncaughtException', survive);
  return () => process.off('uncaughtException', survive);
}

/** With its stack, for the log. */
export function errorDetail(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
