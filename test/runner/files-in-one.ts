// Runs test files, given as paths, one after the other in this process, so that what they import is loaded once. Each is a
// suite with its path for a name: its hooks at the top are that suite's. When its tests are over, the process must be as it
// was before. `node dist/test/runner/files-in-one.js FILE…`

import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import { changesSince, processState } from './process-state.js';

for (const file of process.argv.slice(2)) await runFile(file);

/** Resolves when its last hook is called; its tests stand between the suites' names in what node reports. */
function runFile(file: string): Promise<void> {
  return new Promise((resolve) => {
    describe(file, async () => {
      const before = processState();
      try {
        await import(pathToFileURL(file).href);
        // Behind the file's own ones.
        after(() => {
          resolve();
          assert.deepEqual(changesSince(before), [], 'the file leaves the process changed, which others run in, too');
        });
      } catch (error) {
        resolve();
        throw error;
      }
    });
  });
}
