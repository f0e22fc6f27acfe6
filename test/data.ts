// Where the recorded data of the tests lies: compiled tests run from dist/, the data stays in test/data/.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = path.join(folder, 'package.json');
    if (
      fs.existsSync(manifest) &&
      (JSON.parse(fs.readFileSync(manifest, 'utf8')) as { name?: string }).name === 'lictor'
    ) {
      return folder;
    }
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the repository root was not found');
    folder = parent;
  }
}

/** The repository's root folder. */
export const repositoryRoot = findRoot();

/** Absolute path of a file under test/data. */
export function dataPath(relative: string): string {
  return path.join(repositoryRoot, 'test/data', relative);
}

/** A parsed JSON file under test/data. */
export function readJson(relative: string): unknown {
  return JSON.parse(fs.readFileSync(dataPath(relative), 'utf8'));
}
