// Whether the uws engine can be tested here: its package is an optional dependency, with binaries for some versions of node.

import { loadUws } from '../src/workers/state/http/uws/uws-module.js';

/** For a test's `skip`: why it can't be; false where it can. */
export const withoutUws: string | false = await loadUws().then(
  () => false,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);
