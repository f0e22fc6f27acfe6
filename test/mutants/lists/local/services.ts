// Services: named ports, virtual addresses, sidecars, WAN addresses.

import type { Mutant } from '../../mutant.js';

const FSM = 'workers/state/replica/fsm';
const ADDRESSES = ['unit/workers/state/replica/fsm/virtual-ips'] as const;
const PORTS = ['unit/wire/service-ports'] as const;
const LOCAL = ['unit/workers/state/local/registration'] as const;

export const services: readonly Mutant[] = [
  {
    name: 'port names differ by their case alone',
    file: 'wire/service-ports.ts',
    find: 'entry.Name.toLowerCase()',
    replace: 'entry.Name',
    tests: PORTS,
  },
  {
    name: 'a service may name a port beside its named ones',
    file: 'wire/service-ports.ts',
    find: 'Port !== 0 && Port !== defaults[0]?.Port',
    replace: 'Port === -1',
    tests: PORTS,
  },
  {
    name: 'a struct of which a later field is set is written without it once it is met often',
    file: 'msgpack/struct.ts',
    find: 'this.#coded !== null && !this.#hasMore(record)',
    replace: 'this.#coded !== null',
    tests: PORTS,
  },
  {
    name: 'an instance that is registered again loses its virtual address',
    file: `${FSM}/service-write.ts`,
    find: 'isSameService(existing.record, addressed)',
    replace: 'isSameService(existing.record, weighted)',
    tests: ADDRESSES,
  },
  {
    name: 'a virtual address is freed while a config entry needs it',
    file: `${FSM}/mesh/virtual-ip.ts`,
    find: 'row === undefined || isNeeded(tables, peer, service)',
    replace: 'row === undefined',
    tests: ADDRESSES,
  },
  {
    name: 'all freed virtual addresses are lost',
    file: `${FSM}/mesh/virtual-ip.ts`,
    find: '  tables.freeVirtualIps.set(FREED_KEY, { IP: row.IP, IsCounter: false });\n',
    replace: '',
    tests: [...ADDRESSES, 'unit/workers/state/replica/fsm/vectors'],
  },
  {
    name: 'a manual address stays with whoever had it',
    file: `${FSM}/mesh/manual-virtual-ip.ts`,
    find: 'const kept = (other.ManualIPs ?? []).filter((ip) => !set.has(ip));',
    replace: 'const kept = other.ManualIPs ?? [];',
    tests: ADDRESSES,
  },
  {
    name: 'a new leader says nothing of virtual addresses',
    file: 'workers/state/leader/virtual-ip-flags.ts',
    find: "=== '').map((Key)",
    replace: "=== '-').map((Key)",
    tests: ['unit/workers/state/leader/leader-duties'],
  },
  {
    name: 'an edge of the topology goes with any proxy that named it',
    file: `${FSM}/mesh/mesh-topology.ts`,
    find: 'references === undefined || !references.has(reference)',
    replace: 'references === undefined',
    tests: ['unit/workers/state/replica/fsm/mesh-topology'],
  },
  {
    name: 'a reload removes what the API gave to a service of a file',
    file: 'workers/state/local/registration/registrar.ts',
    find: 'if (fromConfigFile && (!entry.fromConfigFile || ',
    replace: 'if (fromConfigFile && (',
    tests: ['unit/workers/state/local/persistence'],
  },
  {
    name: 'a reload removes checks that the files define beside a service, and registers them again',
    file: 'workers/state/local/registration/registrar.ts',
    find: 'registration.checksBeside?.has(entry.id) === true',
    replace: 'false',
    tests: ['unit/workers/state/local/persistence'],
  },
  {
    name: "a reload removes a file's sidecars",
    file: 'workers/state/local/registration/file-definitions.ts',
    find: 'sidecar === null ? [id] : [id, sidecarId(id)]',
    replace: '[id]',
    tests: LOCAL,
  },
  {
    name: 'a sidecar gets a port beyond the range',
    file: 'workers/state/local/registration/sidecar.ts',
    find: 'candidate <= last',
    replace: 'candidate <= last + 1',
    tests: LOCAL,
  },
];
