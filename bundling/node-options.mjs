// What the launcher gives node, in a file beside the program: `node` ends at once over an option that its V8 doesn't know, so
// only those that it knew when the program was built are in it. The launcher couldn't ask without starting another process.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

/** The main thread makes little garbage: with V8's own limit, one exchange with a large pool leaves tens of megabytes behind. */
const YOUNG_GENERATION = '--max-semi-space-size=2';
/** V8's own value, which changes nothing: the program is told of it, and takes it back after it had another (src/wasm/tiering.ts). */
const TIERING_BUDGET = /--wasm-tiering-budget=\d+/;

/** Of the node that the launcher finds. */
function node(args) {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return spawnSync('node', args, { encoding: 'utf8', env });
}

function isKnown(option) {
  return node([option, '-e', '']).status === 0;
}

export function writeNodeOptions(file) {
  const [budget] = TIERING_BUDGET.exec(node(['--v8-options']).stdout) ?? [];
  const wanted = [YOUNG_GENERATION, ...(budget === undefined ? [] : [budget])];
  fs.writeFileSync(file, `${wanted.filter(isKnown).join(' ')}\n`);
}
