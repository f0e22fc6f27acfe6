// Writing on an agent that knows no server: every proposal is refused at once (spec/rpc.md, "Client agent retries").

import { Leadership } from '../../../wire/leadership.js';
import type { Consensus } from './consensus.js';

export const noConsensus: Consensus = {
  leadership: new Leadership(),
  isLeading: false,
  obstacle: 'no-servers',
  awaitLeading: () => Promise.resolve(false),
  propose: () => Promise.resolve({ ok: false, code: 'no-servers' }),
  verifyLeader: () => Promise.resolve(false),
};
