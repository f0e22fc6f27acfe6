// Each kept breakage is made, and one of its tests must fail. All of them run with `npm run test:mutants`; otherwise a slice
// of those that unit tests notice: every n-th, beginning where the run's seed says. The tests named by a mutant must pass on the sound code first.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { repositoryRoot } from '../data.js';
import { runSeed } from '../random.js';
import { mutants } from './lists/index.js';
import type { Mutant } from './mutant.js';
import { misfit, ScratchCopy } from './scratch-copy.js';

const SLICE = 1;
/** How many are broken at the same time. */
const COPIES = 2;
const isWhole = process.env['LICTOR_MUTANTS'] === 'all';
/** A breakage that makes a test wait for ever is noticed by this; a slice has unit tests only, which are quick. */
const DEADLINE_MS = isWhole ? 300_000 : 120_000;
const pattern = new RegExp(process.env['LICTOR_MUTANT'] ?? '');

function chosen(): readonly Mutant[] {
  const matching = mutants.filter(({ name, file }) => pattern.test(name) || pattern.test(file));
  if (isWhole || process.env['LICTOR_MUTANT'] !== undefined) return matching;
  // A storm or a whole agent takes a minute for each, on the sound code and on the broken.
  const quick = matching.filter(({ tests }) => tests.every((name) => name.startsWith('unit/')));
  const step = Math.max(1, Math.floor(quick.length / SLICE));
  return quick.filter((_, i) => i % step === runSeed % step);
}

/** Mutant → the test that noticed it. */
const noticed = new Map<string, string>();

describe('kept breakages', { concurrency: COPIES }, () => {
  const free: ScratchCopy[] = [];
  const sound = new Map<string, Promise<string | null>>();
  let parent = '';

  before(() => {
    // Beside dist/, so that its files can be linked.
    fs.mkdirSync(path.join(repositoryRoot, 'build'), { recursive: true });
    parent = fs.mkdtempSync(path.join(repositoryRoot, 'build/mutants-'));
    for (let i = 0; i < COPIES; i += 1) {
      const folder = path.join(parent, `copy${i}`);
      fs.mkdirSync(folder);
      free.push(new ScratchCopy(folder));
    }
  });
  after(() => fs.rmSync(parent, { recursive: true, force: true }));

  /** What a test says on the sound code; null when it passes. Asked once for each test file and environment. */
  function complaint(copy: ScratchCopy, name: string, { environment }: Mutant): Promise<string | null> {
    const asked = `${name} ${JSON.stringify(environment ?? {})}`;
    const known =
      sound.get(asked) ??
      copy.run(name, DEADLINE_MS, environment).then(({ failed, output }) => (failed ? output : null));
    sound.set(asked, known);
    return known;
  }

  async function notice(copy: ScratchCopy, mutant: Mutant): Promise<string | null> {
    for (const name of mutant.tests) {
      assert.equal(await complaint(copy, name, mutant), null, `${name} fails without any breakage`);
      const { failed } = await copy.with(mutant, () => copy.run(name, DEADLINE_MS, mutant.environment));
      if (failed) return name;
    }
    return null;
  }

  for (const mutant of chosen()) {
    test(mutant.name, async () => {
      const copy = free.pop();
      assert.ok(copy, 'as many copies as tests at the same time');
      try {
        const by = await notice(copy, mutant);
        assert.notEqual(by, null, `no test noticed it: ${mutant.tests.join(', ')}`);
        noticed.set(mutant.name, by ?? '');
      } finally {
        free.push(copy);
      }
    });
  }

  test('each fits its source, and its tests are there', () => {
    const misfits = mutants.flatMap((mutant) => {
      const problem = misfit(mutant);
      return problem === null ? [] : [`${mutant.name}: ${problem}`];
    });
    assert.deepEqual(misfits, []);
  });

  test('names are unique', () => {
    assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
  });
});

after(() => {
  if (process.env['UPDATE_DOCS'] === '1') writeReport();
});

/** In place of a test, until a run with `UPDATE_DOCS=1` makes it. */
const NOT_YET = "not in this list's run yet";

const REPORT = path.join(repositoryRoot, 'docs/mutants.md');

/** All of them; those that weren't made in this run are as the last one left them. */
function writeReport(): void {
  const made = new Set(chosen().map(({ name }) => name));
  const before = new Map(reportedBefore());
  const rows = mutants.map(({ name, file }) => {
    const seen = made.has(name) ? (noticed.get(name) ?? '**nothing**') : (before.get(name) ?? NOT_YET);
    return `| ${name} | ${file} | ${seen} |`;
  });
  const head = [
    '# Kept breakages',
    '',
    `${mutants.length} of them. Each that names a test was made alone, and that test failed. Written by \`UPDATE_DOCS=1 npm run test:mutants\`; with \`LICTOR_MUTANT\` only the rows of those that match are made anew.`,
    '',
    '| What was broken | Where (`src/`) | Noticed by (`test/`) |',
    '|---|---|---|',
  ];
  fs.writeFileSync(REPORT, `${[...head, ...rows].join('\n')}\n`);
}

/** Name and test of each row. */
function reportedBefore(): (readonly [string, string])[] {
  if (!fs.existsSync(REPORT)) return [];
  const rows = fs.readFileSync(REPORT, 'utf8').matchAll(/^\| (.+) \| \S+ \| (.+) \|$/gm);
  return [...rows].map(([, name = '', test = '']) => [name, test]);
}
