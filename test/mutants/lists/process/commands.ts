// Breakages of the command line's programs: what they are given, when they run, and what is left behind.
import type { Mutant } from '../../mutant.js';

const WATCH_FORMS = ['unit/cli/watch-forms'];
const FOLLOW = ['unit/cli/follow'];
const WATCH = ['integration/cli/watch'];
const LOCK = ['integration/cli/lock'];
const SERVICES = ['integration/cli/services'];

export const commands: readonly Mutant[] = [
  {
    name: 'watch: events that were seen come again',
    file: 'cli/watch/views.ts',
    find: 'return all.slice(at + 1);',
    replace: 'return all.slice(Math.max(0, at));',
    tests: WATCH_FORMS,
  },
  {
    name: 'watch: empty fields are shown where Go leaves them out',
    file: 'cli/watch/form.ts',
    find: "return value === '' || value === 0 || value === false;",
    replace: "return value === '' || value === 0;",
    tests: WATCH_FORMS,
  },
  {
    name: 'watch: what is the same runs the program',
    file: 'cli/watch/follow.ts',
    find: 'found.index === seen || found.data === last.data',
    replace: 'found.index === seen',
    tests: FOLLOW,
  },
  {
    name: 'watch: an index that went back is waited for',
    file: 'cli/watch/follow.ts',
    find: 'seen = found.index < seen ? 0n : found.index;',
    replace: 'seen = found.index;',
    tests: FOLLOW,
  },
  {
    name: 'watch: an interruption leaves the program behind',
    file: 'cli/commands/watch.ts',
    find: 'this.#running.kill(signal);',
    replace: 'return;',
    tests: WATCH,
  },
  {
    name: 'lock: a key of somebody else’s is taken for a lock',
    file: 'cli/lock/mutex.ts',
    find: 'if (pair !== undefined && pair.flags !== LOCK_FLAGS) {',
    replace: 'if (pair === null) {',
    tests: LOCK,
  },
  {
    name: 'lock: what a shell has started goes on',
    file: 'cli/commands/lock.ts',
    find: "hasGroup: !options.isOn('pass-stdin'),",
    replace: 'hasGroup: false,',
    tests: LOCK,
  },
  {
    name: 'lock: the session outlives the command',
    file: 'cli/commands/lock.ts',
    find: '    await session.value.end();\n',
    replace: '',
    tests: LOCK,
  },
  {
    name: 'lock: a semaphore takes one holder too many',
    file: 'cli/lock/semaphore.ts',
    find: 'if (sessions.length >= limit)',
    replace: 'if (sessions.length > limit)',
    tests: LOCK,
  },
  {
    name: 'lock: who has lost it goes on',
    file: 'cli/commands/lock.ts',
    find: 'Promise.race([child.ended, gone, interrupted])',
    replace: 'Promise.race([child.ended, gone.then(() => child.ended), interrupted])',
    tests: LOCK,
  },
  {
    name: 'services export: the peers that a service has are forgotten',
    file: 'cli/commands/services/services-export.ts',
    find: 'const Consumers = [...consumers, ',
    replace: 'const Consumers = [',
    tests: SERVICES,
  },
];
