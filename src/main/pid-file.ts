// The pid file: decimal pid without newline, written at start, deleted at shutdown (spec/agent.md, section 1).

import fs from 'node:fs';
import { errnoText } from '../gotext/errno.js';

/** Returns the error text, or null. */
export function writePidFile(path: string): string | null {
  try {
    fs.writeFileSync(path, String(process.pid), { mode: 0o666 });
    return null;
  } catch (error) {
    return `Could not open pid file: open ${path}: ${errnoText(error)}`;
  }
}

/** Returns the error text, or null. */
export function removePidFile(path: string): string | null {
  try {
    fs.unlinkSync(path);
    return null;
  } catch (error) {
    return `Could not delete pid file: remove ${path}: ${errnoText(error)}`;
  }
}
