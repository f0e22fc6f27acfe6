// What of the HTTP kit waits, by kind of agent and scenario; a step is named by its number and what it asks.

import type { WaitingList } from '../standing.js';

export const waiting: WaitingList = {};

/** Scenarios that the uws engine isn't asked, for what the library can't do (test/integration/http/uws-streams.test.ts). */
export const unlikeOnUws: { readonly [scenario: string]: string } = {
  'default/agent-monitor': 'the head of a stream goes out with its first piece, and the log may be quiet for long',
};
