// A change is in the catalog when it is answered, a reload takes over what it may, and indexes never go back.

import type { Mutant } from '../../mutant.js';

const SEEN = ['unit/workers/state/endpoints/agent/seen-at-once'];
const ROUNDS = ['unit/workers/state/local/sync-rounds'];
const RELOAD = ['unit/main/config/reload'];
const INDEXES = ['unit/workers/state/replica/fsm/monotone-indexes'];

export const registration: readonly Mutant[] = [
  {
    name: 'a registration is answered before it is in the catalog',
    file: 'workers/state/local/local-agent.ts',
    find: '  if (outcome.ok) await attempt;\n',
    replace: '  void attempt;\n',
    tests: SEEN,
  },
  {
    name: 'a report that changes nothing waits for a round',
    file: 'workers/state/local/local-agent.ts',
    find: 'this.state.hasUnsynced ? this.#rounds.attempt() : null',
    replace: 'this.#rounds.attempt()',
    tests: SEEN,
  },
  {
    name: 'a registration waits for a leader that is known to be missing',
    file: 'workers/state/local/sync/sync-rounds.ts',
    find: 'if (obstacle !== null) {',
    replace: 'if (obstacle === "never") {',
    tests: ROUNDS,
  },
  {
    name: 'a round runs beside the comparison of a full sync',
    file: 'workers/state/local/sync/sync-rounds.ts',
    find: '      await this.#current;\n      return await task();',
    replace: '      return await task();',
    tests: ROUNDS,
  },
  {
    name: 'a round does not wait for clients that were answered together',
    file: 'workers/state/local/store/gathering.ts',
    find: 'if (this.#waiting >= this.#expected) return;',
    replace: 'if (this.#waiting > 0) return;',
    tests: ['unit/workers/state/local/gathering'],
  },
  {
    name: 'a reload takes everything over',
    file: 'main/config/reload.ts',
    find: '    ...running,\n    nodeMeta',
    replace: '    ...fresh,\n    nodeMeta',
    tests: RELOAD,
  },
  {
    name: 'a reload takes a log level that is none',
    file: 'main/config/reload.ts',
    find: 'logLevel(fresh.log.levelText) !== null',
    replace: 'true',
    tests: RELOAD,
  },
  {
    name: 'a reload removes definitions before it judges the new ones',
    file: 'workers/state/local/local-agent.ts',
    find: '    if (problem !== null) return problem;\n',
    replace: '',
    tests: ['unit/workers/state/local/persistence'],
  },
  {
    name: 'an instance that takes another name raises nothing for the old one',
    file: 'workers/state/replica/store/tables/catalog-index.ts',
    find: '    if (former && former.groupKey !== row.groupKey) this.#left(former);\n',
    replace: '',
    tests: INDEXES,
  },
  {
    name: 'a check that moves raises nothing for the service it leaves',
    file: 'workers/state/replica/store/tables/catalog-index.ts',
    find: '    if (former && former.serviceKey !== row.serviceKey) this.#servicesWith(former);\n',
    replace: '',
    tests: INDEXES,
  },
  {
    name: 'a failed transaction loses the spelling of an index row',
    file: 'workers/state/replica/store/tables/index-table.ts',
    find: '    if (known !== undefined && former !== spelled) this.#record(former, known, undefined);\n',
    replace: '',
    tests: INDEXES,
  },
  {
    name: 'lock delays follow the clock of the machine',
    file: 'workers/state/replica/state-store.ts',
    find: 'now = () => performance.now()',
    replace: 'now = Date.now',
    tests: ['unit/workers/state/replica/fsm/sessions'],
  },
  {
    name: 'critical services are removed by the clock of the machine',
    file: 'workers/state/local/registration/reaper.ts',
    find: 'clock.monotonic()',
    replace: 'clock.now()',
    tests: ['unit/workers/state/local/checks'],
  },
];
