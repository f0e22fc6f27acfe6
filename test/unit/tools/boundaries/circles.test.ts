// The check of boundaries, asked of a small project of its own: a circle between folders is found though no two files import
// each other, and though one of the imports is of a type alone.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory, writeFiles } from '../../../temporary.js';

const CHECK = fileURLToPath(new URL('../../../../../test/check-boundaries.mjs', import.meta.url));

type Files = { readonly [name: string]: string };

function check(context: TestContext, files: Files): { readonly code: number | null; readonly said: string } {
  const directory = temporaryDirectory(context);
  writeFiles(path.join(directory, 'src'), files);
  const { status, stdout } = spawnSync(process.execPath, [CHECK, directory], { encoding: 'utf8' });
  return { code: status, said: stdout };
}

const FILES = {
  'wire/one.ts': "import { three } from '../gotext/three.js';\nexport const one = three;\n",
  'wire/two.ts': 'export interface Two { readonly is: number }\n',
  'gotext/three.ts': 'export const three = 3;\n',
};

test('a circle between folders is shown with the files that make it, and fails', (t) => {
  const four = "import type { Two } from '../wire/two.js';\nexport const four: Two = { is: 4 };\n";
  const { code, said } = check(t, { ...FILES, 'gotext/four.ts': four });
  assert.equal(code, 1);
  assert.ok(said.includes('folders in a circle: src/gotext -> src/wire -> src/gotext\n'), said);
  assert.ok(said.includes('  src/gotext/four.ts -> src/wire/two.ts\n'), said);
  assert.ok(said.includes('  src/wire/one.ts -> src/gotext/three.ts\n'), said);
  assert.ok(said.includes('error gotext-imports: src/gotext/four.ts -> src/wire/two.ts'), said);
});

test('without one nothing is said of circles; what was hardly looked at fails all the same', (t) => {
  const { code, said } = check(t, FILES);
  assert.equal(code, 1);
  assert.ok(said.includes('3 modules, 1 dependencies, 0 violations, 0 circles between folders'), said);
  assert.ok(said.includes('the check did not see the sources'), said);
});
