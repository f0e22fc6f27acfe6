// What of the CLI kit waits, by scenario: commands that don't exist yet, or that ask the agent for what it doesn't have.

import type { WaitingList } from '../standing.js';

const EXEC = '`exec` does not exist yet';

export const waiting: WaitingList = {
  'acl-policy-token': {
    reason: 'recorded without the text that the recordings over HTTP have: that a builtin policy cannot be deleted',
    steps: ['policy-delete-builtin'],
  },
  'bad-flags': { reason: EXEC, steps: ['exec'] },
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
  exec: { reason: EXEC },
  'help-commands': {
    reason: 'these commands do not exist yet',
    steps: ['debug', 'exec'],
  },
  'top-level': {
    reason: 'the list of commands is not whole yet',
    steps: ['none', 'unknown', 'unknown-flag', 'help-short', 'help-long', 'help-word', 'near-miss', 'case'],
  },
};
