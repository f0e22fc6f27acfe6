// What RPC's rows say of arguments and replies.

import type { Mutant } from '../../mutant.js';

const ROWS = 'workers/state/rpc/rows';
const RECORDED = ['unit/workers/state/rpc/recorded-rows'];

export const rpcRows: readonly Mutant[] = [
  {
    name: 'a list that found nothing is empty and not nil',
    file: `${ROWS}/lists.ts`,
    find: 'items.length === 0 ? null : items',
    replace: 'items',
    tests: RECORDED,
  },
  {
    name: 'what was filtered by health is nil when it is empty',
    file: `${ROWS}/health.ts`,
    find: "health === 'any' ? emptyAsNil(shown) : shown",
    replace: 'emptyAsNil(shown)',
    tests: RECORDED,
  },
  {
    name: 'instances without critical checks are asked for as all of them',
    file: `${ROWS}/health.ts`,
    find: "['any', 'not-critical', 'passing']",
    replace: "['any', 'any', 'passing']",
    tests: RECORDED,
  },
  {
    name: 'a destroyed session is asked for without its ID',
    file: `${ROWS}/session.ts`,
    find: '{ ...session.zero, ID: change.id }',
    replace: 'session.zero',
    tests: RECORDED,
  },
  {
    name: 'an answer of many records is written in one go',
    file: 'workers/state/rpc/rows/serve.ts',
    find: 'if (isLong(reply)) {',
    replace: 'if (isLong(reply) && false) {',
    tests: ['unit/workers/state/rpc/long-answers'],
  },
  {
    name: 'a short list of records that hold many is written in one go',
    file: 'workers/state/rpc/rows/serve.ts',
    find: ' || isLong(value[0], depth + 1)',
    replace: '',
    tests: ['unit/workers/state/rpc/long-answers'],
  },
];
