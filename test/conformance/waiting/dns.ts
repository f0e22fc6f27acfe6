// What of the DNS kit waits, by scenario.

import type { WaitingList } from '../standing.js';

export const waiting: WaitingList = {
  'recursor-forward': {
    reason: 'questions about other domains are not passed on to recursors yet',
    steps: [
      'a',
      'aaaa',
      'alias',
      'mx',
      'txt',
      'nxdomain',
      'unlisted',
      'servfail',
      'refused',
      'no-rd',
      'tcp',
      'upper',
      'node-cname-resolved',
      'node-cname-any',
      'node-cname-chain',
      'node-cname-missing',
      'service-cname-resolved',
      'service-cname-srv',
      'ptr-unknown-forwarded',
      'edns-forwarded',
    ],
  },
};
