// Who imports whom: prints the layers, lowest first, then every import that a rule forbids and every circle between folders,
// and fails when there is one. It fails as well when it looked at nothing: a cruiser that can't read TypeScript passes
// silently. `node test/check-boundaries.mjs [directory]`: where `src` lies; this project unless said.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { folderCircles } from './folder-circles.mjs';
import layers from './layers.cjs';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const MINIMUM_MODULES = 50;
const directory = path.resolve(process.argv[2] ?? PROJECT);

/** Prints a list of layers; how many of them name one that isn't below them. */
function printLayers(title, list) {
  console.log(title);
  const below = new Set();
  let misplaced = 0;
  for (const [folder, allowed] of list) {
    console.log(`  ${folder.padEnd(16)}${allowed.length === 0 ? '–' : allowed.join(', ')}`);
    for (const name of allowed.filter((one) => !below.has(one))) {
      console.log(`error layers: ${folder} may import ${name}, which isn't below it`);
      misplaced += 1;
    }
    below.add(folder);
  }
  return misplaced;
}

const misplaced =
  printLayers('src, and what each may import:', layers.FOLDERS) +
  printLayers('src/workers/state, and what of it each may import:', layers.STATE_LAYERS);

const config = await extractConfig(path.join(PROJECT, '.dependency-cruiser.cjs'));
const { output } = await cruise(
  ['src'],
  { ...config.options, baseDir: directory, ruleSet: config, validate: true, outputType: 'json' },
  undefined,
  { tsConfig: extractTsConfig(path.join(PROJECT, 'tsconfig.json')) },
);
const { modules, summary } = JSON.parse(output);
const own = modules.filter((module) => module.source.startsWith('src/')).length;
for (const violation of summary.violations) {
  console.log(`${violation.rule.severity} ${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
const circles = folderCircles(modules);
for (const circle of circles) console.log(circle);
console.log(
  `${own} modules, ${summary.totalDependenciesCruised} dependencies, ${summary.violations.length} violations, ` +
    `${circles.length} circles between folders`,
);
if (own < MINIMUM_MODULES) console.log(`expected at least ${MINIMUM_MODULES} modules: the check did not see the sources`);
const isSound = misplaced + summary.violations.length + circles.length === 0 && own >= MINIMUM_MODULES;
process.exit(isSound ? 0 : 1);
