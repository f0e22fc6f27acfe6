// What shows only in a whole agent, or is told apart there: answers before it is ready, exhausted descriptors, failing
// disks, configuration that acts.

import type { Mutant } from '../../mutant.js';

const DESCRIPTORS = ['integration/agent/descriptors'];
const FAILING_DISK = ['integration/agent/failing-disk'];
const REPLAY = ['integration/agent/replay'];
const LEADERLESS = ['unit/workers/state/http/leaderless'];

export const wholeAgent: readonly Mutant[] = [
  {
    name: 'writes are not timed',
    file: 'workers/state/calls/server-writes.ts',
    find: 'const took = this.#metrics.timed(method.name);',
    replace: "const took = this.#metrics.timed('');",
    tests: ['integration/agent/metrics'],
  },
  {
    name: 'a statsd daemon is told nothing',
    file: 'workers/state/assembly/state-worker.ts',
    find: 'this.#sinks.send(message.report);',
    replace: '',
    tests: ['integration/agent/metrics'],
  },
  {
    name: 'services that nobody has are counted without a limit',
    file: 'observe/metrics.ts',
    find: 'this.#counts.size >= MAX_VALUES || ',
    replace: '',
    tests: ['unit/observe/metrics'],
  },
  {
    name: 'a thread that has nothing to do is woken as often as one that works',
    file: 'observe/loop-delay.ts',
    find: 'return utilization >= RESTING ? LOOSE_MS : RESTING_MS;',
    replace: 'return LOOSE_MS;',
    tests: ['unit/observe/loop-delay'],
  },
  {
    name: 'a hold of the loop is not told to who asks at once',
    file: 'observe/loop-delay.ts',
    find: 'late.push(this.#lateness());\n    late.sort',
    replace: 'late.sort',
    tests: ['unit/observe/loop-delay'],
  },
  {
    name: 'a server says nothing of where it is',
    file: 'workers/state/assembly/own-coordinate.ts',
    find: 'own: () => gossip.coordinate,',
    replace: 'own: () => null,',
    tests: ['unit/workers/state/assembly/open-server'],
  },
  {
    name: 'the pool is told of the same leader again and again',
    file: 'workers/state/assembly/open-server.ts',
    find: "if (isNew) tell({ kind: 'new-leader' });",
    replace: "tell({ kind: 'new-leader' });",
    tests: ['unit/workers/state/assembly/open-server'],
  },
  {
    name: 'everything is compared anew with each change of the leader',
    file: 'workers/state/assembly/server/known-leader.ts',
    find: "this.#address === '' && address !== ''",
    replace: "address !== ''",
    tests: ['unit/workers/state/assembly/open-server'],
  },
  {
    name: 'a write is judged before anybody leads',
    file: 'workers/state/calls/server-writes.ts',
    find: 'if (consensus.obstacle !== null) return',
    replace: 'if (consensus.leadership.term < 0) return',
    tests: LEADERLESS,
  },
  {
    name: 'a read needs no leader',
    file: 'workers/state/calls/server-calls.ts',
    find: "if (consistency !== 'stale') return leadership.mayServe;",
    replace: "if (consistency !== 'stale') return true;",
    tests: LEADERLESS,
  },
  {
    name: 'a transaction says that a leader is known when there is none',
    file: 'workers/state/endpoints/kv/txn.ts',
    find: 'index > 0 && outcome.hasLeader',
    replace: 'index > 0',
    tests: LEADERLESS,
  },
  {
    name: 'a cached read that failed is a hit the next time',
    file: 'workers/state/http/http-read.ts',
    find: '  calls.read(new HttpRead(',
    replace: '  if (state) cache.served(state);\n  calls.read(new HttpRead(',
    tests: ['unit/workers/state/http/reads'],
  },
  {
    name: 'a request that needs a leader does not wait for one',
    file: 'workers/state/replica/leadership-wait.ts',
    find: 'if (nowMs >= untilMs || this.#waiting.size >= MOST_WAITING) {',
    replace: 'if (untilMs > 0) {',
    tests: ['unit/workers/state/assembly/raft-client'],
  },
  {
    name: 'a leader is announced before the log is replayed',
    file: 'workers/raft/leadership-board.ts',
    find: ' || index < first',
    replace: '',
    tests: REPLAY,
  },
  {
    name: 'DNS answers before the log is replayed',
    file: 'workers/state/calls/local-reads.ts',
    find: 'return leadership.hadLeader;',
    replace: 'return true;',
    tests: REPLAY,
  },
  {
    name: 'stale reads are answered before the log is replayed',
    file: 'workers/state/calls/server-calls.ts',
    find: '    if (!leadership.hadLeader) return false;\n',
    replace: '',
    tests: REPLAY,
  },
  {
    name: 'a gauge that can not be read ends the agent',
    file: 'workers/state/endpoints/agent/process-families.ts',
    find: '  } catch {\n    // The figure is old, and all else goes on.\n  }',
    replace: '  } finally {\n    // Nothing.\n  }',
    tests: DESCRIPTORS,
  },
  {
    name: 'connections may take the last file descriptors',
    file: 'observe/descriptor-reserve.ts',
    find: 'if (descriptorOf(socket) < this.#reserved) return false;',
    replace: 'if (descriptorOf(socket) >= 0) return false;',
    tests: DESCRIPTORS,
  },
  {
    name: 'every refused connection is a line in the log',
    file: 'observe/descriptor-reserve.ts',
    find: '    if (now < this.#nextLineMs) return;\n',
    replace: '',
    tests: DESCRIPTORS,
  },
  {
    name: 'HTTP connections may take the last file descriptors',
    file: 'workers/state/http/net/net-engine.ts',
    find: '  #accept(socket: net.Socket): void {\n    if (this.#descriptors.refuses(socket)) return;\n',
    replace: '  #accept(socket: net.Socket): void {\n',
    tests: DESCRIPTORS,
  },
  {
    name: 'DNS connections may take the last file descriptors',
    file: 'workers/state/dns/tcp.ts',
    find: '    if (descriptors.refuses(socket)) return;\n',
    replace: '',
    tests: DESCRIPTORS,
  },
  {
    name: 'gossip connections may take the last file descriptors',
    file: 'main/gossip/shell/stream-server.ts',
    find: '    if (this.#descriptors.refuses(socket)) return;\n',
    replace: '',
    tests: DESCRIPTORS,
  },
  {
    name: 'one client may have all DNS connections',
    file: 'workers/state/dns/tcp.ts',
    find: ' || !clients.enter(client)',
    replace: '',
    tests: DESCRIPTORS,
  },
  {
    name: 'a client that closed its DNS connections never gets new ones',
    file: 'workers/state/dns/tcp.ts',
    find: '      clients.leave(client);\n',
    replace: '',
    tests: DESCRIPTORS,
  },
  {
    name: 'a write that failed counts as done',
    file: 'workers/raft/raft-server.ts',
    find: '      failed(error);\n      return;\n',
    replace: '',
    tests: FAILING_DISK,
  },
  {
    name: 'a disk that failed is not told to main',
    file: 'workers/raft/raft-thread.ts',
    find: "    this.#tell({ kind: 'fatal', text: failure.message });\n",
    replace: '',
    tests: FAILING_DISK,
  },
  {
    name: 'registrations that the disk refused are acknowledged',
    file: 'workers/state/local/store/registration-store.ts',
    find: "const reason = diskProblemOf(error).kind === 'full' ?",
    replace:
      "if (diskProblemOf(error).kind === 'io') return DONE;\n      const reason = diskProblemOf(error).kind === 'full' ?",
    tests: FAILING_DISK,
  },
  {
    name: 'gossip forgets the lines that its snapshot file could not take',
    file: 'main/gossip/shell/snapshot-file.ts',
    find: 'this.#mustSync ||= isSynced;\n      this.#hasFailed = true;\n      this.#fallBehind();\n    }\n  }\n\n  /** Writes the state',
    replace: 'this.#mustSync ||= isSynced;\n      this.#hasFailed = true;\n    }\n  }\n\n  /** Writes the state',
    tests: FAILING_DISK,
  },
];
