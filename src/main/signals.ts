// The signals that an agent takes (spec/agent.md, section 1).

import type { Logger } from '../observe/logger.js';

const NAMES = { SIGINT: 'interrupt', SIGTERM: 'terminated', SIGHUP: 'hangup' } as const;

export type StopSignal = 'SIGINT' | 'SIGTERM';

export interface SignalListener {
  reload(): void;
  stop(signal: StopSignal): void;
  dumpMetrics(): void;
}

export function takeSignals(logger: Logger, listener: SignalListener): void {
  process.on('SIGPIPE', () => {});
  // Whoever doesn't take it gets Node's: a port opens by which anybody on the machine may debug the process.
  process.on('SIGUSR1', () => listener.dumpMetrics());
  process.on('SIGHUP', () => {
    logger.info('Caught', 'signal', NAMES.SIGHUP);
    listener.reload();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      logger.info('Caught', 'signal', NAMES[signal]);
      listener.stop(signal);
    });
  }
}
