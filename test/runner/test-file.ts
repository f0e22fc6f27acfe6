// One test file as a process of its own. Node's `run()` would do the same, but it takes a file that ends by itself half way,
// or holds no tests, for one that passed.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { descriptorWarning } from './descriptor-warning.js';
import type { TestEvent } from './event-reporter.js';
import { processorSeconds } from './processor-time.js';
import { type Failure, type Skip, Tally } from './tally.js';

const REPORTER = fileURLToPath(new URL('./event-reporter.js', import.meta.url));
const KEPT_OUTPUT = 1_000_000;
const SHOWN_LINES = 20;
const LEAST_PRIORITY = ['nice', '-n', '19'];

export interface FileOutcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
  readonly seconds: number;
  /** Of the processor, by the file and what it waited for. */
  readonly processorSeconds: number;
}

const groups = new Set<number>();

/** Ends every test that runs, with the processes it started. */
export function endAll(): void {
  for (const pid of groups) endGroup(pid);
}

export interface HowToRun {
  readonly timeoutMs: number;
  /** The one that runs it; a program that it starts by the name of `node` is run by the same. */
  readonly node: string;
  /** It and what it starts get the processor when nobody else wants it. */
  readonly isNice: boolean;
}

export async function runTestFile(file: string, how: HowToRun): Promise<FileOutcome> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-run-'));
  const startedMs = performance.now();
  try {
    const events = path.join(folder, 'events');
    const ended = await runProcess(file, events, how);
    const tally = new Tally(readEvents(events));
    const problem = problemOf(tally, ended);
    return {
      passed: tally.passed,
      failures: problem === null ? tally.failures : [...tally.failures, { name: 'the file', line: 0, text: problem }],
      skips: tally.skips,
      seconds: (performance.now() - startedMs) / 1000,
      processorSeconds: ended.processorSeconds,
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

interface Ended {
  /** Exit code or signal. */
  readonly how: string;
  readonly isTimeout: boolean;
  readonly stderr: string;
  readonly processorSeconds: number;
}

/** What is wrong with a file beside the tests that failed. */
function problemOf(tally: Tally, { how, isTimeout, stderr }: Ended): string | null {
  const unfinished = tally.unfinished.length > 0 ? `; unfinished: ${tally.unfinished.join(', ')}` : '';
  if (isTimeout) return `killed, since it took too long${unfinished}`;
  if (!tally.isEnded && (how !== 'exit code 0' || tally.unfinished.length > 0))
    return `ended with ${how} before its tests were over${unfinished}\n${lastLines(stderr)}`;
  if (!tally.isEnded)
    return 'ended by itself without any test having been reported: it holds none, or calls process.exit';
  if (tally.count === 0) return 'there is no test in it';
  if (how !== 'exit code 0' && tally.failures.length === 0)
    return `ended with ${how}, though no test failed\n${[...tally.remarks, lastLines(stderr)].join('\n')}`;
  return descriptorWarning(stderr);
}

async function runProcess(file: string, events: string, { timeoutMs, node, isNice }: HowToRun): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _outer, ...outer } = process.env;
  const places = outer['PATH'] ?? '';
  const env = node === process.execPath ? outer : { ...outer, PATH: `${path.dirname(node)}:${places}` };
  // A process group of its own: what a test leaves behind ends with it.
  const command = [node, `--test-reporter=${REPORTER}`, `--test-reporter-destination=${events}`, file];
  const [program = '', ...args] = isNice ? [...LEAST_PRIORITY, ...command] : command;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${node} could not be started`);
  groups.add(pid);
  // What a test wants to be read stands behind a `#`; the rest is the tested code's.
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('# ')) console.log(line);
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    stderr = (stderr + chunk.toString()).slice(-KEPT_OUTPUT);
  });
  let isTimeout = false;
  const timer = setTimeout(() => {
    isTimeout = true;
    endGroup(pid);
  }, timeoutMs);
  let taken = 0;
  child.once('exit', () => {
    taken = processorSeconds();
    endGroup(pid);
    // Whoever has left the group may still hold the pipes.
    setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, 5_000).unref();
  });
  const how = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  clearTimeout(timer);
  groups.delete(pid);
  return { how, isTimeout, stderr, processorSeconds: taken };
}

function* readEvents(file: string): Generator<TestEvent> {
  if (!fs.existsSync(file)) return;
  // Behind the last line's end lies nothing, or what a killed process hadn't written yet.
  for (const line of fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)) yield JSON.parse(line) as TestEvent;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}
