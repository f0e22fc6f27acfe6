// The suites' runner as a process of its own, over little suites whose files are given as texts.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { repositoryRoot } from '../../data.js';
import { temporaryDirectory, writeFiles } from '../../temporary.js';

const RUNNER = path.join(repositoryRoot, 'dist/test/runner/run-suites.js');
const IMPORTS = `import { after, before, beforeEach, describe, it, test } from 'node:test';\nimport assert from 'node:assert';\n`;
export const PASSES = `test('fine', () => {});`;

export interface Run {
  readonly code: number;
  readonly lines: readonly string[];
  readonly stdout: string;
}

export interface More {
  readonly minimum?: number;
  /** As source text. */
  readonly allowedSkips?: string;
  readonly fileTimeoutMs?: number;
  /** Another node that runs it, of version v99.1.0. */
  readonly node?: string;
  /** The file that runs with nothing beside it. */
  readonly alone?: string;
  /** How many files share a process, and which has its own. */
  readonly inOne?: number;
  readonly apart?: string;
  /** Sources of the suite `f`, which fills in. */
  readonly filling?: { readonly [name: string]: string };
}

/** Runs the suite `s`, whose test files (or others, with their ending) have these sources, and `f` if there is one. */
export async function run(
  context: TestContext,
  sources: { readonly [name: string]: string },
  more: More = {},
): Promise<Run> {
  const root = temporaryDirectory(context);
  const {
    minimum = 1,
    allowedSkips = 'null',
    fileTimeoutMs = 60_000,
    node,
    alone = '',
    inOne = 1,
    apart = '',
    filling,
  } = more;
  const filesOf = (suite: string, texts: { readonly [name: string]: string }): readonly (readonly [string, string])[] =>
    Object.entries(texts).map(([name, source]) => [
      name.endsWith('.js') ? `${suite}/${name}` : `${suite}/${name}.test.js`,
      IMPORTS + source,
    ]);
  const files = [...filesOf('s', sources), ...filesOf('f', filling ?? {})];
  const fills = filling === undefined ? '' : `{ name: 'f', minimum: 1, sideBySide: 2, fillsIn: true },`;
  const runtime = node === undefined ? '' : `, runtime: { path: ${JSON.stringify(node)}, version: 'v99.1.0' }`;
  writeFiles(root, {
    ...Object.fromEntries(files),
    'package.json': { type: 'module' },
    'main.js': `import { runSuites } from ${JSON.stringify(RUNNER)};
      const together = { inOne: ${inOne}, apart: ['${apart}'] };
      const suites = [${fills} { name: 's', minimum: ${minimum}, sideBySide: 2, alone: ['${alone}'], ...together${runtime} }];
      process.exitCode = await runSuites({
        root: ${JSON.stringify(root)}, suites, fileTimeoutMs: ${fileTimeoutMs}, allowedSkips: ${allowedSkips},
      });`,
  });
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(root, 'main.js')], (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), lines: stdout.trimEnd().split('\n'), stdout });
    });
  });
}

/** It failed with `said` on a line of its own, and the last line counts. */
export function assertFailed({ code, lines, stdout }: Run, said: RegExp, counted: string): void {
  assert.equal(code, 1, stdout);
  assert.ok(
    lines.some((line) => said.test(line)),
    stdout,
  );
  assert.equal(lines.at(-1), counted, stdout);
}
