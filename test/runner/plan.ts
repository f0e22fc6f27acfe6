// What a run is to do, as the command line has it: suites by name, and after `--node PATH` suites by that node, not by the
// one which runs this: `unit simulation --node /opt/node24/bin/node unit`.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Suite } from './run-suites.js';

/** Another node than this one. */
export interface Runtime {
  readonly path: string;
  /** As `node --version` has it. */
  readonly version: string;
}

/** A suite that isn't known has no folder, which the run says. Throws where there is no such node. */
export function planOf(words: readonly string[], known: readonly Suite[]): Suite[] {
  const planned: Suite[] = [];
  let runtime: Runtime | null = null;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word === '--node') {
      i += 1;
      runtime = runtimeAt(words[i]);
      continue;
    }
    const suite = known.find(({ name }) => name === word) ?? { name: word, minimum: 1, sideBySide: 1 };
    planned.push(runtime === null ? suite : { ...suite, runtime });
  }
  return planned;
}

function runtimeAt(given: string | undefined): Runtime {
  if (given === undefined) throw new Error('--node wants the path of a node');
  const absolute = path.resolve(given);
  return { path: absolute, version: execFileSync(absolute, ['--version'], { encoding: 'utf8' }).trim() };
}
