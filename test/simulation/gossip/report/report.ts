// Measures simulated pools and writes docs/gossip-simulation.md with its plots: `npm run simulate:gossip`. Seeds are fixed,
// so a run gives the same numbers again. Parts named on the command line are measured alone; the figures of the others are
// those of the last run, kept in build/.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentOf, type ReportFigures } from './document.js';
import { plotsOf } from './plots.js';
import { measuredPools } from './pools.js';
import { measuredStarts } from './starts.js';
import { measuredTroubles } from './troubles.js';

const MEASURE: { readonly [part in keyof ReportFigures]: () => ReportFigures[part] } = {
  troubles: measuredTroubles,
  pools: measuredPools,
  starts: measuredStarts,
};

// dist/test/simulation/gossip/report → the project
const project = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../../..');
const docs = path.join(project, 'docs');
const kept = path.join(project, 'build/gossip-simulation');
const asked = new Set(process.argv.slice(2));
for (const part of asked) if (!(part in MEASURE)) throw new Error(`there is no part ${part}`);

function figuresOf<Part extends keyof ReportFigures>(part: Part): ReportFigures[Part] {
  const file = path.join(kept, `${part}.json`);
  if (asked.size > 0 && !asked.has(part)) return JSON.parse(fs.readFileSync(file, 'utf8')) as ReportFigures[Part];
  const figures = MEASURE[part]();
  fs.writeFileSync(file, JSON.stringify(figures));
  return figures;
}

const startedMs = Date.now();
fs.mkdirSync(kept, { recursive: true });
const figures: ReportFigures = {
  troubles: figuresOf('troubles'),
  pools: figuresOf('pools'),
  starts: figuresOf('starts'),
};
for (const [name, svg] of plotsOf(figures)) fs.writeFileSync(path.join(docs, 'images', name), svg);
fs.writeFileSync(path.join(docs, 'gossip-simulation.md'), documentOf(figures));
console.log(`Written in ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
