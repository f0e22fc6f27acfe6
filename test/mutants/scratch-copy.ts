// A copy of the built project in which one source file at a time is another one: the files are linked, not copied, so that
// a copy costs nothing, and a mutated file is compiled alone.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from '../data.js';
import type { Mutant } from './mutant.js';
import { endGroup, spawnTied } from './tied-process.js';

/** What tests read beside the compiled code. */
const LINKED = ['node_modules', 'src', 'test', 'bench', 'bundling', 'docs', '.ci', 'README.md', 'tsconfig.json'];
const COPIED = ['package.json', 'lictor'];

export interface TestRun {
  readonly failed: boolean;
  /** What the tests wrote. */
  readonly output: string;
}

export class ScratchCopy {
  readonly #folder: string;

  /** `folder` is empty and the copy's own. */
  constructor(folder: string) {
    this.#folder = folder;
    for (const name of LINKED) fs.symlinkSync(path.join(repositoryRoot, name), path.join(folder, name));
    for (const name of COPIED) fs.copyFileSync(path.join(repositoryRoot, name), path.join(folder, name));
    linkTree(path.join(repositoryRoot, 'dist'), path.join(folder, 'dist'));
  }

  /** Runs one test file; a run that isn't over at the deadline has failed. */
  async run(test: string, deadlineMs: number, variables: Mutant['environment'] = {}): Promise<TestRun> {
    const file = testFile(this.#folder, test);
    // Agents that a failing test leaves behind end with its process group, and that with this process.
    const env = { ...environment(), ...variables };
    const child = spawnTied(process.execPath, ['--test', file], { cwd: this.#folder, env });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const timer = setTimeout(() => endGroup(child.pid), deadlineMs);
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    clearTimeout(timer);
    endGroup(child.pid);
    return { failed: code !== 0, output };
  }

  /** Puts the broken file in place while `work` runs. */
  async with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T> {
    const compiled = `src/${mutant.file.replace(/\.ts$/, '.js')}`;
    const target = path.join(this.#folder, 'dist', compiled);
    const broken = compile(mutant);
    fs.rmSync(target);
    fs.writeFileSync(target, broken);
    const isBundled = mutant.tests.some(startsPrograms);
    try {
      if (isBundled) await bundle(this.#folder);
      return await work();
    } finally {
      fs.rmSync(target);
      fs.linkSync(path.join(repositoryRoot, 'dist', compiled), target);
      if (isBundled) await bundle(this.#folder);
    }
  }
}

/** Whether a test starts ./lictor, which runs the bundled files, not the modules. */
function startsPrograms(test: string): boolean {
  return !/^(unit|simulation)\//.test(test);
}

async function bundle(folder: string): Promise<void> {
  const child = spawn(process.execPath, [path.join(repositoryRoot, 'bundle.mjs'), folder], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the program can't be bundled: exit code ${code}`);
}

/** Where the compiled test of that name is, under the project or a copy of it. */
function testFile(root: string, name: string): string {
  return path.join(root, 'dist/test', `${name}.test.js`);
}

/** What is wrong with a mutant before anything is broken: its text isn't there once, or a test isn't; null when nothing is. */
export function misfit({ file, find, tests }: Mutant): string | null {
  const source = path.join(repositoryRoot, 'src', file);
  if (!fs.existsSync(source)) return `there is no ${file}`;
  const places = fs.readFileSync(source, 'utf8').split(find).length - 1;
  if (places !== 1) return `its text stands ${places} times in ${file}`;
  const missing = tests.find((test) => !fs.existsSync(testFile(repositoryRoot, test)));
  return missing === undefined ? null : `there is no test file ${missing}`;
}

/** The mutated file as JavaScript. Throws when the mutant no longer fits the source. */
function compile(mutant: Mutant): string {
  const problem = misfit(mutant);
  const { name, file, find, replace } = mutant;
  if (problem !== null) throw new Error(`"${name}": ${problem}`);
  const source = fs.readFileSync(path.join(repositoryRoot, 'src', file), 'utf8');
  const text = source.split(find).join(replace);
  const { outputText, diagnostics } = ts.transpileModule(text, {
    fileName: file,
    compilerOptions,
    reportDiagnostics: true,
  });
  const [wrong] = diagnostics ?? [];
  if (wrong) throw new Error(`"${name}": ${ts.flattenDiagnosticMessageText(wrong.messageText, '\n')}`);
  return outputText;
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  isolatedModules: true,
};

/** A test runner inside a test runner takes itself for a child of the outer one if it sees its variables. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _outer, LICTOR_SEED: _repeated, LICTOR_SEEDS: _many, ...rest } = process.env;
  return rest;
}

function linkTree(from: string, to: string): void {
  fs.mkdirSync(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else fs.linkSync(source, target);
  }
}
