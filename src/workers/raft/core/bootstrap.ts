// A new cluster's first state: term 1 and one configuration entry (spec/raft.md, section 7). Only for a server without
// any state.

import { type Configuration, problemOf } from './configuration.js';
import { encodeConfiguration } from './configuration-codec.js';
import { type EntryRun, EntryType, type HardState, logIndex, singlePayload, term } from './entry.js';
import type { CoreParts } from './parts.js';
import type { Persist } from './ready.js';

const BOOTSTRAPPED = 'bootstrap only works on new clusters';

/** null, or why this server begins no cluster. */
export function beginCluster({ promises, log, membership }: CoreParts, configuration: Configuration): string | null {
  if (promises.term !== 0 || log.last.index !== 0) return BOOTSTRAPPED;
  const problem = problemOf(configuration);
  if (problem !== null) return problem;
  const { hardState, run } = firstState(configuration);
  promises.setHardState(hardState);
  log.append(run);
  membership.append(run.firstIndex, configuration);
  return null;
}

interface FirstState {
  readonly hardState: HardState;
  readonly run: EntryRun;
}

function firstState(configuration: Configuration): FirstState {
  return {
    hardState: { term: term(1), vote: null },
    run: {
      firstIndex: logIndex(1),
      count: 1,
      term: term(1),
      type: EntryType.configuration,
      appendedAtMs: 0,
      payload: singlePayload(encodeConfiguration(configuration)),
    },
  };
}

/** The same for a server that isn't started yet. */
export function bootstrapWith(configuration: Configuration): Persist {
  const problem = problemOf(configuration);
  if (problem !== null) throw new Error(problem);
  const { hardState, run } = firstState(configuration);
  return { hardState, truncateAfter: null, restart: null, isProven: false, runs: [run] };
}
