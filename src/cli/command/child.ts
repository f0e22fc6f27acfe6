// Programs that a command runs: directly, or a line by the user's shell.

import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface ChildOptions {
  readonly words: readonly string[];
  /** The words are a line for `$SHELL`, else for /bin/sh. */
  readonly hasShell: boolean;
  /** Beside what this process has. */
  readonly environment: { readonly [name: string]: string };
  readonly stdin: 'pipe' | 'ignore' | 'inherit';
  /** Signals reach whatever it has started itself, too. */
  readonly hasGroup: boolean;
}

export interface Child {
  /** null: it isn't a pipe. */
  readonly stdin: Writable | null;
  /** Nothing happens where it has ended already. */
  kill(signal: NodeJS.Signals): void;
  /** Once it is over, and all that it wrote has been written. null: well; else what became of it, in Go's words. */
  readonly ended: Promise<{ readonly problem: string; readonly code: number } | null>;
}

/** What could not be started has ended, too. */
export function startChild({ words, hasShell, environment, stdin, hasGroup }: ChildOptions): Child {
  const [program = '', ...rest] = hasShell ? [process.env['SHELL'] || '/bin/sh', '-c', words.join(' ')] : words;
  const child = spawn(program, rest, {
    stdio: [stdin, 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
    detached: hasGroup,
  });
  // It may end before it has read everything.
  child.stdin?.on('error', () => {});
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'executable file not found in $PATH' : error.message;
      resolve({ problem: `exec: ${JSON.stringify(program)}: ${why}`, code: 1 });
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve(null);
      else if (code === null) resolve({ problem: `signal: ${String(signal)}`, code: 1 });
      else resolve({ problem: `exit status ${code}`, code });
    });
  });
  return {
    stdin: child.stdin,
    kill(signal) {
      const { pid } = child;
      if (!hasGroup || pid === undefined) child.kill(signal);
      else killGroup(pid, signal);
    },
    ended,
  };
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // All of them have ended.
  }
}
