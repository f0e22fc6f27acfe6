// Programs in a process group of their own that ends with this process, however this one ends: a killed runner can't end
// anything any more, but the pipe that it held is closed then.

import { type ChildProcess, spawn } from 'node:child_process';

/** Ends the group when nobody holds the other end of descriptor 3 any more; the program takes the place of the shell. */
const WATCHED = '(cat <&3 >/dev/null 2>&1; kill -KILL 0) >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

export interface TiedOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The program's output is piped; {@link endGroup} with its pid ends what it leaves behind. */
export function spawnTied(program: string, argv: readonly string[], { cwd, env }: TiedOptions): ChildProcess {
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe', 'pipe'];
  return spawn('/bin/sh', ['-c', WATCHED, program, ...argv], { cwd, env, detached: true, stdio });
}

export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
