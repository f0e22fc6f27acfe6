// The repository's root: this runs from the compiled tree, somewhere below it.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, 'utf8')).name === 'lictor') return folder;
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the repository root was not found');
    folder = parent;
  }
}

export const repositoryRoot = findRoot();
