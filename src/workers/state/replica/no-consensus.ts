// Writing on an agent that knows no server: every proposal is refused at once (spec/rpc.md, "Client agent retries").

import { Leadership } from '../../../wire/leadership.js';
import type { Consensus } from './consensus.js';

export const noConsensus: Consensus = {
  leadership: new Leadership(),
  obstacle: 'no-servers',
  propose: () => Promise.resolve({ ok: false, code: 'no-servers' }),
  flush: () => undefined,
  awaitLeader: () => Promise.resolve('no-servers'),
  verifyLeader: () => Promise.resolve(false),
};
