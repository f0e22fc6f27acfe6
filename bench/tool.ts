// Runs a load generator that Debian ships and hands over what it printed.

import { spawn, spawnSync } from 'node:child_process';
import { cleanUpLater } from './cleanup.js';

export type Tool = 'wrk' | 'dnsperf';

/** The message to print when a tool is missing, or null. */
export function missingTools(tools: Iterable<Tool>): string | null {
  const missing = [...new Set(tools)].filter((tool) => spawnSync(tool, ['-h'], { stdio: 'ignore' }).error);
  if (missing.length === 0) return null;
  return `missing: ${missing.join(', ')}. Install the Debian packages of the same names: apt-get install ${missing.join(' ')}`;
}

/** Standard output; rejects with what the tool said when it fails. */
export function runTool(tool: Tool, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const forget = cleanUpLater(() => child.kill('SIGKILL'));
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.once('error', reject);
    // `close` comes after the child was waited for: its CPU time is in this process's account by then.
    child.once('close', (code) => {
      forget();
      if (code === 0) resolve(output);
      else reject(new Error(`${tool} ended with ${code}: ${(errors || output).slice(-500)}`));
    });
  });
}
