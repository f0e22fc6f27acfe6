// What of the DNS kit waits, by scenario.

import type { WaitingList } from '../standing.js';

const QUERIES = 'there are no prepared queries yet';
const CREATE_QUERY = 'setup POST /v1/query';

export const waiting: WaitingList = {
  'prepared-queries': {
    reason: QUERIES,
    steps: [
      CREATE_QUERY,
      'a',
      'srv',
      'any',
      'aaaa',
      'master',
      'ttl',
      'ttl-srv',
      'negated-tag',
      'dotted',
      'dc',
      'upper-lower',
      'upper-upper',
      'rfc2782-query',
      'mx',
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
  shuffle: { reason: QUERIES, steps: [CREATE_QUERY, 'query'] },
  ttl: { reason: QUERIES, steps: [CREATE_QUERY, 'query-falls-back', 'query-own-ttl'] },
};
