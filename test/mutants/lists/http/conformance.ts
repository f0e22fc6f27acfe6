// What only a whole agent shows when it is asked as Consul's recorded clients ask.

import type { Mutant } from '../../mutant.js';

export const conformance: readonly Mutant[] = [
  {
    name: 'DNS of an agent fails every lookup',
    file: 'workers/state/assembly/open-server.ts',
    find: 'const near = new Responder({ ...given, local });',
    replace: 'const near = new Responder({ ...given, local: { ...local, isReady: false } });',
    tests: ['integration/dns/agent', 'conformance/dns'],
  },
  {
    name: 'DNS of an agent answers before it heard of a leader',
    file: 'workers/state/calls/local-reads.ts',
    find: 'return leadership.hadLeader;',
    replace: 'return true;',
    tests: ['integration/dns/agent'],
  },
  {
    name: 'a value of a transaction may be a byte longer than allowed',
    file: 'workers/state/endpoints/kv/txn-body.ts',
    find: '> limit)?.KV',
    replace: '> limit + 1)?.KV',
    tests: ['unit/workers/state/endpoints/txn-body'],
  },
];
