// What keeps an agent from its end.

import type { Mutant } from '../../mutant.js';

const STUCK = ['integration/agent/stuck-threads'];

export const stops: readonly Mutant[] = [
  {
    name: "SIGUSR1 starts Node's debugger",
    file: 'main/signals.ts',
    find: "process.on('SIGUSR1', () => listener.dumpMetrics());",
    replace: '',
    tests: ['integration/agent/metrics'],
  },
  {
    name: 'a step of the stop that never ends keeps the others from theirs',
    file: 'lifecycle/closing.ts',
    find: 'if (await endsWithin(leftMs, step(leftMs))) continue;',
    replace: 'await step(leftMs);\n        continue;',
    tests: ['unit/lifecycle/closing'],
  },
  {
    name: 'an agent exits beside a thread that never comes to rest',
    file: 'main/agent.ts',
    find: "if (stuck.length > 0) process.kill(process.pid, 'SIGKILL');\n    else this.#exit(code);",
    replace: 'this.#exit(code);',
    tests: STUCK,
  },
  {
    name: 'an agent waits for ever for somebody to read its last lines',
    file: 'main/agent.ts',
    find: 'await endsWithin(LAST_WORDS_MS, this.#logs.close());',
    replace: 'await this.#logs.close();',
    tests: STUCK,
  },
  {
    name: 'roots are asked for again at once after an answer that says nothing new',
    file: 'workers/state/leaves/roots-watch.ts',
    find: 'NO_NEWS_PAUSE_MS * this.#options.random()',
    replace: '0',
    tests: ['unit/workers/state/leaves/leaf-certificates'],
  },
  {
    name: 'an answer that is kept current begins anew with every answer to a query that did not wait',
    file: 'workers/state/calls/kept-read.ts',
    find: '      if (wasLost) return;\n      this.#failures = 0;\n',
    replace: '      this.#failures = 0;\n      if (wasLost) return;\n',
    tests: ['unit/workers/state/calls/kept-reads'],
  },
  {
    name: 'a call that is held for no time is tried again without a pause',
    file: 'workers/state/calls/pauses.ts',
    find: 'Math.max(holdMs / HOLD_STEPS, LEAST_STEP_MS)',
    replace: 'holdMs / HOLD_STEPS',
    tests: ['unit/workers/state/calls/pauses'],
  },
  {
    name: 'gRPC behind TLS that could not be opened by a reload is never tried again',
    file: 'workers/state/grpc/grpc-ports.ts',
    find: '      this.#gate = null;\n',
    replace: '',
    tests: ['unit/workers/state/grpc/reloaded-ports'],
  },
  {
    name: 'stop: an archive is written to its end, however long that takes',
    file: 'workers/raft/archive-saver.ts',
    find: '    this.#stopping.abort();\n',
    replace: '',
    tests: ['unit/workers/raft/archive-saver'],
  },
];
