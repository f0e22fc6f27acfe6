// What of the CLI kit waits, by scenario: commands that don't exist yet, or that ask the agent for what it doesn't have.

import type { WaitingList } from '../standing.js';

const ACL_COMMANDS = 'the commands of `acl` do not exist yet';
const EXEC_LOCK_WATCH = '`exec`, `lock` and `watch` do not exist yet';

/** The steps that ask for the help of a group of commands, with a wrong one, and rightly. */
function helpOf(...groups: readonly string[]): readonly string[] {
  return groups.flatMap((group) => [`${group}-bare`, `${group}-unknown`, `${group}-h`]);
}

export const waiting: WaitingList = {
  'acl-bootstrap': { reason: ACL_COMMANDS },
  'acl-policy-token': { reason: ACL_COMMANDS },
  'bad-flags': { reason: EXEC_LOCK_WATCH, steps: ['exec', 'lock', 'watch'] },
  'connect-login': {
    reason: '`login`, `logout`, `peering` and `debug` do not exist yet',
    steps: [
      'login-none',
      'login-method-only',
      'login-no-bearer',
      'login-acl-off',
      'login-empty-bearer',
      'login-missing-bearer',
      'logout-none',
      'logout-token',
      'peering-list',
      'peering-read-none',
      'peering-read-unknown',
      'peering-delete-none',
      'peering-generate-none',
      'peering-establish-none',
      'debug-short-duration',
      'debug-bad-capture',
      'debug-extra',
      'acl-off-token-list',
      'acl-off-bootstrap',
    ],
  },
  exec: { reason: EXEC_LOCK_WATCH },
  'help-commands': {
    reason: 'these commands do not exist yet',
    steps: ['debug', 'exec', 'lock', 'login', 'logout', 'watch', 'services-export', 'services-exported-services'],
  },
  'help-groups': {
    reason: 'these groups of commands do not exist yet',
    steps: helpOf('acl', 'acl-token'),
  },
  'top-level': {
    reason: 'the list of commands is not whole yet',
    steps: ['none', 'unknown', 'unknown-flag', 'help-short', 'help-long', 'help-word', 'near-miss', 'case'],
  },
  'watch-lock': {
    reason: EXEC_LOCK_WATCH,
    steps: [
      'watch-none',
      'watch-bad-type',
      'watch-key-missing-arg',
      'watch-key',
      'watch-keyprefix',
      'watch-key-none',
      'watch-services',
      'watch-nodes',
      'watch-service',
      'watch-checks',
      'watch-event',
      'watch-service-and-state',
      'watch-no-shell-no-handler',
      'w',
      'watch-handler',
      'lock-none',
      'lock-one',
      'lock-true',
      'lock-exit',
      'lock-echo',
      'lock-verbose',
      'lock-n',
      'lock-n-bad',
      'lock-env',
      'lock-name',
      'lock-no-shell',
      'hold',
      'lock-busy-timeout',
      'lock-interrupted',
    ],
  },
};
