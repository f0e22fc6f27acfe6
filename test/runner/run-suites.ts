// Runs suites (folders of compiled tests) one after the other and counts every test of all of them. A run is green when
// nothing failed and nothing is missing: no suite, no file, no test of a file.

import fs from 'node:fs';
import path from 'node:path';
import type { Runtime } from './plan.js';
import { type AllowedSkip, type SkippedTest, skipProblems } from './skips.js';
import { runTestFile } from './test-file.js';

export interface Suite {
  /** Its folder under the root. */
  readonly name: string;
  /** With fewer tests than these some were lost, unless a skipped describe holds them. */
  readonly minimum: number;
  /** How many of its files may run at the same time. */
  readonly sideBySide: number;
  /** The file that takes longest: begun first, it isn't what the others wait for in the end. */
  readonly longest?: string;
  /** The file whose subject is time: run behind the others, with nothing beside it. */
  readonly alone?: string;
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

/** The exit status; the counting line is the last on stdout. */
export async function runSuites(options: RunOptions): Promise<number> {
  const run = new SuitesRun(options);
  for (const suite of options.suites) await run.suite(suite);
  return run.close();
}

class SuitesRun {
  readonly #options: RunOptions;
  #passed = 0;
  #failed = 0;
  readonly #skipped: SkippedTest[] = [];
  readonly #durations: { readonly file: string; readonly seconds: number }[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async suite({ name, minimum, sideBySide, longest, alone, runtime }: Suite): Promise<void> {
    const title = `${name}${suffix(runtime)}`;
    const folder = path.join(this.#options.root, name);
    const files = testFiles(folder);
    if (files === null) return this.#fail(`the suite ${title}`, 'there is no such folder');
    const startedMs = performance.now();
    const [passed, failed, skipped] = [this.#passed, this.#failed, this.#skipped.length];
    const first = path.join(folder, `${longest ?? ''}${ENDING}`);
    const last = path.join(folder, `${alone ?? ''}${ENDING}`);
    const others = files.filter((file) => file !== first && file !== last);
    const waiting = files.includes(first) ? [first, ...others] : others;
    const work = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await this.#file(file, runtime);
    };
    await Promise.all(Array.from({ length: sideBySide }, work));
    if (files.includes(last)) await this.#file(last, runtime);
    const count = this.#passed - passed + this.#failed - failed + this.#skipped.length - skipped;
    if (files.length === 0) this.#fail(`the suite ${title}`, 'there is no test file in it');
    else if (count < minimum && !this.#skipped.slice(skipped).some(({ isWhole }) => isWhole))
      this.#fail(`the suite ${title}`, `only ${count} tests of at least ${minimum}`);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(
      `# ${title}: ${this.#passed - passed} passed, ${this.#failed - failed} failed in ${seconds} s (${files.length} files)`,
    );
  }

  close(): number {
    const { allowedSkips, suites } = this.#options;
    const ran = suites.map(({ name, runtime }) => ({ suite: name, node: versionOf(runtime) }));
    const problems = allowedSkips === null ? [] : skipProblems(this.#skipped, allowedSkips, ran);
    for (const problem of problems) this.#fail('a skip', problem);
    const slowest = this.#durations.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
    console.log(`# slowest: ${slowest.map(({ file, seconds }) => `${file} ${seconds.toFixed(1)} s`).join(', ')}`);
    const skipped = this.#skipped.length > 0 ? `, ${this.#skipped.length} skipped` : '';
    console.log(`${this.#passed} passed, ${this.#failed} failed${skipped}`);
    return this.#failed > 0 || this.#passed === 0 ? 1 : 0;
  }

  async #file(file: string, runtime: Runtime | undefined): Promise<void> {
    const name = path.relative(this.#options.root, file).slice(0, -ENDING.length);
    const outcome = await runTestFile(file, this.#options.fileTimeoutMs, runtime?.path);
    this.#passed += outcome.passed;
    for (const skip of outcome.skips) {
      console.log(`  skipped: ${skip.name} (${skip.reason || 'no reason given'})  [${name}${suffix(runtime)}]`);
      this.#skipped.push({ file: name, node: versionOf(runtime), ...skip });
    }
    for (const failure of outcome.failures)
      this.#fail(`${failure.name}  [${name}:${failure.line}${suffix(runtime)}]`, failure.text);
    this.#durations.push({ file: `${name}${suffix(runtime)}`, seconds: outcome.seconds });
  }

  #fail(what: string, text: string): void {
    this.#failed += 1;
    console.log(`  FAILED: ${what}`);
    for (const line of text.split('\n').slice(0, SHOWN_LINES)) console.log(`    ${line}`);
  }
}

function versionOf(runtime: Runtime | undefined): string {
  return runtime?.version ?? process.version;
}

/** Behind a name: said of what another node ran. */
function suffix(runtime: Runtime | undefined): string {
  return runtime === undefined ? '' : ` by node ${runtime.version}`;
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
