// `npm run bench`: the rows of the table against lictor, and against any Consul-compatible binary run in between
// (docs/benchmarks.md).

import path from 'node:path';
import { loadUws } from '../src/workers/state/http/uws/uws-module.js';
import { cleanUpAtExit } from './cleanup.js';
import { describeMachine } from './machine.js';
import { type Options, parseOptions } from './options.js';
import { summarizeProfiles } from './profile-summary.js';
import { outcomes } from './report/outcome.js';
import { renderReport } from './report/report.js';
import { defaultResultPath, readResults, writeResults } from './report/result-file.js';
import { repositoryRoot } from './repository.js';
import { ROWS } from './rows.js';
import { runPlan } from './runner.js';
import { missingTools } from './tool.js';

/** Resolves with the exit code: 1 when a row could not be measured. A goal that is missed is a result, not a failure. */
async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    argv,
    ROWS.map(({ id }) => id),
  );
  if (!parsed.ok) {
    process.stderr.write(`${parsed.error}\n`);
    return 1;
  }
  const { options } = parsed;
  if (options.list) {
    for (const row of ROWS) process.stdout.write(`${row.id.padEnd(12)}${row.what}\n`);
    return 0;
  }
  if (options.from !== null) {
    const { machine, results } = readResults(options.from);
    process.stdout.write(renderReport(results, machine, options.markdown));
    return 0;
  }
  return measure(options);
}

async function measure(options: Options): Promise<number> {
  const missing = missingTools(['wrk', 'dnsperf']);
  if (missing !== null) {
    process.stderr.write(`${missing}\n`);
    return 1;
  }
  cleanUpAtExit();
  const rows = ROWS.filter(({ id, isOnlyNamed }) => options.rows?.includes(id) ?? isOnlyNamed !== true);
  const machine = describeMachine();
  const withoutUws = await loadUws().then(
    () => null,
    (error: Error) => error.message,
  );
  if (withoutUws !== null) process.stderr.write(`${withoutUws}\n`);
  const file = options.out ?? defaultResultPath(machine);
  const profileDirectory = options.profile ? file.replace(/(\.json)?$/, '-profiles') : null;
  const { measured, calibrations } = await runPlan({
    rows,
    engines: options.engines,
    hasUws: withoutUws === null,
    binary: path.resolve(options.bin ?? path.join(repositoryRoot, 'lictor')),
    peer: options.peer === null ? null : path.resolve(options.peer),
    repeat: options.repeat,
    seconds: options.seconds,
    warmUpSeconds: options.warmUpSeconds,
    calibrate: options.calibrate,
    profileDirectory,
  });
  const results = { rows, measured, calibrations };
  const { repeat, seconds, warmUpSeconds, profile: profiled } = options;
  writeResults(file, machine, { repeat, seconds, warmUpSeconds, profiled }, results);
  process.stdout.write(renderReport(results, machine, options.markdown));
  process.stderr.write(`\nAll samples: ${file}\n`);
  if (profileDirectory !== null) process.stdout.write(summarizeProfiles(profileDirectory));
  return outcomes(results).some(({ error }) => error !== null) ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
