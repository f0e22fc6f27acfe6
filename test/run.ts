// Runs the named suites: `node dist/test/run.js unit integration`, some of them by another node if wanted
// (`--node PATH unit`). Exit status 1 when anything failed or is missing.

import { randomInt } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { planOf } from './runner/plan.js';
import { runSuites } from './runner/run-suites.js';
import { ALLOWED_SKIPS, SUITES } from './runner/suites.js';
import { endAll } from './runner/test-file.js';

/** A file that takes longer hangs. Elsewhere than in CI it may have been told to go on for long (`npm run soak`). */
const FILE_TIMEOUT_MS = (process.env['CI'] === undefined ? 240 : 10) * 60_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endAll();
    process.kill(process.pid, signal);
  });
}

// The tests get it from their environment (test/random.ts); a run is repeated with the same one.
process.env['LICTOR_RUN_SEED'] ??= String(randomInt(1, 2 ** 31));
console.log(`# seed ${process.env['LICTOR_RUN_SEED']}`);

process.exitCode = await runSuites({
  root: path.dirname(fileURLToPath(import.meta.url)),
  suites: planOf(process.argv.slice(2), SUITES),
  fileTimeoutMs: FILE_TIMEOUT_MS,
  allowedSkips: process.env['CI'] === undefined ? null : ALLOWED_SKIPS,
});
