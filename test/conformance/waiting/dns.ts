// What of the DNS kit waits, by scenario.

import type { WaitingList } from '../standing.js';

export const waiting: WaitingList = {
  'connect-virtual': {
    reason: 'there is no mesh yet: no proxies behind a service, no virtual addresses',
    steps: [
      'connect',
      'connect-srv',
      'connect-native',
      'connect-dc',
      'connect-tag',
      'virtual',
      'virtual-aaaa',
      'virtual-srv',
      'virtual-plain',
      'virtual-unknown',
    ],
  },
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
