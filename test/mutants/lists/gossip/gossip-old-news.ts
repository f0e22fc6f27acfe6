// The two guards against what is old, each alone: the rule itself, and its quick form that spares the copies.

import type { Mutant } from '../../mutant.js';

const file = 'main/gossip/core/membership.ts';
const tests = ['unit/main/gossip/core/old-news'];

export const gossipOldNews: readonly Mutant[] = [
  {
    name: 'an old alive message brings a dead member back',
    file,
    find: ': message.Incarnation <= node.incarnation;',
    replace: ': false;',
    tests,
  },
  {
    name: 'the incarnation that a member died with brings it back',
    file,
    find: ': message.Incarnation <= node.incarnation;',
    replace: ': message.Incarnation < node.incarnation;',
    tests,
  },
  {
    name: 'what is known of a member is judged anew each time',
    file,
    find: 'if (Incarnation > node.incarnation || Addr === null) return false;',
    replace: 'if (Incarnation >= node.incarnation || Addr === null) return false;',
    tests,
  },
  {
    name: 'a higher incarnation is taken for known',
    file,
    find: 'if (Incarnation > node.incarnation || Addr === null) return false;',
    replace: 'if (Addr === null) return false;',
    tests,
  },
];
