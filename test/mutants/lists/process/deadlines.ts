// The heap that everything which waits for a time stands on.

import type { Mutant } from '../../mutant.js';

const HEAP = 'deadlines/indexed-heap.ts';
const TESTS = ['unit/deadlines/indexed-heap'];

export const deadlines: readonly Mutant[] = [
  {
    name: 'deadlines lose their order when one is taken back: the moved one does not sink',
    file: HEAP,
    find: 'this.#sink(last.slot, last);',
    replace: '',
    tests: TESTS,
  },
  {
    name: 'deadlines lose their order when one is taken back: the moved one does not rise',
    file: HEAP,
    find: 'this.#rise(slot, last);',
    replace: 'this.#sink(slot, last);',
    tests: TESTS,
  },
  {
    name: 'of two deadlines at the same time the later one may come first',
    file: HEAP,
    find: ' || (a.dueMs === b.dueMs && a.order < b.order)',
    replace: '',
    tests: TESTS,
  },
  {
    name: 'a deadline of another heap can be taken out',
    file: HEAP,
    find: 'slot < 0 || this.#items[slot] !== item',
    replace: 'slot < 0',
    tests: TESTS,
  },
  {
    name: 'a timer of the local part keeps the process alive',
    file: 'deadlines/deadline-queue.ts',
    find: '    if (!this.#holdsProcess) this.#timer.unref();\n',
    replace: '',
    tests: ['unit/workers/state/local/clock'],
  },
];
