// The pid file: decimal pid without newline, written at start, deleted at shutdown (spec/agent.md, section 1).

import fs from 'node:fs';
import { errnoText } from '../gotext/errno.js';
import type { Closing } from '../lifecycle/closing.js';
import type { Logger } from '../observe/logger.js';

/** Writes it, unless `path` is empty, and has it deleted in the end. Returns the error text, or null. */
export function holdPidFile(path: string, closing: Closing, logger: Logger): string | null {
  if (path === '') return null;
  const problem = writePidFile(path);
  if (problem !== null) return problem;
  closing.add('pid file', () => {
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
    return `Could not open pid file: open ${path}: ${errnoText(error)}`;
  }
}

/** Returns the error text, or null. */
function removePidFile(path: string): string | null {
  try {
    fs.unlinkSync(path);
    return null;
  } catch (error) {
    return `Could not delete pid file: remove ${path}: ${errnoText(error)}`;
  }
}
