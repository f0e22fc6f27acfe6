// What of the CLI kit waits, by scenario: commands that don't exist yet, or that ask the agent for what it doesn't have.

import type { WaitingList } from '../standing.js';

const EXEC_LOCK = '`exec` and `lock` do not exist yet';

export const waiting: WaitingList = {
  'acl-policy-token': {
    reason: 'recorded without the text that the recordings over HTTP have: that a builtin policy cannot be deleted',
    steps: ['policy-delete-builtin'],
  },
  'bad-flags': { reason: EXEC_LOCK, steps: ['exec', 'lock'] },
  'connect-login': {
    reason: '`peering` and `debug` do not exist yet',
    steps: [
      'peering-list',
      'peering-read-none',
      'peering-read-unknown',
      'peering-delete-none',
      'peering-generate-none',
      'peering-establish-none',
      'debug-short-duration',
      'debug-bad-capture',
      'debug-extra',
    ],
  },
  exec: { reason: EXEC_LOCK },
  'help-commands': {
    reason: 'these commands do not exist yet',
    steps: ['debug', 'exec', 'lock'],
  },
  'top-level': {
    reason: 'the list of commands is not whole yet',
    steps: ['none', 'unknown', 'unknown-flag', 'help-short', 'help-long', 'help-word', 'near-miss', 'case'],
  },
  'watch-lock': {
    reason: EXEC_LOCK,
    steps: [
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
