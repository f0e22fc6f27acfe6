// Runs suites (folders of compiled tests) and counts every test of all of them: one suite after the other, but for those that
// fill in, whose files run beside the others'. A run is green when nothing failed and nothing is missing: no suite, no file, no
// test of a file.

import fs from 'node:fs';
import path from 'node:path';
import type { Runtime } from './plan.js';
import { type AllowedSkip, type SkippedTest, skipProblems } from './skips.js';
import { type FileOutcome, runTestFiles } from './test-file.js';

export interface Suite {
  /** Its folder under the root. */
  readonly name: string;
  /** With fewer tests than these some were lost, unless a skipped describe holds them. */
  readonly minimum: number;
  /** How many of its processes may run at the same time. */
  readonly sideBySide: number;
  /** How many of its files share a process, one after the other; left out: each has its own. */
  readonly inOne?: number;
  /** The files that have their own all the same, since they measure or change what a process has once. */
  readonly apart?: readonly string[];
  /** Files that take longest, the longest first: begun before the others, they aren't what those wait for in the end. */
  readonly longest?: readonly string[];
  /** The files whose subject is time: run behind everything else, with nothing beside them. */
  readonly alone?: readonly string[];
  /**
   * Its files need the processor and no clock: one at a time they get what the others' leave of it, and when those are
   * through, all of it.
   */
  readonly fillsIn?: boolean;
  /** What runs it, when that isn't the node which runs this. */
  readonly runtime?: Runtime;
}

export interface RunOptions {
  /** The folder that the suites are in. */
  readonly root: string;
  readonly suites: readonly Suite[];
  readonly fileTimeoutMs: number;
  /** Skips that may be; null where any may. */
  readonly allowedSkips: readonly AllowedSkip[] | null;
}

const SLOWEST = 10;
const SHOWN_LINES = 40;
const ENDING = '.test.js';
/** What fills in may be kept from the processor for so many times as long. */
const FILLING_TIMEOUTS = 3;

/** The exit status; the counting line is the last on stdout. */
export async function runSuites(options: RunOptions): Promise<number> {
  const run = new Run(options);
  const suites = options.suites.map((suite) => new SuiteRun(run, suite));
  const filling = suites.filter(({ suite }) => suite.fillsIn === true);
  const others = suites.filter((one) => !filling.includes(one));
  const ending = suites.filter(({ last }) => last.length > 0);
  let isFilling = others.length > 0;
  const fill = async (): Promise<void> => {
    for (const one of filling) await one.work(() => isFilling, true);
  };
  const filled = fill();
  for (const one of others) {
    await one.runAll();
    if (!ending.includes(one)) one.close();
  }
  isFilling = false;
  for (const one of filling) await one.runAll();
  // The file that was begun beside the others.
  await filled;
  for (const one of filling) if (!ending.includes(one)) one.close();
  for (const one of ending) {
    await one.runLast();
    one.close();
  }
  return run.close();
}

/** What all suites of a run come to. */
class Run {
  readonly options: RunOptions;
  readonly skipped: SkippedTest[] = [];
  readonly costs: { readonly files: string; readonly seconds: number; readonly processorSeconds: number }[] = [];
  passed = 0;
  failed = 0;

  constructor(options: RunOptions) {
    this.options = options;
  }

  close(): number {
    const { allowedSkips, suites } = this.options;
    const ran = suites.map(({ name, runtime }) => ({ suite: name, node: versionOf(runtime) }));
    const problems = allowedSkips === null ? [] : skipProblems(this.skipped, allowedSkips, ran);
    for (const problem of problems) this.fail('a skip', problem);
    const slowest = this.costs.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
    console.log(`# slowest: ${slowest.map(({ files, seconds }) => `${files} ${seconds.toFixed(1)} s`).join(', ')}`);
    const dearest = this.costs.sort((a, b) => b.processorSeconds - a.processorSeconds).slice(0, SLOWEST);
    const shown = dearest.map(({ files, processorSeconds }) => `${files} ${processorSeconds.toFixed(1)} s`).join(', ');
    const all = this.costs.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0);
    console.log(`# processor: ${all.toFixed(1)} s, most of it ${shown}`);
    const skipped = this.skipped.length > 0 ? `, ${this.skipped.length} skipped` : '';
    console.log(`${this.passed} passed, ${this.failed} failed${skipped}`);
    return this.failed > 0 || this.passed === 0 ? 1 : 0;
  }

  fail(what: string, text: string): void {
    this.failed += 1;
    console.log(`  FAILED: ${what}`);
    for (const line of text.split('\n').slice(0, SHOWN_LINES)) console.log(`    ${line}`);
  }
}

class SuiteRun {
  readonly suite: Suite;
  /** The files that run alone. */
  readonly last: readonly string[];
  readonly #run: Run;
  readonly #title: string;
  /** null: there is no such folder. */
  readonly #files: readonly string[] | null;
  /** Those of one process together. */
  readonly #waiting: (readonly string[])[];
  #startedMs: number | null = null;
  #seconds = 0;
  #processorSeconds = 0;
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #hasSkippedWhole = false;

