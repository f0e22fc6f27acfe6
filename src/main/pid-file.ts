// The pid file: decimal pid without newline, written at start, deleted at shutdown (spec/agent.md, section 1).

import fs from 'node:fs';
import type { Closing } from '../lifecycle/closing.js';
import type { Logger } from '../observe/logger.js';

/** Writes it, unless `path` is empty, and has it deleted in the end. Returns the error text, or null. */
export function holdPidFile(path: string, closing: Closing, logger: Logger): string | null {
  if (path === '') return null;
  const problem = writePidFile(path);
  if (problem !== null) return problem;
  closing.add(() => {
    const left = removePidFile(path);
    if (left !== null) logger.warn(left);
  });
  return null;
}

/** Returns the error text, or null. */
function writePidFile(path: string): string | null {
  try {
    fs.writeFileSync(path, String(process.pid), { mode: 0o666 });
    return null;
  } catch (error) {
    return `Could not open pid file: open ${path}: ${reason(error)}`;
  }
}

/** Returns the error text, or null. */
function removePidFile(path: string): string | null {
  try {
    fs.unlinkSync(path);
    return null;
  } catch (error) {
    return `Could not delete pid file: remove ${path}: ${reason(error)}`;
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EROFS') return 'read-only file system';
  if (code === 'ENOSPC') return 'no space left on device';
  return error instanceof Error ? error.message : String(error);
}
