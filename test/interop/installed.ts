// Other people's programs that .ci/run installs below `build/`, since no Debian package has them. A missing one is a failure in
// CI and a skip elsewhere.

import fs from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../data.js';

const PLACES = {
  /** Of an environment of its own, with what test/interop/api/python/requirements.txt names. */
  python: 'build/python/bin/python',
  'consul-template': 'build/go/bin/consul-template',
} as const;

type Installed = keyof typeof PLACES;

export function installed(name: Installed): string {
  return path.join(repositoryRoot, PLACES[name]);
}

/** False in CI: there the tests fail. */
export function skipWithoutInstalled(name: Installed): string | false {
  const isMissing = process.env['CI'] === undefined && !fs.existsSync(installed(name));
  return isMissing && `${name} is not installed; .ci/run does it`;
}
