// The suites of this project: how many tests each has at least, and how many of its files run at the same time. The minima
// are a little below today's counts: a lost file is seen, a moved test is not.

import type { Suite } from './run-suites.js';
import type { AllowedSkip } from './skips.js';

export const SUITES: readonly Suite[] = [
  { name: 'unit', minimum: 1900, sideBySide: 2 },
  { name: 'simulation', minimum: 30, sideBySide: 2, longest: 'gossip/ten-thousand' },
  { name: 'integration', minimum: 230, sideBySide: 2, longest: 'gossip/agents' },
  { name: 'interop', minimum: 105, sideBySide: 2, longest: 'tutorial-loop' },
  { name: 'conformance', minimum: 170, sideBySide: 2, longest: 'cli' },
  // It breaks two copies at a time by itself.
  { name: 'mutants', minimum: 2, sideBySide: 1 },
];

/** What may be skipped in CI. */
export const ALLOWED_SKIPS: readonly AllowedSkip[] = [];
