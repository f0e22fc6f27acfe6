// A disk that fails for one file of a running agent: strace answers the named system calls on that file with an error, from
// when it is attached until it is detached.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AgentProcess, waitFor } from '../../agent-process.js';

/** Why such tests can't run here; false when they can. Under CI they have to. */
export const withoutFailingDisk: string | false =
  process.env['CI'] === undefined && !isInstalled() && 'strace is not installed';

function isInstalled(): boolean {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface FailingDisk {
  /** From now on the disk works again. The agent may be gone. */
  repair(): Promise<void>;
}

/** `calls` as strace names them: `fdatasync`, `write,pwrite64`. */
export async function failDisk(agent: AgentProcess, file: string, calls: string): Promise<FailingDisk> {
  const injection = `inject=${calls}:error=EIO`;
  const tracer = spawn('strace', ['-f', '-p', String(agent.child.pid), '-P', file, '-e', injection, '-o', '/dev/null']);
  const ended = once(tracer, 'exit');
  let said = '';
  tracer.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await waitFor(() => {
    if (tracer.exitCode !== null) throw new Error(`strace ended: ${said}`);
    return /attached( with \d+ threads)?\n/.test(said);
  }, 'strace to be attached');
  return {
    repair: async () => {
      tracer.kill('SIGINT');
      await ended;
    },
  };
}
