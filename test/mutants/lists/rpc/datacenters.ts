// Breakages of what crosses datacenters.

import type { Mutant } from '../../mutant.js';

const OTHERS = ['unit/workers/state/cluster/other-datacenters'];
const BEYOND = ['unit/workers/state/calls/calls-beyond'];
const ORDER = ['unit/workers/state/calls/datacenters'];

export const datacenters: readonly Mutant[] = [
  {
    name: 'usage of all datacenters is that of one',
    file: 'workers/state/methods/operator/operator-usage.ts',
    find: 'global && others.known().length > 0',
    replace: 'global && others.known().length < 0',
    tests: ['integration/cluster/other-datacenter'],
  },
  {
    name: 'autopilot is not told of to client agents when nobody leads',
    file: 'workers/state/rpc/rows/operator-autopilot.ts',
    find: '  stale: ownAutopilotConfiguration,\n',
    replace: '',
    tests: ['integration/cluster/stopped-leader'],
  },
  {
    name: 'calls are passed on to a server that says it listens where one of this datacenter does',
    file: 'workers/state/cluster/other-datacenters.ts',
    find: '.filter(({ address }) => !own.has(address))',
    replace: '',
    tests: OTHERS,
  },
  {
    name: 'servers that failed are asked before those that are alive',
    file: 'workers/state/cluster/other-datacenters.ts',
    find: '[...alive, ...failed]',
    replace: '[...failed, ...alive]',
    tests: OTHERS,
  },
  {
    name: 'a server that left its pool is still asked',
    file: 'workers/state/cluster/other-datacenters.ts',
    find: 'server !== null && server.status !== MEMBER_STATUS.left',
    replace: 'server !== null',
    tests: OTHERS,
  },
  {
    name: 'a read in another datacenter whose answer was lost is made again',
    file: 'workers/state/calls/calls-beyond.ts',
    find: "      if (answer.kind !== 'unsent') break;\n      settings",
    replace: '      settings',
    tests: BEYOND,
  },
  {
    name: 'a write in another datacenter whose answer was lost is made again',
    file: 'workers/state/calls/calls-beyond.ts',
    find: "      if (answer.kind !== 'unsent') break;\n    }\n    return failure;",
    replace: '    }\n    return failure;',
    tests: BEYOND,
  },
  {
    name: 'a server answers from its own datacenter what a client asks of another',
    file: 'workers/state/rpc/rows/serve.ts',
    find: "const datacenter = textIn(args, 'Datacenter') || own;",
    replace: 'const datacenter = own;',
    tests: ['integration/cluster/other-datacenter'],
  },
  {
    name: 'names of another datacenter are answered from this one',
    file: 'workers/state/dns/fresh-responder.ts',
    find: 'if (reply?.isBeyond === true) return far.respond(packet, transport, asker);',
    replace: '',
    tests: ['unit/workers/state/dns/fresh-responder'],
  },
  {
    name: 'a blocking read that is passed on is given up before it is over',
    file: 'workers/state/rpc/server-asker.ts',
    find: '(17 / 16) ** 3',
    replace: '17 / 16',
    tests: ['unit/workers/state/rpc/server-asker'],
  },
  {
    name: 'a datacenter is as near as its nearest server',
    file: 'workers/state/methods/datacenters.ts',
    find: '[values.length >> 1]',
    replace: '[0]',
    tests: ORDER,
  },
];
