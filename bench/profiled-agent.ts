// The agent's entry point under clinic. clinic loads its probes into every worker, where all of them write the same files
// over one another; they flush only in a process that ends by itself, and some end it at the first signal. This keeps them
// to main, lets the agent stop in its own way, and lets them flush behind it.

import { syncBuiltinESMExports } from 'node:module';
import threads, { type WorkerOptions } from 'node:worker_threads';

/** A probe that never says that it is done must not keep the process alive. */
const FLUSH_DEADLINE_MS = 30_000;

threads.Worker = class extends threads.Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    const { NODE_OPTIONS: _, ...environment } = process.env;
    super(file, { ...options, execArgv: [], env: environment });
  }
};
syncBuiltinESMExports();
for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);

const { runAgentCommand } = await import('../src/cli/commands/agent.js');
// The command's own name stands before its arguments.
await runAgentCommand(process.argv.slice(3));
setTimeout(() => process.exit(0), FLUSH_DEADLINE_MS).unref();
if (!process.emit('beforeExit', 0)) process.exit(0);
