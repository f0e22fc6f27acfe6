// `lictor agent`: begins the thread that takes longest to load, then loads what reads the configuration. Nothing of the other
// commands is loaded on this way: the start counts.

import { beginState } from '../../main/begun-threads.js';

/** A flag that makes a server of it; the configuration may, too. */
const SERVER = /^--?(server|dev)(=(1|t|true))?$/i;

/** Resolves with the exit code when the agent has ended; the process is to end then, with whatever thread was begun. */
export async function runAgentCommand(argv: readonly string[]): Promise<number> {
  const begun = beginState({ expectsServer: argv.some((argument) => SERVER.test(argument)) });
  const { startAgent } = await import('./agent-start.js');
  return startAgent(argv, begun);
}
