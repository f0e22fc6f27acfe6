// A module for rare use, in a process of its own: it is compiled anew later than others, and the options that are in force
// afterwards are the ones that Node's own compiled code was made with.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const MODULE = new URL('../../../src/wasm/tiering.js', import.meta.url).href;
/** `(func (export "f") (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))`, with a last byte of its own. */
const code = (last: number): string => `new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x7f, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0,
  10, 16, 1, 14, 0, 3, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x0b, 0, 2, 1, ${last}])`;

/** What it writes, with what Node says of compiled code. */
async function run(options: readonly string[], program: string): Promise<string> {
  const env = { ...process.env, NODE_DEBUG_NATIVE: 'CODE_CACHE' };
  const text = `import { compileForRareUse } from ${JSON.stringify(MODULE)}; ${program}`;
  const args = [...options, '--input-type=module', '-e', text];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 });
  return stdout + stderr;
}

test('is compiled anew later than V8 would', async () => {
  const output = await run(
    ['--allow-natives-syntax', '--wasm-tiering-budget=20000'],
    `const rare = new WebAssembly.Instance(compileForRareUse(${code(1)})).exports.f;
    const usual = new WebAssembly.Instance(new WebAssembly.Module(${code(2)})).exports.f;
    for (let end = Date.now() + 30_000; !%IsTurboFanFunction(usual) && Date.now() < end; ) {
      rare(10_000);
      usual(10_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log('usual', %IsTurboFanFunction(usual), 'rare', %IsTurboFanFunction(rare));`,
  );
  assert.match(output, /^usual true rare false$/m);
});

test('leaves the options as they were, so that Node’s compiled code is taken', async () => {
  // Loaded by nothing before.
  const program = `compileForRareUse(${code(1)}); await import('node:readline');`;
  const [budget = ''] =
    /--wasm-tiering-budget=\d+/.exec((await promisify(execFile)(process.execPath, ['--v8-options'])).stdout) ?? [];
  assert.match(await run([budget], program), /^Code cache of readline \(.*\) is accepted$/m);
  assert.match(await run(['--wasm-tiering-budget=77'], program), /^Code cache of readline \(.*\) is rejected$/m);
});
