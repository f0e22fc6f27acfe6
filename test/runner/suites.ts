// The suites of this project: how many tests each has at least, and how many of its files run at the same time. The minima
// are a little below today's counts: a lost file is seen, a moved test is not.

import type { Suite } from './run-suites.js';
import type { AllowedSkip } from './skips.js';

export const SUITES: readonly Suite[] = [
  {
    name: 'unit',
    minimum: 1900,
    sideBySide: 2,
    inOne: 20,
    // They have V8 collect garbage when they want, or look at what the whole process has open or keeps.
    apart: [
      'workers/state/calls/kept-reads',
      'main/gossip/serf/rejoin',
      'gotext/json-steps',
      'workers/state/http/body',
      'workers/checks/leaks',
      'workers/checks/script',
      'tools/bench/process-usage',
      'main/gossip/core/queue',
      'workers/state/rpc/grpc/frame',
    ],
  },
  {
    name: 'simulation',
    minimum: 30,
    sideBySide: 2,
    longest: ['raft/histories', 'gossip/ten-thousand', 'raft/five-voters'],
    fillsIn: true,
  },
  // Their tests wait for processes most of the time, so that two cores have room for three of them.
  {
    name: 'integration',
    minimum: 230,
    sideBySide: 3,
    longest: ['cli/installed', 'cluster/registration-loop', 'cluster/chaos/chaos', 'agent/settings', 'gossip/agents'],
  },
  {
    name: 'interop',
    minimum: 140,
    sideBySide: 3,
    longest: ['tutorial-loop', 'gossip/serf-pairs'],
    alone: ['api/go-suite', 'gossip/divided-pool'],
  },
  { name: 'conformance', minimum: 265, sideBySide: 3, longest: ['http-readers', 'http', 'cli', 'http-client'] },
  // It breaks two copies at a time by itself.
  { name: 'mutants', minimum: 2, sideBySide: 1 },
];

const WITHOUT_UWS = { reason: 'uws-pack has no binary for this node', nodes: /^v(?!20\.|22\.)/ };

/** What may be skipped in CI. */
export const ALLOWED_SKIPS: readonly AllowedSkip[] = [
  { file: 'unit/workers/state/http/body-limits', name: /^uws: /, ...WITHOUT_UWS },
  { file: 'unit/workers/state/http/long-answers', name: /^uws: /, ...WITHOUT_UWS },
  { file: 'integration/agent/lifecycle', name: /^signals, engine uws /, ...WITHOUT_UWS },
  { file: 'integration/agent/bad-input', name: /^bad input, engine uws /, ...WITHOUT_UWS },
  { file: 'integration/http/uws', name: /^the uws engine /, ...WITHOUT_UWS },
  { file: 'integration/http/uws-streams', name: /^known differences: a quiet stream /, ...WITHOUT_UWS },
  { file: 'conformance/http', name: /^http on uws conformance /, ...WITHOUT_UWS },
  {
    file: 'conformance/dns-readers',
    name: /^dns with readers conformance /,
    reason: 'datagrams share no port on this node',
    nodes: /^v20\./,
  },
];