  constructor(run: Run, suite: Suite) {
    this.#run = run;
    this.suite = suite;
    this.#title = `${suite.name}${suffix(suite.runtime)}`;
    const folder = path.join(run.options.root, suite.name);
    const pathOf = (name: string): string => path.join(folder, `${name}${ENDING}`);
    this.#files = testFiles(folder);
    const files = this.#files ?? [];
    const present = (names: readonly string[] = []) => names.map(pathOf).filter((file) => files.includes(file));
    this.last = present(suite.alone);
    const first = present(suite.longest);
    const apart = present(suite.apart);
    const others = files.filter((file) => ![...this.last, ...first, ...apart].includes(file));
    this.#waiting = [...[...first, ...apart].map((file) => [file]), ...inGroups(others, suite.inOne ?? 1)];
  }

  /** Runs one process after the other while there are files and `goesOn`. */
  async work(goesOn: () => boolean, fillsIn: boolean): Promise<void> {
    this.#startedMs ??= performance.now();
    while (goesOn()) {
      const files = this.#waiting.shift();
      if (files === undefined) return;
      await this.#process(files, fillsIn);
    }
  }

  /** All files that wait, but for the last. */
  async runAll(): Promise<void> {
    await Promise.all(Array.from({ length: this.suite.sideBySide }, () => this.work(() => true, false)));
    this.#seconds = (performance.now() - (this.#startedMs ?? 0)) / 1000;
  }

  async runLast(): Promise<void> {
    const startedMs = performance.now();
    for (const file of this.last) await this.#process([file], false);
    this.#seconds += (performance.now() - startedMs) / 1000;
  }

  /** Says what it came to. */
  close(): void {
    const files = this.#files;
    if (files === null) {
      this.#fail(`the suite ${this.#title}`, 'there is no such folder');
      return;
    }
    const { minimum } = this.suite;
    const count = this.#passed + this.#failed + this.#skipped;
    if (files.length === 0) this.#fail(`the suite ${this.#title}`, 'there is no test file in it');
    else if (count < minimum && !this.#hasSkippedWhole)
      this.#fail(`the suite ${this.#title}`, `only ${count} tests of at least ${minimum}`);
    const [seconds, ofProcessor] = [this.#seconds.toFixed(1), this.#processorSeconds.toFixed(1)];
    const came = `${this.#passed} passed, ${this.#failed} failed in ${seconds} s, ${ofProcessor} s of processor`;
    console.log(`# ${this.#title}: ${came} (${files.length} files)`);
  }

  async #process(files: readonly string[], fillsIn: boolean): Promise<void> {
    const { fileTimeoutMs } = this.#run.options;
    const { runtime } = this.suite;
    const timeoutMs = fillsIn ? FILLING_TIMEOUTS * fileTimeoutMs : fileTimeoutMs;
    const outcome = await runTestFiles(files, { timeoutMs, node: runtime?.path ?? process.execPath, isNice: fillsIn });
    const names = files.map((file) => path.relative(this.#run.options.root, file).slice(0, -ENDING.length));
    for (const [i, ofFile] of outcome.files.entries()) this.#file(names[i] ?? '', ofFile);
    const { seconds, processorSeconds } = outcome;
    this.#processorSeconds += processorSeconds;
    const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
    this.#run.costs.push({ files: `${names[0]}${more}${suffix(runtime)}`, seconds, processorSeconds });
    const left = files.slice(outcome.files.length);
    if (left.length > 0) this.#waiting.unshift(left);
  }

  #file(name: string, outcome: FileOutcome): void {
    const { runtime } = this.suite;
    this.#passed += outcome.passed;
    this.#run.passed += outcome.passed;
    for (const skip of outcome.skips) {
      console.log(`  skipped: ${skip.name} (${skip.reason || 'no reason given'})  [${name}${suffix(runtime)}]`);
      this.#run.skipped.push({ file: name, node: versionOf(runtime), ...skip });
      this.#skipped += 1;
      this.#hasSkippedWhole ||= skip.isWhole;
    }
    for (const failure of outcome.failures)
      this.#fail(`${failure.name}  [${name}:${failure.line}${suffix(runtime)}]`, failure.text);
  }

  #fail(what: string, text: string): void {
    this.#failed += 1;
    this.#run.fail(what, text);
  }
}

function versionOf(runtime: Runtime | undefined): string {
  return runtime?.version ?? process.version;
}

/** Behind a name: said of what another node ran. */
function suffix(runtime: Runtime | undefined): string {
  return runtime === undefined ? '' : ` by node ${runtime.version}`;
}

function inGroups(files: readonly string[], size: number): string[][] {
  const count = Math.ceil(files.length / size);
  return Array.from({ length: count }, (_, i) => files.slice(i * size, (i + 1) * size));
}

/** Null when there is no such folder. */
function testFiles(folder: string): string[] | null {
  if (!fs.existsSync(folder)) return null;
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ENDING))
    .map((name) => path.join(folder, name))
    .sort();
}
