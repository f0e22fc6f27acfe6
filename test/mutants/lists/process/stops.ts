// What keeps an agent from its end.

import type { Mutant } from '../../mutant.js';

const STUCK = ['integration/agent/stuck-threads'];

export const stops: readonly Mutant[] = [
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
];
