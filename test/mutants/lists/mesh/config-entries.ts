// Config entries: what a command does to them, what is made of what is written, who is woken.

import type { Mutant } from '../../mutant.js';

const WRITE = 'workers/state/replica/fsm/mesh/config-entry-write.ts';
const GATEWAYS = 'workers/state/replica/fsm/mesh/gateway-services.ts';
const FSM = ['unit/workers/state/replica/fsm/config-entries'] as const;
const METHOD = ['unit/workers/state/config-entries/method'] as const;
const DECODE = ['unit/workers/state/config-entries/decode'] as const;
const RECORDED = ['unit/workers/state/config-entries/recorded'] as const;

export const configEntries: readonly Mutant[] = [
  {
    name: 'a compared write never takes an absent entry',
    file: WRITE,
    find: '(stored?.ModifyIndex ?? 0) === entry.ModifyIndex',
    replace: 'stored?.ModifyIndex === entry.ModifyIndex',
    tests: FSM,
  },
  {
    name: 'a compared deletion takes an entry of any index',
    file: WRITE,
    find: 'stored === undefined || stored.ModifyIndex !== Entry.ModifyIndex',
    replace: 'stored === undefined',
    tests: FSM,
  },
  {
    name: 'a plain write of an entry replaces its status',
    file: WRITE,
    find: 'withStatus ? entry : keptStatus(entry, stored)',
    replace: 'withStatus || stored ? entry : keptStatus(entry, stored)',
    tests: FSM,
  },
  {
    name: 'who waits for an entry is not woken by it',
    file: 'workers/state/replica/store/config-entry-reads.ts',
    find: '[entryTarget(key), entriesTarget(',
    replace: '[entriesTarget(key), entriesTarget(',
    tests: FSM,
  },
  {
    name: 'an entry that is stored already is written again',
    file: 'workers/state/methods/mesh/config-entry.ts',
    find: 'if (!written.isChanged) return DONE;',
    replace: '',
    tests: METHOD,
  },
  {
    name: "a service's proxy mode must be one that proxies know",
    file: 'wire/config-entries/rules/defaults.ts',
    find: '  yield* mutualTlsErrors(entry);\n  yield* upstreamsErrors(entry);',
    replace: "  if (!PROXY_MODES.has(entry.Mode)) yield 'odd mode';\n  yield* upstreamsErrors(entry);",
    tests: METHOD,
  },
  {
    name: 'an asker may write the status of an entry',
    file: 'workers/state/methods/mesh/config-entry.ts',
    find: 'return { ...entry, Status: stored.Status } as ConfigEntry;',
    replace: 'return entry;',
    tests: METHOD,
  },
  {
    name: 'an unknown key of an entry is passed over',
    file: 'wire/config-entries/decode.ts',
    find: 'if (known === undefined) this.problems.unknownKey(at);',
    replace: 'if (known === undefined) continue;',
    tests: DECODE,
  },
  {
    name: 'the alias of a field counts as much as its name',
    file: 'wire/config-entries/decode.ts',
    find: '!known.isAlias || !set.has(known.name)',
    replace: 'true',
    tests: DECODE,
  },
  {
    name: 'all errors of a body are told, however many',
    file: 'wire/config-entries/decode.ts',
    find: 'if (this.unknown.length < MOST_ERRORS) this',
    replace: 'this',
    tests: DECODE,
  },
  {
    name: 'intentions stand with the least exact ones first',
    file: 'wire/config-entries/rules/intentions.ts',
    find: 'b.Precedence - a.Precedence',
    replace: 'a.Precedence - b.Precedence',
    tests: RECORDED,
  },
  {
    name: 'the kind of a proxy default stands in the open',
    file: 'msgpack/config-entries.ts',
    find: "kind === 'proxy-defaults' ? inRaw(entry) : entry",
    replace: 'entry',
    tests: RECORDED,
  },
  {
    name: 'one of all services of a gateway takes the place of a named one',
    file: GATEWAYS,
    find: 'if (mapping.FromWildcard && !stored.record.FromWildcard) return;',
    replace: '',
    tests: ['unit/workers/state/replica/fsm/gateway-services'],
  },
  {
    name: 'a gateway goes on leading to a service that has left',
    file: GATEWAYS,
    find: 'if (record.FromWildcard && !isOneOfAll) drop(tables, row);',
    replace: 'if (record.FromWildcard && !isOneOfAll) continue;',
    tests: ['unit/workers/state/replica/fsm/gateway-services'],
  },
];
