// A new cluster's first state: term 1 and one configuration entry (spec/raft.md, section 7). Only for a server without
// any state; the shell checks that.

import { type Configuration, problemOf } from './configuration.js';
import { encodeConfiguration } from './configuration-codec.js';
import { EntryType, logIndex, singlePayload, term } from './entry.js';
import type { Persist } from './ready.js';

export function bootstrapWith(configuration: Configuration): Persist {
  const problem = problemOf(configuration);
  if (problem !== null) throw new Error(problem);
  return {
    hardState: { term: term(1), vote: null },
    truncateAfter: null,
    restart: null,
    runs: [
      {
        firstIndex: logIndex(1),
        count: 1,
        term: term(1),
        type: EntryType.configuration,
        appendedAtMs: 0,
        payload: singlePayload(encodeConfiguration(configuration)),
      },
    ],
  };
}
