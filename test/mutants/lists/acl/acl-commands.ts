// What the commands of `acl` must not do to records, nor with secrets.

import type { Mutant } from '../../mutant.js';

const TESTS = ['integration/cli/acl'];

export const aclCommands: readonly Mutant[] = [
  {
    name: 'a command takes the first of several records whose IDs begin so',
    file: 'cli/acl/noun.ts',
    find: 'if (more.length > 0) return { ok: false, error: `Several',
    replace: 'if (more.length > 1e6) return { ok: false, error: `Several',
    tests: TESTS,
  },
  {
    name: 'what a role is given takes the place of what it has',
    file: 'cli/acl/grants.ts',
    find: 'return [...all, ...added.filter(',
    replace: 'return [...added.filter(',
    tests: TESTS,
  },
  {
    name: 'an update forgets what it does not name',
    file: 'cli/acl/noun.ts',
    find: "call.options.isOn('no-merge') ? {",
    replace: "!call.options.isOn('no-merge') ? {",
    tests: TESTS,
  },
  {
    name: 'everybody may read the secret of a login',
    file: 'cli/commands/login.ts',
    find: 'const SECRET_MODE = 0o600;',
    replace: 'const SECRET_MODE = 0o644;',
    tests: TESTS,
  },
];
