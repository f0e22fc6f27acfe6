// What the endpoints of keys, sessions, transactions and health must not do.

import type { Mutant } from '../../mutant.js';

const ENDPOINTS = 'workers/state/endpoints';
const METHODS = 'workers/state/methods';
const CALLS = 'workers/state/calls';
const LOCKS = ['unit/workers/state/endpoints/locks'];
const TXN = ['unit/workers/state/endpoints/txn'];
const HEALTH = ['unit/workers/state/endpoints/health'];
const LONG_FILTERS = ['unit/workers/state/endpoints/long-filters'];
const TURNS = ['unit/workers/state/turns/turns'];
const LANGUAGE = ['unit/workers/state/filter/language'];

export const endpoints: readonly Mutant[] = [
  {
    name: 'a check of a node counts for each instance of a service there',
    file: 'workers/state/endpoints/internal/service-summary.ts',
    find: "if (check.ServiceID !== '' || isAnotherNode) this.#count(check)",
    replace: 'this.#count(check)',
    tests: ['unit/workers/state/endpoints/ui-lists'],
  },
  {
    name: 'the description of the API leaves out other statuses than 200',
    file: 'workers/state/http/openapi/responses.ts',
    find: "[['200', answer], ...Object.entries(others)]",
    replace: "[['200', answer]]",
    tests: ['unit/workers/state/endpoints/table/schemas'],
  },
  {
    name: 'a transaction writes under names that are tricks with paths',
    file: 'workers/state/endpoints/kv/txn.ts',
    find: 'validatesKeys() ? badKeyName(given) : null',
    replace: 'null',
    tests: ['unit/workers/state/endpoints/key-names'],
  },
  {
    name: 'names of keys are validated without ACLs',
    file: 'main/config/runtime.ts',
    find: 'config.disable_kv_key_validation ?? !config.acl.enabled',
    replace: 'config.disable_kv_key_validation ?? false',
    tests: ['unit/main/config/load'],
  },
  {
    name: 'a lock delay is not looked at before a lock is proposed',
    file: `${METHODS}/kvs.ts`,
    find: "if (op === 'lock' && store.kv.lockDelayed(key)) return { reply: false };",
    replace: '',
    tests: LOCKS,
  },
  {
    name: 'a write without a lock is held up by its delay',
    file: `${METHODS}/kvs.ts`,
    find: "if (op === 'lock' && store.kv",
    replace: 'if (store.kv',
    tests: LOCKS,
  },
  {
    name: 'a write that the state refused is true',
    file: `${METHODS}/kvs.ts`,
    find: "return result.kind !== 'bool' || result.value;",
    replace: "return result.kind !== 'error';",
    tests: LOCKS,
  },
  {
    name: 'contradicting flags are taken',
    file: 'workers/state/http/judge.ts',
    find: 'if (given.length > 1) {',
    replace: 'if (given.length > 3) {',
    tests: LOCKS,
  },
  {
    name: 'a write for another datacenter is done here',
    file: `${CALLS}/server-calls.ts`,
    find: 'if (datacenter !== leader.datacenter) return beyond.write(method, request, datacenter, caller);',
    replace: '',
    tests: LOCKS,
  },
  {
    name: 'a list of nothing is an empty list',
    file: `${ENDPOINTS}/kv/kv.ts`,
    find: '(value.length === 0 ? bare(404) : json(listText(value, quoteJson)))',
    replace: 'json(listText(value, quoteJson))',
    tests: LOCKS,
  },
  {
    name: 'a TTL may be shorter than session_ttl_min',
    file: `${METHODS}/session.ts`,
    find: '(parsed.ns < minimum || parsed.ns > MAX_TTL_NS)',
    replace: '(parsed.ns < 0 || parsed.ns > MAX_TTL_NS)',
    tests: LOCKS,
  },
  {
    name: 'a TTL may be longer than a day',
    file: `${METHODS}/session.ts`,
    find: '(parsed.ns < minimum || parsed.ns > MAX_TTL_NS)',
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
    file: `${METHODS}/session.ts`,
    find: 'leader.renewSession(session.ID);',
    replace: '',
    tests: LOCKS,
  },
  {
    name: 'a renewal does not restart the timer',
    file: `${METHODS}/session.ts`,
    find: '    renew(id);',
    replace: '',
    tests: LOCKS,
  },
  {
    name: 'any number of operations in a transaction',
    file: `${ENDPOINTS}/kv/txn.ts`,
    find: 'if (given.length > MAX_OPERATIONS)',
    replace: 'if (given.length < 0)',
    tests: TXN,
  },
  {
    name: 'a transaction of reads goes through the log',
    file: `${ENDPOINTS}/kv/txn.ts`,
    find: 'if (changesSomething(operations)) {',
    replace: 'if (operations.length > 0) {',
    tests: TXN,
  },
  {
    name: 'a consistent transaction does not ask whether we lead',
    file: `${CALLS}/server-calls.ts`,
    find: "const leads = settings.consistency !== 'consistent' || (await run.settleFirst(consensus.verifyLeader()));",
    replace: 'const leads = true as boolean | null;',
    tests: TXN,
  },
  {
    name: 'a transaction takes a lock in its delay',
    file: `${METHODS}/txn.ts`,
    find: "KV.Verb === 'lock' && kv",
    replace: "KV.Verb === 'never' && kv",
    tests: TXN,
  },
  {
    name: 'a failed transaction is 200',
    file: `${ENDPOINTS}/kv/txn.ts`,
    find: 'status: response.Errors ? 409 : 200,',
    replace: 'status: 200,',
    tests: TXN,
  },
  {
    name: 'the kept lists of all and of the passing are the same',
    file: `${METHODS}/catalog/health.ts`,
    find: 'healthy[health].set(all, kept);',
    replace: 'healthy[health].set(all, all);',
    tests: HEALTH,
  },
  {
    name: 'what warns is passing',
    file: `${METHODS}/catalog/health.ts`,
    find: "Status === 'passing' : Status",
    replace: "Status !== 'critical' : Status",
    tests: HEALTH,
  },
  {
    name: 'passing is forgotten beside a filter',
    file: `${METHODS}/catalog/health.ts`,
    find: 'keepInSteps(healthyOf(all, health), matcher, isKept)',
    replace: 'keepInSteps(all, matcher, isKept)',
    tests: HEALTH,
  },
  {
    name: 'the filter of a health query is ignored',
    file: `${METHODS}/catalog/health.ts`,
    find: 'hasOthers(entry, request) && matcher.matches(filterItem(entry))',
    replace: 'hasOthers(entry, request)',
    tests: HEALTH,
  },
  {
    name: 'a connect query does not see new proxies',
    file: 'workers/state/replica/store/targets.ts',
    find: 'return names.length > 0 ? [...own, services] : [services, ...this.#extinction(true)];',
    replace: 'return names.length > 0 ? own : [...this.#extinction(true)];',
    tests: ['unit/workers/state/replica/store/watches', ...HEALTH],
  },
  {
    name: 'a filter is tried on all records in one go',
    file: `${METHODS}/contract/narrowing.ts`,
    find: '    if (--left > 0) continue;',
    replace: '    if (--left !== 0.5) continue;',
    tests: LONG_FILTERS,
  },
  {
    name: 'a filter goes on when its client has gone',
    file: 'workers/state/calls/blocking-read.ts',
    find: '    this.#work?.cancel();',
    replace: '',
    tests: LONG_FILTERS,
  },
  {
    name: 'each long request has its own slice of a turn',
    file: 'workers/state/turns/turns.ts',
    find: 'if (this.#tasks.length === 0) task.advance',
    replace: 'if (this.#tasks.length >= 0) task.advance',
    tests: TURNS,
  },
  {
    name: 'long work keeps the rest of the slice to itself',
    file: 'workers/state/turns/turns.ts',
    find: 'Math.min(end, now + SHARE_MS)',
    replace: 'end',
    tests: TURNS,
  },
  {
    name: 'a filter may have any number of matches',
    file: 'filter/parser.ts',
    find: '++this.#matches > MAX_MATCHES',
    replace: '++this.#matches < 0',
    tests: LANGUAGE,
  },
  {
    name: 'a filter may have any number of patterns',
    file: 'workers/state/filter/regexp-budget.ts',
    find: '    this.#left -= size;',
    replace: '',
    tests: LANGUAGE,
  },
  {
    name: 'compiled filters are kept for ever',
    file: 'workers/state/filter/kept-filters.ts',
    find: 'if (this.#bytes <= MAX_BYTES) return;',
    replace: 'if (oldest !== undefined) return;',
    tests: LANGUAGE,
  },
];
