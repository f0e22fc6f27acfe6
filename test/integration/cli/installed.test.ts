// The built program as it is installed: the code that V8 compiled when it was built, what becomes of a start when that code is
// damaged or another's, a folder that nobody may write to, stacks, and the certificates that Node is kept from reading.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { dataPath, repositoryRoot } from '../../data.js';
import { temporaryDirectory } from '../../temporary.js';

const NOBODY = 65_534;
const KEY_BYTES = 32;
const PROGRAMS = [
  'cli/commands/agent-start',
  'cli/run',
  ...['state/assembly', 'raft', 'checks'].map((name) => `workers/${name}/worker`),
  ...['server', 'client'].map((name) => `workers/state/assembly/${name}-thread`),
];
/** Of whoever builds: not that of those who use it. */
const BUILDERS = {
  NODE_OPTIONS: '--enable-source-maps --max-old-space-size=2048',
  CONSUL_HTTP_TOKEN_FILE: '/nowhere/token',
};

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; uid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const child = spawn(command, args, { timeout: 120_000, ...options });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString('utf8');
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

/** The project's program in a folder of its own, where it can be broken. */
function install(context: TestContext): string {
  const folder = temporaryDirectory(context);
  fs.cpSync(path.join(repositoryRoot, 'dist/program'), path.join(folder, 'dist/program'), {
    recursive: true,
    filter: (file) => !file.endsWith('.code'),
  });
  fs.copyFileSync(path.join(repositoryRoot, 'lictor'), path.join(folder, 'lictor'));
  fs.symlinkSync(path.join(repositoryRoot, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

async function compileCode(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { code, stderr } = await run(process.execPath, [path.join(repositoryRoot, 'bundling/code-cache.mjs'), folder], {
    env,
  });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
}

/** The bundle that a program's file has loaded. */
function bundleOf(folder: string, program: string): string {
  const stub = path.join(folder, 'dist/program', `${program}.js`);
  const [, name = ''] = /'([^']+)'\);\n$/.exec(fs.readFileSync(stub, 'utf8')) ?? [];
  return path.join(path.dirname(stub), name);
}

/** V8's options as the launcher gives them to an agent. */
function launcherFlags(): readonly string[] {
  return fs.readFileSync(path.join(repositoryRoot, 'dist/program/node-options'), 'utf8').trim().split(' ');
}

/** As they are when the program's code is loaded: an agent has taken main's limit back by then (src/main/young-generations.ts). */
function flagsOf(program: string): readonly string[] {
  return program === 'cli/run' ? [] : [...launcherFlags(), '--max-semi-space-size=0'];
}

/** Whether V8 refuses the code; undefined when it is given none. */
async function isRefused(folder: string, bundle: string, flags: readonly string[]): Promise<string> {
  const program = `
    const vm = require('node:vm');
    const loaded = [];
    vm.Script = class extends vm.Script {
      constructor(text, options) {
        super(text, options);
        loaded.push(this.cachedDataRejected);
        throw new Error('enough');
      }
    };
    const load = require(${JSON.stringify(path.join(folder, 'dist/program/load.cjs'))});
    try {
      load({ filename: ${JSON.stringify(bundle)} }, require, ${JSON.stringify(path.basename(bundle))});
    } catch {}
    console.log(String(loaded[0]));`;
  return (await run(process.execPath, [...flags, '-e', program])).stdout.trim();
}

async function makesKey(folder: string): Promise<void> {
  const { code, stdout, stderr } = await run(path.join(folder, 'lictor'), ['keygen']);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.equal(Buffer.from(stdout, 'base64').length, KEY_BYTES);
}

describe('the installed program', () => {
  test('V8 takes the compiled code of every program with the launcher’s flags, and not with some that change what it makes', async (context) => {
    const folder = install(context);
    await compileCode(folder, { ...process.env, ...BUILDERS });
    for (const program of PROGRAMS) {
      const bundle = bundleOf(folder, program);
      assert.equal(await isRefused(folder, bundle, flagsOf(program)), 'false', program);
      assert.equal(await isRefused(folder, bundle, ['--no-opt']), 'true', program);
    }
    assert.equal(fs.existsSync(path.join(folder, 'dist/program-to-compile')), false);
  });

  test('code that is damaged, cut off, empty or missing is compiled anew', async (context) => {
    const folder = install(context);
    await compileCode(folder);
    const file = `${bundleOf(folder, 'cli/run')}.code`;
    const code = fs.readFileSync(file);
    for (const share of [0.2, 0.4, 0.6, 0.8]) {
      const damaged = Buffer.from(code);
      const at = Math.floor(code.length * share);
      damaged.fill(0xff, at, at + 64);
      fs.writeFileSync(file, damaged);
      await makesKey(folder);
    }
    for (const length of [0, 3, 4, code.length - 1]) {
      fs.writeFileSync(file, code.subarray(0, length));
      await makesKey(folder);
    }
    fs.rmSync(file);
    await makesKey(folder);
  });

  test('an option that node doesn’t know is left away when the program is built for it', async (context) => {
    const folder = install(context);
    const elsewhere = temporaryDirectory(context);
    const other = path.join(elsewhere, 'node');
    const refusal = 'case "$*" in *--wasm-*) echo "node: bad option" >&2; exit 9;; esac';
    fs.writeFileSync(other, `#!/bin/sh\n${refusal}\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${elsewhere}:${process.env['PATH']}` };
    const launcher = path.join(folder, 'lictor');
    assert.deepEqual(await run(launcher, ['agent'], { env }), { code: 9, stdout: '', stderr: 'node: bad option\n' });
    await makesKey(folder);
    const build = `
      const { writeNodeOptions } = await import(${JSON.stringify(path.join(repositoryRoot, 'bundling/node-options.mjs'))});
      writeNodeOptions(${JSON.stringify(path.join(folder, 'dist/program/node-options'))});`;
    const built = await run(process.execPath, ['--input-type=module', '-e', build], { env });
    assert.deepEqual(built, { code: 0, stdout: '', stderr: '' });
    const { code, stderr } = await run(launcher, ['agent', '-help'], { env });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.equal(launcherFlags().length, 2);
  });

  test('runs from anywhere, through links, where nothing can be written', async (context) => {
    const folder = install(context);
    const protect = (files: number, folders: number): void => {
      for (const name of fs.readdirSync(path.join(folder, 'dist'), { recursive: true }) as string[]) {
        const file = path.join(folder, 'dist', name);
        fs.chmodSync(file, fs.statSync(file).isDirectory() ? folders : files);
      }
      fs.chmodSync(folder, folders);
    };
    protect(0o444, 0o555);
    const elsewhere = temporaryDirectory(context);
    fs.chmodSync(elsewhere, 0o755);
    fs.symlinkSync(path.join(folder, 'lictor'), path.join(elsewhere, 'first'));
    fs.symlinkSync('first', path.join(elsewhere, 'second'));
    const settings = { cwd: elsewhere, ...(process.getuid?.() === 0 ? { uid: NOBODY } : {}) };
    const outcomes = [
      await run('./second', ['keygen'], settings),
      await run(path.join(elsewhere, 'second'), ['keygen'], settings),
      await run('sh', ['second', 'keygen'], settings),
    ];
    // Before anything is judged: nobody else could take it away.
    protect(0o644, 0o755);
    for (const { code, stdout, stderr } of outcomes) {
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.equal(Buffer.from(stdout, 'base64').length, KEY_BYTES);
    }
  });

  test('an addon that can’t be loaded ends the start as any other failure does', async (context) => {
    const folder = install(context);
    const packages = path.join(folder, 'node_modules');
    fs.rmSync(packages);
    fs.mkdirSync(path.join(packages, 'classic-level'), { recursive: true });
    fs.writeFileSync(
      path.join(packages, 'classic-level/binding.js'),
      "throw new Error('No native build was found');\n",
    );
    const args = ['agent', '-bind=127.0.0.1', `-data-dir=${path.join(folder, 'data')}`];
    const { code, stdout, stderr } = await run(path.join(folder, 'lictor'), args);
    assert.deepEqual({ code, stderr }, { code: 1, stderr: '' });
    assert.match(
      stdout,
      /\[ERROR\] agent: Error starting agent:\n {2}error=\n {2}\| Error: No native build was found\n {2}\| {5}at /,
    );
    assert.match(stdout, /agent: shutdown complete\n/);
  });

  test('a stack names the bundle, compiled or not, and the source where Node is asked to', async (context) => {
    const folder = install(context);
    const thread = path.join(folder, 'dist/program/workers/state/assembly/worker.js');
    const stackOf = async (...flags: readonly string[]): Promise<string> =>
      (await run(process.execPath, [...flags, thread])).stderr;
    const named =
      /this is the program of a thread\n {4}at dist\/program\/workers\/state\/assembly\/worker-\w+\.js:\d+:\d+\n/;
    assert.match(await stackOf(...launcherFlags()), named);
    await compileCode(folder);
    assert.match(await stackOf(...launcherFlags()), named);
    assert.match(
      await stackOf('--enable-source-maps'),
      /this is the program of a thread\n {4}at .*src\/workers\/state\/assembly\/worker\.ts:\d+:\d+/,
    );
  });
});

describe('NODE_EXTRA_CA_CERTS', () => {
  const identity = {
    cert: fs.readFileSync(dataPath('checks/tls/ip.pem')),
    key: fs.readFileSync(dataPath('checks/tls/ip-test-key.pem')),
  };

  /** `asked`: the requests that came to the server. */
  async function ask(context: TestContext, environment: NodeJS.ProcessEnv): Promise<Ended & { asked: number }> {
    let asked = 0;
    const server = https.createServer(identity, (_request, response) => {
      asked += 1;
      response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { NODE_EXTRA_CA_CERTS: _others, ...rest } = process.env;
    const args = ['kv', 'get', '-http-addr', `https://127.0.0.1:${port}`, 'a'];
    const ended = await run(path.join(repositoryRoot, 'lictor'), args, { env: { ...rest, ...environment } });
    return { ...ended, asked };
  }

  test('a command trusts what it names', async (context) => {
    const { stderr, asked } = await ask(context, { NODE_EXTRA_CA_CERTS: dataPath('checks/tls/ca.pem') });
    assert.deepEqual([stderr, asked], ['Error! No key exists at: a\n', 1]);
  });

  test('and nobody else', async (context) => {
    const { code, stderr, asked } = await ask(context, {});
    assert.deepEqual([code, asked], [1, 0]);
    assert.match(stderr, /certificate/);
  });

  test('a file that can’t be read is left out with a warning', async (context) => {
    const { code, stderr, asked } = await ask(context, { NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' });
    assert.deepEqual([code, asked], [1, 0]);
    assert.match(stderr, /Ignoring extra certs from `\/nowhere\/ca\.pem`/);
    assert.match(stderr, /certificate/);
  });
});
