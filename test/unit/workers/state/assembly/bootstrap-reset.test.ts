// The index that allows another first token, as it lies on the disk: in the data directory, or where the agent was started.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { bootstrapReset } from '../../../../../src/workers/state/assembly/bootstrap-reset.js';
import { temporaryDirectory } from '../../../../temporary.js';

test('the file is looked for in the data directory, and without one where the agent was started', (t) => {
  const logged: string[] = [];
  const logger = new Logger('acl', new LogSink('debug', ({ message }) => logged.push(message)));
  const startedIn = process.cwd();
  t.after(() => process.chdir(startedIn));
  process.chdir(temporaryDirectory(t));
  const dataDir = temporaryDirectory(t);
  for (const [told, folder] of [
    [dataDir, dataDir],
    [null, process.cwd()],
  ] as const) {
    const file = path.join(folder, 'acl-bootstrap-reset');
    const reset = bootstrapReset(told, logger);
    assert.equal(reset.index(), 0);
    fs.writeFileSync(file, '13\n');
    assert.equal(reset.index(), 13);
    fs.writeFileSync(file, 'thirteen');
    assert.equal(reset.index(), 0);
    assert.deepEqual(logged.splice(0), ['bootstrap reset file holds no index']);
    reset.remove();
    assert.ok(!fs.existsSync(file));
    reset.remove();
    assert.deepEqual(logged, []);
  }
});
