// Puts the compiled modules of each thread into one file, under dist/program: an agent starts in two thirds of the time, since
// Node looks up and links a few files and not six hundred. The modules under dist/src stay what tests import.
// `node bundle.mjs [directory]`: where dist lies; this project unless said.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PROJECT = fileURLToPath(new URL('.', import.meta.url));
/** In parts, so that a command loads only its own; the main thread's are among them. */
const COMMAND_LINE = 'cli/main';
const WORKERS = ['workers/state/worker', 'workers/raft/worker', 'workers/checks/worker'];
/** What is read as a file beside the module that asks for it. */
const FILES = ['wasm/lictor.wasm'];

// esbuild names modules by their real paths.
const dist = fs.realpathSync(path.resolve(process.argv[2] ?? PROJECT, 'dist'));
const from = path.join(dist, 'src');
const to = path.join(dist, 'program');

/** A module goes on finding what lies beside it: dist/program is the tree of dist/src, a program's parts in one folder. */
function keepLocations(folder) {
  return {
    name: 'keep-locations',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
        if (!file.startsWith(from + path.sep)) return undefined;
        const text = await fs.promises.readFile(file, 'utf8');
        const location = `new URL(${JSON.stringify(path.relative(folder, file))}, import.meta.url).href`;
        return { contents: text.replaceAll('import.meta.url', location), loader: 'js' };
      });
    },
  };
}

function bundle(program, parts) {
  const entry = path.join(from, `${program}.js`);
  return build({
    entryPoints: [entry],
    outbase: from,
    outdir: to,
    ...parts,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [keepLocations(path.dirname(entry))],
  });
}

fs.rmSync(to, { recursive: true, force: true });
await Promise.all([
  bundle(COMMAND_LINE, { splitting: true, chunkNames: `${path.dirname(COMMAND_LINE)}/[name]-[hash]` }),
  ...WORKERS.map((worker) => bundle(worker, {})),
]);
for (const file of FILES) {
  fs.mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
  fs.copyFileSync(path.join(from, file), path.join(to, file));
}
