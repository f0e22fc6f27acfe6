// Puts the compiled modules of each thread into one file, under dist/program: an agent starts in half of the time, since Node
// looks up and links a few files and not six hundred. They are scripts for `require`, so that bundling/load.cjs can give V8
// their compiled code along with them (bundling/code-cache.mjs makes it). The modules under dist/src stay what tests import.
// `node bundle.mjs [directory]`: where dist lies; this project unless said.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { writeNodeOptions } from './bundling/node-options.mjs';
import { BANNER, builtins, levelBinding, locations, parts } from './bundling/plugins.mjs';

const PROJECT = fileURLToPath(new URL('.', import.meta.url));
/** What node or a thread of it is started with. */
const ENTRY = 'cli/main';
/** What is loaded by `load.cjs`: the parts that the entry takes when it knows what it is asked for, and the threads. */
const PROGRAMS = [
  'cli/commands/agent-start',
  'cli/run',
  'workers/state/assembly/worker',
  'workers/state/assembly/server-thread',
  'workers/state/assembly/client-thread',
  'workers/state/assembly/reader-thread',
  'certificates/certificates',
  'workers/state/acl/auth-methods/verifiers',
  'workers/raft/worker',
  'workers/checks/worker',
];
/** A start needs them, or certificates, for which whole packages are too much; all others are looked up when they are asked for. */
const BUNDLED_PACKAGES = ['@peculiar/utils', 'asn1js', 'classic-level', 'jose', 'sorted-btree'];
/** What is read as a file beside the module that asks for it. */
const FILES = ['wasm/lictor.wasm', 'wasm/scanning.wasm'];

const directory = path.resolve(process.argv[2] ?? PROJECT);
// esbuild names modules by their real paths.
const dist = fs.realpathSync(path.join(directory, 'dist'));
const from = path.join(dist, 'src');
const to = path.join(dist, 'program');

function compiled(program) {
  return path.join(from, `${program}.js`);
}

function dependencies() {
  return Object.keys(JSON.parse(fs.readFileSync(path.join(PROJECT, 'package.json'), 'utf8')).dependencies);
}

function bundle(program, options) {
  const entry = compiled(program);
  return build({
    entryPoints: [entry],
    outbase: from,
    outdir: to,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    banner: { js: BANNER },
    target: 'node20',
    supported: { 'dynamic-import': false },
    sourcemap: true,
    sourcesContent: false,
    external: [
      'node-gyp-build',
      'uWebSockets.js',
      ...dependencies().filter((name) => !BUNDLED_PACKAGES.includes(name)),
    ],
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [
      builtins(),
      levelBinding(),
      locations(from, path.dirname(entry)),
      parts(PROGRAMS.map(compiled), path.dirname(entry)),
    ],
    ...options,
  });
}

/** `load.cjs` takes a byte for a character. Comments may be spoilt by that; strings have escapes, but esbuild leaves patterns alone. */
async function requireAscii(file) {
  const { code } = await transform(fs.readFileSync(file, 'utf8'), { minifyWhitespace: true });
  const [found] = /.{0,40}[^\x00-\x7f].{0,40}/.exec(code) ?? [];
  if (found !== undefined) throw new Error(`${file}: characters beyond ASCII must be escaped in patterns: ${found}`);
}

/** The file's name has a hash of what is in it: the compiled code that lies beside it under the same name belongs to it. */
async function bundleProgram(program) {
  const { metafile } = await bundle(program, { entryNames: '[dir]/[name]-[hash]', metafile: true });
  const [output] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint !== undefined);
  await requireAscii(path.resolve(output));
  const stub = path.join(to, `${program}.js`);
  const loader = path.relative(path.dirname(stub), path.join(to, 'load.cjs'));
  const relative = loader.startsWith('.') ? loader : `./${loader}`;
  fs.writeFileSync(stub, `require('${relative}')(module, require, '${path.basename(output)}');\n`);
}

fs.rmSync(to, { recursive: true, force: true });
fs.mkdirSync(to);
fs.writeFileSync(path.join(to, 'package.json'), '{ "type": "commonjs" }\n');
fs.copyFileSync(path.join(PROJECT, 'bundling/load.cjs'), path.join(to, 'load.cjs'));
writeNodeOptions(path.join(to, 'node-options'));
await Promise.all([bundle(ENTRY, {}), ...PROGRAMS.map(bundleProgram)]);
for (const file of FILES) {
  fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
  fs.copyFileSync(path.join(from, file), path.join(to, file));
}
