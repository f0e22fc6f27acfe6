// The uws engine is an optional package with binaries for some versions of node: an agent that is to use it where it isn't
// says so in a line and ends. The binary is hidden by a module that is loaded into each thread.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { uwsUnusable } from '../../../src/workers/state/http/uws/uws-module.js';
import { startAgent } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';

const HIDE = `
const load = process.dlopen;
process.dlopen = (module, file, ...more) => {
  if (/uws_[^/]*\\.node$/.test(file)) throw new Error(file + ': cannot open shared object file');
  return load(module, file, ...more);
};`;
const ASKED = /http_config\.engine = \\?"uws\\?" needs the optional npm package uws-pack, which /;

test('an agent that is to use the uws engine where it has no binary ends with one line that says what to do', async (context) => {
  const hide = path.join(temporaryDirectory(context), 'hide.cjs');
  fs.writeFileSync(hide, HIDE);
  process.env['NODE_OPTIONS'] = `--require=${hide}`;
  context.after(() => delete process.env['NODE_OPTIONS']);
  const failed = await startAgent({ args: ['-dev', '-hcl', 'http_config { engine = "uws" }'] }).then(
    () => assert.fail('it started'),
    (error: Error) => error.message,
  );
  assert.match(failed, /^the agent exited with 1:/);
  const errors = failed.split('\n').filter((line) => line.includes('[ERROR]'));
  assert.equal(errors.length, 1, failed);
  assert.match(errors[0] ?? '', ASKED);
  assert.match(errors[0] ?? '', /(can't be loaded by Node v\d|is not installed).*Node 22, or set engine = \\?"net/);
});

test('a package that is missing is told from one that has no binary', async () => {
  const missing: unknown = await import('uws-that-is-nowhere' as string).catch((error: unknown) => error);
  assert.match(uwsUnusable(missing), /which is not installed: run "npm ci" and the agent with Node 22, or/);
  assert.match(uwsUnusable(new Error('no binary')), /which can't be loaded by Node v\d[\d.]+ on \w+: run/);
});
