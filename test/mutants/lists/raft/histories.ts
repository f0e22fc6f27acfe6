// Breakages that the clients of a simulated cluster must notice by what they are told: reads, writes, locks and sessions that
// aren't linearizable, or servers that end up with different states.
import type { Mutant } from '../../mutant.js';

const NOTICED = { tests: ['simulation/raft/histories'], environment: { LICTOR_SEEDS: '200' } };

export const histories: readonly Mutant[] = [
  {
    name: 'histories: a leader reads though its lease is over',
    file: 'wire/raft/leadership.ts',
    find: 'return ((Atomics.load(this.#words, LEASE_EXPIRES) - this.now()) | 0) > 0;',
    replace: 'return true;',
    ...NOTICED,
  },
  {
    name: 'histories: a lease much longer than an election takes',
    file: 'workers/raft/core/leading.ts',
    find: 'this.#followers.confirmedMs(membership.voters) + readLeaseMs(timing)',
    replace: 'this.#followers.confirmedMs(membership.voters) + 5 * readLeaseMs(timing)',
    ...NOTICED,
  },
  {
    name: 'histories: own commands applied in another order',
    file: 'workers/state/replica/raft-client.ts',
    find: '        const one = pending[i];',
    replace: '        const one = pending[pending.length - 1 - i];',
    ...NOTICED,
  },
  {
    name: 'histories: a command whose fate is unknown is called refused',
    file: 'workers/state/replica/raft-client.ts',
    find: "return code === 'not-leader' ? 'no-leader' : code;",
    replace: "return code === 'not-leader' || code === 'leadership-lost' ? 'no-leader' : code;",
    ...NOTICED,
  },
  {
    name: 'histories: a snapshot without sessions',
    file: 'workers/state/replica/snapshot/snapshot-write.ts',
    find: 'yield* rowSteps(type, sessionSchema, state.sessions);',
    replace: '',
    ...NOTICED,
  },
  {
    name: 'histories: cas compares with the index of creation',
    file: 'workers/state/replica/fsm/kv-write.ts',
    find: 'if ((before?.ModifyIndex ?? 0) !== request.ModifyIndex) return undefined;',
    replace: 'if ((before?.CreateIndex ?? 0) !== request.ModifyIndex) return undefined;',
    ...NOTICED,
  },
  {
    name: 'histories: delete-cas without comparing',
    file: 'workers/state/replica/fsm/kv-write.ts',
    find: '  if (entry.ModifyIndex !== modifyIndex) return false;\n',
    replace: '',
    ...NOTICED,
  },
  {
    name: 'histories: a lock taken from its holder',
    file: 'workers/state/replica/fsm/kv-write.ts',
    find: "  if (holder !== '' && holder !== request.Session) return { entry: undefined };\n",
    replace: '',
    ...NOTICED,
  },
  {
    name: 'histories: a lock for a session that is over',
    file: 'workers/state/replica/fsm/kv-write.ts',
    find: 'if (!tables.sessions.sessions.get(keyPart(request.Session))) {',
    replace: 'if (keyPart(request.Session).length === 0) {',
    ...NOTICED,
  },
  {
    name: "histories: a lock kept after its session's end",
    file: 'workers/state/replica/fsm/check-session-write.ts',
    find: '    else releaseEntry(tables, key, entry);\n',
    replace: '',
    ...NOTICED,
  },
  {
    name: 'histories: a session whose check is critical goes on',
    file: 'workers/state/replica/fsm/check-session-write.ts',
    find: "  if (written.Status === 'critical' && catalog.peer === '') invalidateSessionsOfCheck(tables, key);\n",
    replace: '',
    ...NOTICED,
  },
  {
    name: 'histories: a clock of the server in what is applied',
    file: 'workers/state/replica/fsm/session-create.ts',
    find: 'Behavior: behavior, CreateIndex: index',
    replace: 'Behavior: behavior, LockDelay: -Math.floor(performance.now()), CreateIndex: index',
    ...NOTICED,
  },
  {
    name: 'histories: a deregistered instance is still there',
    file: 'workers/state/replica/fsm/deregister.ts',
    find: '  if (row) deleteService(tables, at, row, node);\n',
    replace: '',
    ...NOTICED,
  },
  {
    name: 'calls: a deposed leader answers a write from its store',
    file: 'workers/state/calls/server-writes.ts',
    find: '    if (consensus.leadership.mayServe) return Promise.resolve(reply);\n',
    replace: '    if (consensus !== null) return Promise.resolve(reply);\n',
    tests: ['unit/calls/known-replies'],
  },
];
