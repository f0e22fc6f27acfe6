// What the endpoints of keys, sessions, transactions and health must not do.

import type { Mutant } from '../mutant.js';

const ENDPOINTS = 'workers/state/endpoints';
const LOCKS = ['unit/endpoints/locks'];
const TXN = ['unit/endpoints/txn'];
const HEALTH = ['unit/endpoints/health'];

export const endpoints: readonly Mutant[] = [
  {
    name: 'a lock delay is not looked at before a lock is proposed',
    file: `${ENDPOINTS}/kv.ts`,
    find: "if (operation.op === 'lock' && store.kv.lockDelayed(key, Date.now())) return FALSE;",
    replace: '',
    tests: LOCKS,
  },
  {
    name: 'a write without a lock is held up by its delay',
    file: `${ENDPOINTS}/kv.ts`,
    find: "if (operation.op === 'lock' && store.kv",
    replace: 'if (store.kv',
    tests: LOCKS,
  },
  {
    name: 'a write that the state refused is true',
    file: `${ENDPOINTS}/kv.ts`,
    find: "return result.kind === 'bool' && !result.value ? FALSE : TRUE;",
    replace: 'return result ? TRUE : FALSE;',
    tests: LOCKS,
  },
  {
    name: 'contradicting flags are taken',
    file: `${ENDPOINTS}/kv.ts`,
    find: 'if (present.length < 2) return null;',
    replace: 'if (present.length < 4) return null;',
    tests: LOCKS,
  },
  {
    name: 'a write for another datacenter is done here',
    file: 'workers/state/http/http-server.ts',
    find: "endpoint.answeredBy === 'servers' && call.datacenter !== this.#site.datacenter",
    replace: "endpoint.answeredBy === 'servers' && call.datacenter === ''",
    tests: LOCKS,
  },
  {
    name: 'a list of nothing is an empty list',
    file: `${ENDPOINTS}/kv.ts`,
    find: '(value.length === 0 ? bare(404) : json(listJson(value, quoteJson)))',
    replace: 'json(listJson(value, quoteJson))',
    tests: LOCKS,
  },
  {
    name: 'session_ttl_min is ignored',
    file: `${ENDPOINTS}/session.ts`,
    find: '(parsed.ns < minimum || parsed.ns > MAX_TTL)',
    replace: '(parsed.ns < 0 || parsed.ns > MAX_TTL)',
    tests: LOCKS,
  },
  {
    name: 'a TTL may be longer than a day',
    file: `${ENDPOINTS}/session.ts`,
    find: '(parsed.ns < minimum || parsed.ns > MAX_TTL)',
    replace: 'parsed.ns < minimum',
    tests: LOCKS,
  },
  {
    name: 'no lock delay unless one is given',
    file: `${ENDPOINTS}/session.ts`,
    find: 'given.LockDelay ?? DEFAULT_LOCK_DELAY',
    replace: 'given.LockDelay ?? 0',
    tests: LOCKS,
  },
  {
    name: 'a small lock delay counts nanoseconds',
    file: `${ENDPOINTS}/session.ts`,
    find: 'whole < NS_PER_MICROSECOND ? whole * NS_PER_SECOND : whole',
    replace: 'whole',
    tests: LOCKS,
  },
  {
    name: 'the timer of a new session does not start',
    file: `${ENDPOINTS}/session.ts`,
    find: `  dependencies.renew(session.ID);
  return json(\`{"ID"`,
    replace: '  return json(`{"ID"',
    tests: LOCKS,
  },
  {
    name: 'a renewal does not restart the timer',
    file: `${ENDPOINTS}/session.ts`,
    find: `  dependencies.renew(session.ID);
  return json(\`[`,
    replace: '  return json(`[',
    tests: LOCKS,
  },
  {
    name: 'any number of operations in a transaction',
    file: `${ENDPOINTS}/txn.ts`,
    find: 'if (given.length > MAX_OPERATIONS)',
    replace: 'if (given.length < 0)',
    tests: TXN,
  },
  {
    name: 'a transaction of reads goes through the log',
    file: `${ENDPOINTS}/txn.ts`,
    find: '  if (!writing) {',
    replace: '  if (!writing && operations.length === 0) {',
    tests: TXN,
  },
  {
    name: 'a consistent transaction does not ask whether we lead',
    file: `${ENDPOINTS}/txn.ts`,
    find: "if (options.consistency === 'consistent' && !(await dependencies.verifyLeader()))",
    replace: 'if (operations.length < 0)',
    tests: TXN,
  },
  {
    name: 'a transaction takes a lock in its delay',
    file: `${ENDPOINTS}/txn.ts`,
    find: "KV.Verb === 'lock' && store.kv",
    replace: "KV.Verb === 'never' && store.kv",
    tests: TXN,
  },
  {
    name: 'a failed transaction is 200',
    file: `${ENDPOINTS}/txn.ts`,
    find: 'status: response.Errors ? 409 : 200,',
    replace: 'status: 200,',
    tests: TXN,
  },
  {
    name: 'the kept answers of all and of the passing are the same',
    file: `${ENDPOINTS}/health.ts`,
    find: 'const known = passing ? answers.passing : answers.all;',
    replace: 'const known = answers.all;',
    tests: HEALTH,
  },
  {
    name: 'what warns is passing',
    file: `${ENDPOINTS}/health.ts`,
    find: "check.Status === 'passing')",
    replace: "check.Status !== 'critical')",
    tests: HEALTH,
  },
  {
    name: 'passing is forgotten beside a filter',
    file: `${ENDPOINTS}/health.ts`,
    find: '(!passing || isPassing(entry)) &&',
    replace: '',
    tests: HEALTH,
  },
  {
    name: 'the filter of a health query is ignored',
    file: `${ENDPOINTS}/health.ts`,
    find: '(matches === null || matches(filterItem(entry))),',
    replace: 'matches !== undefined,',
    tests: HEALTH,
  },
  {
    name: 'a connect query does not see new proxies',
    file: 'workers/state/store/targets.ts',
    find: 'return names.length > 0 ? [...own, services] : [services, ...this.#extinction(true)];',
    replace: 'return names.length > 0 ? own : [...this.#extinction(true)];',
    tests: ['unit/store/watches', ...HEALTH],
  },
];
