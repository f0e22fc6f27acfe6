// Messages that no honest member sends: of a stranger that stands, votes and acknowledges, and of non-voters that claim to
// have granted votes. None of them may elect, commit or disturb anybody.

import { logIndex, type ServerId, type Term, term } from '../../../src/workers/raft/core/entry.js';
import type { Incoming } from '../../../src/workers/raft/core/message.js';
import type { RaftCore } from '../../../src/workers/raft/core/raft.js';
import type { Random } from '../../random.js';

const STRANGER = 'stranger';

/** One for `target`, whose state the forger guesses well. */
export function forgedMessage(target: RaftCore, random: Random): Incoming {
  const nonVoters = target.configuration.servers.filter(({ suffrage }) => suffrage !== 'voter').map(({ id }) => id);
  const senders = [STRANGER, ...nonVoters].filter((id) => id !== target.id);
  const from = senders[random.below(senders.length)] ?? STRANGER;
  const envelope = { from, to: target.id, term: target.term };
  const { last } = target.log;
  switch (random.below(3)) {
    case 0:
      return request({ ...envelope, term: term(target.term + 1 + random.below(3)) }, target, random);
    case 1: {
      const isPreVote = random.chance(0.5);
      const round = term(target.term + (isPreVote ? 1 : 0));
      const kind = isPreVote ? 'pre-vote-answer' : 'vote-answer';
      return { ...envelope, kind, round, granted: true };
    }
    default:
      // Only strangers: a non-voter's own progress is believed, it just doesn't count.
      return {
        ...envelope,
        from: STRANGER,
        kind: 'append-answer',
        success: true,
        last: last.index,
        through: last.index,
        previous: last.index,
        sentMs: Number.MAX_SAFE_INTEGER,
      };
  }
}

/**
 * A stranger asks for real votes too; those of a non-voter would rightly raise the term, and so would a stranger's where nobody is known
 * yet (spec/raft.md, section 3).
 */
function request(
  envelope: { from: ServerId; to: ServerId; term: Term },
  { configuration }: RaftCore,
  random: Random,
): Incoming {
  const isReal = envelope.from === STRANGER && random.chance(0.5) && configuration.servers.length > 0;
  const last = { index: logIndex(1e6), term: envelope.term };
  return { ...envelope, kind: isReal ? 'vote' : 'pre-vote', last, isTransfer: random.chance(0.5) };
}
