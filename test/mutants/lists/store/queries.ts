// What prepared queries must not do.

import type { Mutant } from '../../mutant.js';

const STATE = 'workers/state';
const COMMAND = ['unit/workers/state/replica/fsm/prepared-queries'];
const EXECUTE = ['unit/workers/state/endpoints/query'];
const FAILOVER = ['unit/workers/state/calls/query-failover'];
const TEMPLATE = ['unit/workers/state/replica/templates/template'];
const DNS = ['unit/workers/state/dns/prepared-queries'];

export const queries: readonly Mutant[] = [
  {
    name: 'a query outlives its session',
    file: `${STATE}/replica/fsm/check-session-write.ts`,
    find: '  deleteQueriesOfSession(tables, sessionKey);\n',
    replace: '',
    tests: COMMAND,
  },
  {
    name: 'two queries have one name',
    file: `${STATE}/replica/fsm/query-write.ts`,
    find: 'if (isOther(queries.named(Name)))',
    replace: 'if (false)',
    tests: COMMAND,
  },
  {
    name: 'a template that only we cannot take is refused where it is applied',
    file: `${STATE}/replica/fsm/query-write.ts`,
    find: 'compiled.ok || compiled.isOurLimit ? null',
    replace: 'compiled.ok ? null',
    tests: COMMAND,
  },
  {
    name: 'the shortest beginning of a name chooses the template',
    file: `${STATE}/prefixes/prefix-tree.ts`,
    find: 'found = branch.value ?? found;',
    replace: 'found ??= branch.value;',
    tests: ['unit/workers/state/replica/store/prefix-tree'],
  },
  {
    name: 'a template goes before a query with the very name',
    file: `${STATE}/replica/store/query-reads.ts`,
    find: 'this.#table.named(idOrName) ?? this.#table.templateFor(idOrName)',
    replace: 'this.#table.templateFor(idOrName) ?? this.#table.named(idOrName)',
    tests: COMMAND,
  },
  {
    name: 'a long name is tried on any expression',
    file: `${STATE}/replica/templates/template.ts`,
    find: 'name.length * this.#regexpSize > MOST_MATCHING',
    replace: 'name.length < 0',
    tests: TEMPLATE,
  },
  {
    name: 'a rendered query may be of any length',
    file: `${STATE}/replica/templates/template.ts`,
    find: 'if (length > MOST_RENDERED)',
    replace: 'if (length < 0)',
    tests: TEMPLATE,
  },
  {
    name: 'a template answers with what it was for another name',
    file: `${STATE}/replica/templates/template.ts`,
    find: 'this.#last?.name !== name ||',
    replace: 'this.#last === null ||',
    tests: [...TEMPLATE, ...DNS],
  },
  {
    name: 'a tag that must not be there is ignored',
    file: `${STATE}/methods/query/query-instances.ts`,
    find: ' && !excluded.some((tag) => present.has(tag))',
    replace: '',
    tests: EXECUTE,
  },
  {
    name: 'a node is not the nearest to itself',
    file: `${STATE}/methods/query/query-source.ts`,
    find: 'sorted[0] = itself;',
    replace: 'sorted[own] = itself;',
    tests: ['unit/workers/state/endpoints/query'],
  },
  {
    name: 'who waits for a query that is deleted waits on',
    file: `${STATE}/calls/blocking-read.ts`,
    find: '    this.#unwatch = null;\n    if (this.#isRefused(prepared)) return;\n',
    replace: '    this.#unwatch = null;\n    if ((prepared.refuse?.() ?? null) !== null) return;\n',
    tests: EXECUTE,
  },
  {
    name: 'executing waits for an index',
    file: `${STATE}/calls/server-calls.ts`,
    find: 'method.isOnce === true ? 0 : settings.waitMs',
    replace: 'settings.waitMs',
    tests: EXECUTE,
  },
  {
    name: 'the others are asked while there is something here',
    file: `${STATE}/methods/query/query-execute.ts`,
    find: 'nodes.length === 0 && failsOver(query.Service.Failover)',
    replace: 'failsOver(query.Service.Failover)',
    tests: FAILOVER,
  },
  {
    name: 'the first datacenter that fails ends the search',
    file: `${STATE}/methods/query/query-execute.ts`,
    find: 'if (isRefusal(answer)) continue;',
    replace: 'if (isRefusal(answer)) break;',
    tests: FAILOVER,
  },
  {
    name: 'main is asked for distances by each query',
    file: `${STATE}/calls/other-datacenters.ts`,
    find: 'if (nowMs >= this.#nearestUntilMs) {',
    replace: 'if (nowMs >= 0) {',
    tests: FAILOVER,
  },
  {
    name: 'what one asker is near to is told to all',
    file: `${STATE}/dns/responder.ts`,
    find: ' || resolved.isPersonal === true',
    replace: '',
    tests: DNS,
  },
  {
    name: 'an order by distance is shuffled',
    file: `${STATE}/dns/message/compose.ts`,
    find: 'if (!answer.isOrdered) shuffleFront',
    replace: 'shuffleFront',
    tests: DNS,
  },
  {
    name: 'an order by distance outlives the places',
    file: `${STATE}/methods/query/query-execute.ts`,
    find: '    now.of?.coordinates === before.of?.coordinates &&\n',
    replace: '',
    tests: DNS,
  },
];
