// The data directory is made and tried out before any thread starts, so that a directory that can't be written, or that
// another agent uses, ends the start with one clear line.

import fs from 'node:fs';
import path from 'node:path';
import { diskProblemOf, diskProblemText } from '../wire/disk-problem.js';

/** Level by level: made all at once, a read-only file system would be reported as a missing directory. */
function makeDirectory(directory: string): void {
  if (fs.existsSync(directory)) return;
  makeDirectory(path.dirname(directory));
  fs.mkdirSync(directory, { mode: 0o700 });
}

/** Makes `dataDir` (mode 0700) and proves that it can be written; returns the error text, or null. */
export function prepareDataDir(dataDir: string): string | null {
  try {
    makeDirectory(path.resolve(dataDir));
    const probe = path.join(dataDir, `.write-test-${process.pid}`);
    const file = fs.openSync(probe, 'w', 0o600);
    try {
      fs.writeSync(file, 'lictor');
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
      fs.unlinkSync(probe);
    }
    return null;
  } catch (error) {
    return diskProblemText(dataDir, diskProblemOf(error));
  }
}
