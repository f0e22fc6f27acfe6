// Puts the compiled modules of each thread into one file, under dist/program: an agent starts in two thirds of the time, since
// Node looks up and links a few files and not six hundred. The modules under dist/src stay what tests import.
// `node bundle.mjs [directory]`: where dist lies; this project unless said.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const PROJECT = fileURLToPath(new URL('.', import.meta.url));
/** The main thread's modules are among its parts. */
const COMMAND_LINE = 'cli/main';
const WORKERS = ['workers/state/worker', 'workers/raft/worker', 'workers/checks/worker'];
/** What is read as a file beside the module that asks for it. */
const FILES = ['wasm/lictor.wasm'];

// esbuild names modules by their real paths.
const dist = fs.realpathSync(path.resolve(process.argv[2] ?? PROJECT, 'dist'));
const from = path.join(dist, 'src');
const to = path.join(dist, 'program');

/** Packages of plain JavaScript that go into the bundles: a thread which imports CommonJS first loads a parser for it, two megabytes. */
const TAKEN_IN = ['sorted-btree'];

/**
 * A module goes on finding what lies beside it: dist/program is the tree of dist/src, a program's parts in one folder. Comments
 * go: V8 keeps the text of a program for as long as it runs, twice as large if there is one letter in it that isn't Latin.
 */
function ownModules(folder) {
  return {
    name: 'own-modules',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
        if (!file.startsWith(from + path.sep)) return undefined;
        const text = await fs.promises.readFile(file, 'utf8');
        const location = `new URL(${JSON.stringify(path.relative(folder, file))}, import.meta.url).href`;
        const { code } = await transform(text.replaceAll('import.meta.url', location), { minifyWhitespace: true });
        return { contents: code, loader: 'js' };
      });
    },
  };
}

/** Packages stay outside but for a few; node's own modules do anyway. */
const outerPackages = {
  name: 'outer-packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
      kind === 'entry-point' || TAKEN_IN.includes(name) ? undefined : { path: name, external: true },
    );
  },
};

/** In parts, so that a command, or the state worker of a client agent, loads only its own. */
function bundle(program) {
  const entry = path.join(from, `${program}.js`);
  return build({
    entryPoints: [entry],
    outbase: from,
    outdir: to,
    splitting: true,
    chunkNames: `${path.dirname(program)}/[name]-[hash]`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [outerPackages, ownModules(path.dirname(entry))],
  });
}

fs.rmSync(to, { recursive: true, force: true });
await Promise.all([COMMAND_LINE, ...WORKERS].map(bundle));
for (const file of FILES) {
  fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
  fs.copyFileSync(path.join(from, file), path.join(to, file));
}
