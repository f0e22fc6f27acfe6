// Where and with what a result was measured.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { repositoryRoot } from './repository.js';

const BYTES_PER_GB = 1024 ** 3;

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly date: string;
  readonly revision: string;
  /** Files differ from the revision. */
  readonly dirty: boolean;
}

export function describeMachine(): Machine {
  return {
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round((os.totalmem() / BYTES_PER_GB) * 10) / 10,
    kernel: os.release(),
    node: process.version,
    date: new Date().toISOString(),
    revision: git('rev-parse', '--short=12', 'HEAD') || 'unknown',
    dirty: git('status', '--porcelain', '--untracked-files=no', '--', 'src') !== '',
  };
}

/** "" outside a repository. */
function git(...args: string[]): string {
  if (!fs.existsSync(`${repositoryRoot}/.git`)) return '';
  try {
    return execFileSync('git', args, {
      cwd: repositoryRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
