// What the replicated state must not do, and its way to the log.

import type { Mutant } from '../../mutant.js';

const STORE = 'workers/state/replica/store';
const FSM = 'workers/state/replica/fsm';
const KV = ['unit/workers/state/replica/fsm/kv-model'];
const KEY_BYTES = ['unit/workers/state/endpoints/kv-bytes'];
const SESSIONS = ['unit/workers/state/replica/fsm/sessions'];
const INDEXES = [
  'unit/workers/state/endpoints/health',
  'unit/workers/state/replica/fsm/index-rules',
  'unit/workers/state/replica/fsm/catalog-model',
];

const FEDERATION = ['unit/workers/state/endpoints/federation-states'];

export const store: readonly Mutant[] = [
  {
    name: 'federation states: a change forgets when the state was made',
    file: `${FSM}/operator/federation-state-write.ts`,
    find: 'CreateIndex: stored?.CreateIndex ?? index,',
    replace: 'CreateIndex: index,',
    tests: INDEXES,
  },
  {
    name: 'federation states: a snapshot loses them',
    file: 'workers/state/replica/snapshot/snapshot-restore.ts',
    find: 'tables.federationStates.set(keyPart(State.Datacenter), State);',
    replace: 'keyPart(State.Datacenter);',
    tests: ['unit/workers/state/replica/fsm/vectors'],
  },
  {
    name: 'federation states: nobody who waits hears of a new one',
    file: `${STORE}/targets.ts`,
    find: 'return [indexTarget(FEDERATION_STATES_INDEX)];',
    replace: 'return [];',
    tests: FEDERATION,
  },
  {
    name: 'federation states: gateways are shown to whoever asks',
    file: 'workers/state/methods/mesh/federation-state.ts',
    find: 'const kept = yield* sight.keep(gateways, ',
    replace: 'const kept = true ? gateways : yield* sight.keep(gateways, ',
    tests: ['unit/workers/state/acl/matrix'],
  },
  {
    name: 'usage: an instance that becomes something else is counted as what it was',
    file: 'workers/state/replica/store/tables/instance-counts.ts',
    find: 'return one.Kind === other.Kind && ',
    replace: 'return ',
    tests: ['unit/workers/state/replica/fsm/catalog-model'],
  },
  {
    name: 'usage: nobody who waits hears of another node',
    file: 'workers/state/replica/store/targets.ts',
    find: 'return [indexTarget(this.#keys.nodesKey), indexTarget(this.#keys.servicesKey)];',
    replace: 'return [indexTarget(this.#keys.servicesKey)];',
    tests: ['unit/workers/state/http/operator-usage'],
  },
  {
    name: 'a prefix watch misses the key that is the prefix',
    file: `${STORE}/watches.ts`,
    find: 'if (length <= tableKey.length) this.#collect',
    replace: 'if (length < tableKey.length) this.#collect',
    tests: ['unit/workers/state/replica/store/watches'],
  },
  {
    name: 'the lock delay of a command that failed starts with the next one',
    file: `${STORE}/tables/lock-delay.ts`,
    find: `  discard(): void {
    this.#pending = [];`,
    replace: '  discard(): void {',
    tests: ['unit/workers/state/replica/fsm/sessions'],
  },
  {
    name: 'any number of commands waits for the log',
    file: 'workers/state/replica/raft-client.ts',
    find: 'if (this.#pendingCount >= MAX_PENDING)',
    replace: 'if (this.#pendingCount < 0)',
    tests: ['unit/workers/state/assembly/raft-client'],
  },
  {
    name: 'any number of commands waits for a leader',
    file: 'workers/state/replica/leadership-wait.ts',
    find: ' || this.#waiting.size >= MOST_WAITING',
    replace: '',
    tests: ['unit/workers/state/assembly/raft-client'],
  },
  {
    name: 'committed commands count as waiting for ever',
    file: 'workers/state/replica/raft-client.ts',
    find: `    if (pending === all) this.#inFlight.delete(batch);
    this.#pendingCount -= pending.length;`,
    replace: '    if (pending === all) this.#inFlight.delete(batch);',
    tests: ['unit/workers/state/assembly/raft-client'],
  },
  {
    name: 'refused commands count as waiting for ever',
    file: 'workers/state/replica/raft-client.ts',
    find: `    this.#inFlight.delete(batch);
    this.#pendingCount -= pending.length;
    for (const one of pending) one.settle({ ok: false, code });`,
    replace: `    this.#inFlight.delete(batch);
    for (const one of pending) one.settle({ ok: false, code });`,
    tests: ['unit/workers/state/assembly/raft-client'],
  },
  {
    name: 'a CAS of index 0 overwrites a key',
    file: `${FSM}/kv-write.ts`,
    find: 'if ((before?.ModifyIndex ?? 0) !== request.ModifyIndex) return undefined;',
    replace: 'if (request.ModifyIndex !== 0 && (before?.ModifyIndex ?? 0) !== request.ModifyIndex) return undefined;',
    tests: KV,
  },
  {
    name: 'a lock taken again by its holder counts as another one',
    file: `${FSM}/kv-write.ts`,
    find: `: holder === '' ? increment(before.LockIndex) : before.LockIndex;`,
    replace: ': increment(before.LockIndex);',
    tests: KV,
  },
  {
    name: 'anybody may give up a lock',
    file: `${FSM}/kv-write.ts`,
    find: 'if (!before || before.Session !== request.Session) return',
    replace: 'if (!before) return',
    tests: KV,
  },
  {
    name: 'a lock may be taken from its holder',
    file: `${FSM}/kv-write.ts`,
    find: `if (holder !== '' && holder !== request.Session) return { entry: undefined };`,
    replace: '',
    tests: KV,
  },
  {
    name: 'other flags alone are no change',
    file: `${FSM}/kv-write.ts`,
    find: `    before.Flags === after.Flags &&
`,
    replace: '',
    tests: KV,
  },
  {
    name: 'a delete leaves no tombstone',
    file: `${FSM}/kv-write.ts`,
    find: `  bury(tables, key, entry.Key);
`,
    replace: '',
    tests: KV,
  },
  {
    name: 'the tombstone of the reaped index stays',
    file: `${FSM}/kv-write.ts`,
    find: 'if (tombstone.Index <= throughIndex)',
    replace: 'if (tombstone.Index < throughIndex)',
    tests: KV,
  },
  {
    name: 'a write makes the key a new one',
    file: `${FSM}/kv-write.ts`,
    find: 'CreateIndex: before?.CreateIndex ?? index,',
    replace: 'CreateIndex: index,',
    tests: KV,
  },
  {
    name: 'a plain write takes the lock away',
    file: `${FSM}/kv-write.ts`,
    find: `entryOf(tables, request, before, before?.Session ?? '', request.LockIndex)`,
    replace: `entryOf(tables, request, before, '', request.LockIndex)`,
    tests: KV,
  },
  {
    name: 'a delete with the wrong index is done',
    file: `${FSM}/kv-write.ts`,
    find: 'if (entry.ModifyIndex !== modifyIndex) return false;',
    replace: '',
    tests: KV,
  },
  {
    name: 'keys of a session with behaviour delete are released instead',
    file: `${FSM}/check-session-write.ts`,
    find: `if (session.Behavior === 'delete') removeEntry(tables, key, entry);
    else releaseEntry`,
    replace: 'releaseEntry',
    tests: SESSIONS,
  },
  {
    name: 'an unchanged critical check ends no session',
    file: `${FSM}/check-session-write.ts`,
    find: `  if (written.Status === 'critical' && catalog.peer === '') invalidateSessionsOfCheck(tables, key);
  if (existing && isSameCheck(existing.record, written)) return existing;`,
    replace: `  if (existing && isSameCheck(existing.record, written)) return existing;
  if (written.Status === 'critical' && catalog.peer === '') invalidateSessionsOfCheck(tables, key);`,
    tests: SESSIONS,
  },
  {
    name: 'a check that is deleted ends no session',
    file: `${FSM}/check-session-write.ts`,
    find: `  if (catalog.peer === '') invalidateSessionsOfCheck(tables, row.key);
`,
    replace: '',
    tests: SESSIONS,
  },
  {
    name: 'a changed output alone is no change of a check',
    file: `${FSM}/check-session-write.ts`,
    find: `    a.Output === b.Output &&
`,
    replace: '',
    tests: INDEXES,
  },
  {
    name: 'a list forgets what was deleted from it',
    file: `${STORE}/kv-reads.ts`,
    find: 'if (entriesIndex > 0) return Math.max(entriesIndex, buriedIndex);',
    replace: 'if (entriesIndex > 0) return entriesIndex;',
    tests: KV,
  },
  {
    name: 'a list shows the index of the whole table',
    file: `${STORE}/kv-reads.ts`,
    find: `if (prefix === '') return tablesIndex(tables);`,
    replace: 'return tablesIndex(tables);',
    tests: KV,
  },
  {
    name: 'keys up to a separator come once for each key below',
    file: `${STORE}/kv-reads.ts`,
    find: 'if (key !== last) value.push(key);',
    replace: 'value.push(key);',
    tests: KV,
  },
  {
    name: 'an absent service has the index of its table for ever',
    file: `${STORE}/catalog-reads.ts`,
    find: `    if (extinction > 0) return extinction;
`,
    replace: '',
    tests: INDEXES,
  },
  {
    name: 'an absent service of health does not follow checks',
    file: `${STORE}/catalog-reads.ts`,
    find: 'return withChecks ? Math.max(tables, this.#index(this.#keys.checksKey)) : tables;',
    replace: 'return tables;',
    tests: INDEXES,
  },
  {
    name: 'a failed command leaves half of its writes',
    file: 'workers/state/replica/state-store.ts',
    find: `      journal.rollBack();
      lockDelays.discard();
      return result;`,
    replace: `      lockDelays.discard();
      return result;`,
    tests: SESSIONS,
  },
  {
    name: 'a restored store wakes nobody',
    file: 'workers/state/replica/state-store.ts',
    find: `    this.watches.noteAll();
`,
    replace: '',
    tests: ['unit/workers/state/replica/store/watches'],
  },
  {
    name: 'a restore is no new generation',
    file: 'workers/state/replica/state-store.ts',
    find: `    this.#generation += 1;
`,
    replace: '',
    tests: ['unit/workers/state/replica/store/watches'],
  },
  {
    name: 'expired lock delays are kept for ever',
    file: `${STORE}/tables/lock-delay.ts`,
    find: 'if (this.#sinceSweep >= SWEEP_EVERY) this.#sweep(now);',
    replace: '',
    tests: SESSIONS,
  },
  {
    name: 'a lock delay lasts longer than a minute',
    file: `${STORE}/tables/lock-delay.ts`,
    find: 'Math.min(delayNs / NS_PER_MS, MAX_DELAY_MS)',
    replace: 'delayNs / NS_PER_MS',
    tests: SESSIONS,
  },
  {
    name: 'all readers are woken in one go',
    file: `${STORE}/watches.ts`,
    find: `        if (left === 0) break;
`,
    replace: '',
    tests: ['unit/workers/state/replica/store/watches'],
  },
  {
    name: 'a byte of a key that is no UTF-8 is any such byte',
    file: 'workers/state/http/engine/target.ts',
    find: 'return readText(bytes, 0, length);',
    replace: "return bytes.toString('utf8', 0, length);",
    tests: KEY_BYTES,
  },
  {
    name: 'KV keys are sorted and found by characters',
    file: `${STORE}/tables/table-key.ts`,
    find: "return BEYOND_ASCII.test(key) ? textBytes(key).toString('latin1') : key;",
    replace: 'return NEEDS_MOVE.test(key) ? moveUnits(key) : key;',
    tests: KEY_BYTES,
  },
  {
    name: 'a list waits for keys whose characters begin with its prefix',
    file: `${STORE}/watches.ts`,
    find: 'this.#notePrefixes(kvTableKey(key))',
    replace: 'this.#notePrefixes(key)',
    tests: KEY_BYTES,
  },
  {
    name: 'the deletion of a tree around a prefix is forgotten',
    file: 'workers/state/replica/store/kv-reads.ts',
    find: 'index = Math.max(index, emptied);',
    replace: 'index = Math.max(index, emptied - emptied);',
    tests: ['unit/workers/state/calls/random-watchers', 'unit/workers/state/replica/fsm/kv-model'],
  },
  {
    name: 'a key is woken by every other',
    file: 'workers/state/replica/store/targets.ts',
    find: "return [{ kind: 'kv', key }];",
    replace: "return [{ kind: 'kv', key }, indexTarget('kvs')];",
    tests: ['unit/workers/state/calls/random-watchers'],
  },
];
