// `npm run profile:doctor|flame|bubbleprof -- --row 6`: clinic around an agent while a bench row runs. clinic looks at the
// process as a whole, so the agent's threads write their own CPU profiles beside its report.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Engine } from './agent.js';
import { cleanUpAtExit, temporaryDirectory } from './cleanup.js';
import { summarizeProfiles } from './profile-summary.js';
import { repositoryRoot } from './repository.js';
import type { Row } from './row.js';
import { ROWS } from './rows.js';
import { runOnce } from './runner.js';
import { missingTools } from './tool.js';

const TOOLS = ['doctor', 'flame', 'bubbleprof'];
/** What clinic and the agent said. */
const LOG_NAME = 'clinic.log';
const LOG_TAIL_BYTES = 3000;
const USAGE = `Usage: npm run profile:TOOL -- [--row ID] [--seconds S] [--engine net|uws]
  TOOL is ${TOOLS.join(', ')}; the default is row 6 for 5 s on the engine net`;

interface Options {
  readonly tool: string;
  readonly row: Row;
  readonly seconds: number;
  readonly engine: Engine;
}

function parse(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      row: { type: 'string', default: '6' },
      seconds: { type: 'string', default: '5' },
      engine: { type: 'string', default: 'net' },
    },
  });
  const [tool] = positionals;
  const row = ROWS.find(({ id }) => id === values.row);
  const seconds = Number(values.seconds);
  const { engine } = values;
  if (tool === undefined || !TOOLS.includes(tool)) throw new Error(USAGE);
  if (row === undefined) throw new Error(`no row "${values.row}": there are ${ROWS.map(({ id }) => id).join(', ')}`);
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error(USAGE);
  if (engine !== 'net' && engine !== 'uws') throw new Error(USAGE);
  return { tool, row, seconds, engine };
}

/** A program that takes an agent's arguments and runs it under clinic. */
function writeLauncher(directory: string, tool: string, reports: string): string {
  const launcher = path.join(directory, 'agent-under-clinic');
  const clinic = fileURLToPath(import.meta.resolve('clinic/bin.js'));
  const agent = fileURLToPath(new URL('./profiled-agent.js', import.meta.url));
  const command = [process.execPath, clinic, tool, '--open=false', '--dest', reports, '--', 'node', agent];
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const log = quote(path.join(reports, LOG_NAME));
  const line = `NO_INSIGHT=1 NO_UPDATE_NOTIFIER=1 exec ${command.map(quote).join(' ')} "$@" >${log} 2>&1`;
  fs.writeFileSync(launcher, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return launcher;
}

async function main(argv: readonly string[]): Promise<number> {
  const { tool, row, seconds, engine } = parse(argv);
  const missing = missingTools(['wrk', 'dnsperf']);
  if (missing !== null) throw new Error(missing);
  cleanUpAtExit();
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const reports = path.join(repositoryRoot, '.clinic', `${tool}-row-${row.id}-${stamp}`);
  const threads = path.join(reports, 'threads');
  fs.mkdirSync(threads, { recursive: true });
  const { directory, remove } = temporaryDirectory();
  const subject = {
    name: `lictor ${engine} under clinic ${tool}`,
    kind: 'lictor',
    binary: writeLauncher(directory, tool, reports),
    engine,
    profiler: true,
  } as const;
  process.stderr.write(`row ${row.id} with ${subject.name}; the report takes a while\n`);
  await runOnce(row, subject, 1, { seconds, warmUpSeconds: 1, profileDirectory: threads }, (step) =>
    process.stderr.write(`  ${step}\n`),
  );
  remove();
  process.stdout.write(summarizeProfiles(threads));
  const found = fs.readdirSync(reports).filter((file) => file.endsWith('.html'));
  if (found.length === 0) {
    const log = fs.readFileSync(path.join(reports, LOG_NAME), 'utf8').slice(-LOG_TAIL_BYTES);
    throw new Error(`clinic wrote no report into ${reports}:\n${log}`);
  }
  process.stdout.write(`\n${found.map((file) => path.join(reports, file)).join('\n')}\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
