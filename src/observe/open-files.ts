// How many files and sockets this process may have open at once.

import fs from 'node:fs';

/** The soft limit; null where the system doesn't tell or has none. */
export function maxOpenFiles(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
