// What the launcher gives node, in a file beside the program: `node` ends at once over an option that its V8 doesn't know, so
// only those that it knew when the program was built are in it. The launcher couldn't ask without starting another process.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

const WANTED = [
  // The main thread makes little garbage: with V8's own limit, one exchange with a large pool leaves tens of megabytes behind.
  '--max-semi-space-size=2',
  // The HTTP parser is one large WebAssembly function. By V8's own measure it would be compiled anew, for 0.3 s and with 30 MB,
  // after the third request: it waits for some hundreds, and the rest of WebAssembly for what is a second of work.
  '--wasm-tiering-budget=100000000',
];

/** The node that the launcher finds. */
function isKnown(option) {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return spawnSync('node', [option, '-e', ''], { stdio: 'ignore', env }).status === 0;
}

export function writeNodeOptions(file) {
  fs.writeFileSync(file, `${WANTED.filter(isKnown).join(' ')}\n`);
}
