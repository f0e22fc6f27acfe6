// Test files as a process of their own, one or several of them after each other. Node's `run()` would do the same, but it
// takes a file that ends by itself half way, or holds no tests, for one that passed.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { descriptorWarning } from './descriptor-warning.js';
import type { TestEvent } from './event-reporter.js';
import { eventsByFile } from './events-by-file.js';
import { processorSeconds } from './processor-time.js';
import { type Failure, type Skip, Tally } from './tally.js';

const REPORTER = fileURLToPath(new URL('./event-reporter.js', import.meta.url));
const FILES_IN_ONE = fileURLToPath(new URL('./files-in-one.js', import.meta.url));
const KEPT_OUTPUT = 1_000_000;
const SHOWN_LINES = 20;
const LEAST_PRIORITY = ['nice', '-n', '19'];

export interface FileOutcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
}

export interface ProcessOutcome {
  /** Of each file that was begun, in the order given. The others were behind one that ended the process. */
  readonly files: readonly FileOutcome[];
  readonly seconds: number;
  /** Of the processor, by the process and what it waited for. */
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

export async function runTestFiles(files: readonly string[], how: HowToRun): Promise<ProcessOutcome> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-run-'));
  const startedMs = performance.now();
  try {
    const file = path.join(folder, 'events');
    const ended = await runProcess(files, file, how);
    const outcomes = outcomesOf(talliesOf(files, readEvents(file)), ended, files);
    const seconds = (performance.now() - startedMs) / 1000;
    return { files: outcomes, seconds, processorSeconds: ended.processorSeconds };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** One for each file that was begun, and at least for the first. */
function talliesOf(files: readonly string[], events: Iterable<TestEvent>): readonly Tally[] {
  if (files.length === 1) return [new Tally(events)];
  const byFile = eventsByFile(events, files);
  return files.filter((file, i) => i === 0 || byFile.has(file)).map((file) => new Tally(byFile.get(file) ?? []));
}

/** What is wrong with the process is told of the file that it ran last, beside those that ran before. */
function outcomesOf(tallies: readonly Tally[], ended: Ended, files: readonly string[]): readonly FileOutcome[] {
  const hasFailed = tallies.some(({ failures }) => failures.length > 0);
  return tallies.map((tally, i) => {
    const isLast = i === tallies.length - 1;
    const problem = isLast ? problemOf(tally, ended, hasFailed) : problemOfTests(tally);
    const { passed, failures, skips } = tally;
    if (problem === null) return { passed, failures, skips };
    const before = isLast && i > 0 ? `\nit ran behind ${files.slice(0, i).join(', ')}` : '';
    return { passed, failures: [...failures, { name: 'the file', line: 0, text: problem + before }], skips };
  });
}

interface Ended {
  /** Exit code or signal. */
  readonly how: string;
  readonly isTimeout: boolean;
  readonly stderr: string;
  readonly processorSeconds: number;
}

function problemOfTests(tally: Tally): string | null {
  return tally.count === 0 ? 'there is no test in it' : null;
}

/** What is wrong with a process, and the file that it ran last, beside the tests that failed. */
function problemOf(tally: Tally, { how, isTimeout, stderr }: Ended, hasFailed: boolean): string | null {
  const unfinished = tally.unfinished.length > 0 ? `; unfinished: ${tally.unfinished.join(', ')}` : '';
  if (isTimeout) return `killed, since it took too long${unfinished}`;
  if (!tally.isEnded && (how !== 'exit code 0' || tally.unfinished.length > 0))
    return `ended with ${how} before its tests were over${unfinished}\n${lastLines(stderr)}`;
  if (!tally.isEnded)
    return 'ended by itself without any test having been reported: it holds none, or calls process.exit';
  if (how !== 'exit code 0' && !hasFailed && tally.count > 0)
    return `ended with ${how}, though no test failed\n${[...tally.remarks, lastLines(stderr)].join('\n')}`;
  return problemOfTests(tally) ?? descriptorWarning(stderr);
}

async function runProcess(
  files: readonly string[],
  events: string,
  { timeoutMs, node, isNice }: HowToRun,
): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _outer, ...outer } = process.env;
  const places = outer['PATH'] ?? '';
  const env = node === process.execPath ? outer : { ...outer, PATH: `${path.dirname(node)}:${places}` };
  // A process group of its own: what a test leaves behind ends with it.
  const programs = files.length === 1 ? files : [FILES_IN_ONE, ...files];
  const command = [node, `--test-reporter=${REPORTER}`, `--test-reporter-destination=${events}`, ...programs];
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
