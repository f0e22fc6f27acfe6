// A restarted agent and its pool: the search must go on until it has an end, and the snapshot must lead there. A pool that
// closes: whoever asked it for something is answered.

import type { Mutant } from '../../mutant.js';

const REJOIN = 'main/gossip/serf/members/rejoin.ts';
const JOURNAL = 'main/gossip/serf/pool/snapshot-journal.ts';
const POOL = 'main/pools/gossip-pool.ts';
const ASKED = ['unit/main/pools/gossip-pool'];
const tests = ['unit/main/gossip/serf/rejoin'];

export const gossipRejoin: readonly Mutant[] = [
  {
    name: 'a stranger that joins us ends the search for our pool',
    file: 'main/gossip/serf/serf-core.ts',
    find: 'if (merging.problem !== null) return merging.problem;',
    replace: 'if (merging.problem !== null) return merging.problem;\n    this.#parts.rejoin.stop();',
    tests,
  },
  {
    name: 'the first that answers ends the search, though it may be alone like us',
    file: REJOIN,
    find: 'if (isMerged) this.joined();',
    replace: 'if (isMerged) this.#untried = [];\n      if (isMerged) this.joined();',
    tests,
  },
  {
    name: 'a refused address is waited for like a silent one',
    file: REJOIN,
    find: 'if (number === this.#tries) this.#schedule(endMs',
    replace: 'if (isMerged && number === this.#tries) this.#schedule(endMs',
    tests,
  },
  {
    name: 'a silent address is waited for until its stream gives up',
    file: REJOIN,
    find: 'this.#schedule(nowMs + PATIENCE_MS);',
    replace: 'this.#schedule(nowMs + 1e9);',
    tests,
  },
  {
    name: 'beside one that is connected the next address is tried',
    file: REJOIN,
    find: 'if (number === this.#tries) this.#unschedule();',
    replace: '',
    tests,
  },
  {
    name: 'what is under way when we leave begins the next try',
    file: REJOIN,
    find: 'this.#tries += 1;\n    this.#unschedule();',
    replace: 'this.#unschedule();',
    tests,
  },
  {
    name: 'the search for the pool is given up after one round',
    file: REJOIN,
    find: 'this.#untried = [...this.#all];\n    this.#schedule(nowMs + PACE_MS);',
    replace: '',
    tests,
  },
  {
    name: 'the search for the pool knocks without a pause',
    file: REJOIN,
    find: '(this.#isFirstRound ? 0 : PACE_MS)',
    replace: '0',
    tests,
  },
  {
    name: 'having joined ourselves we look for nobody',
    file: REJOIN,
    find: 'if (this.#pool.members.size > 1) this.#isFound = true;',
    replace: 'this.#isFound = true;',
    tests,
  },
  {
    name: 'our own address is asked for the pool',
    file: REJOIN,
    find: '(endpoint.port === own.port && isSameIp(endpoint.ip, own.ip))',
    replace: 'endpoint.port === 0',
    tests,
  },
  {
    name: 'a snapshot made before the pool is found has nobody to look for',
    file: JOURNAL,
    find: 'for (const [name, address] of this.#unseen) yield { name, address };',
    replace: '',
    tests,
  },
  {
    name: 'members of the snapshot that are gone stay in it for ever',
    file: JOURNAL,
    find: 'this.#unseen.clear();',
    replace: '',
    tests,
  },
  {
    name: 'a member that failed after the restart stays in the snapshot',
    file: JOURNAL,
    find: 'this.#unseen.delete(name);',
    replace: "if (type === 'join' && name === '') this.#unseen.delete(name);",
    tests,
  },
  {
    name: 'what a pool was asked before it closed is never answered',
    file: 'main/pools/open-questions.ts',
    find: 'for (const giveUp of this.#open) giveUp();',
    replace: '',
    tests: ASKED,
  },
  {
    name: 'what a pool is asked after it closed is never answered',
    file: 'main/pools/open-questions.ts',
    find: 'if (this.#isClosed) return Promise.resolve(onClosed);',
    replace: '',
    tests: ASKED,
  },
  {
    name: 'forcing out a member that is gone meanwhile is never answered',
    file: POOL,
    find: 'if (isKnown !== true) this.#forceLeaves.answer(name',
    replace: "if (name === '') this.#forceLeaves.answer(name",
    tests: ASKED,
  },
  {
    name: 'a second leave is over before the first',
    file: POOL,
    find: 'this.#leaving ??= this.#questions.ask',
    replace: 'this.#leaving = this.#questions.ask',
    tests: ASKED,
  },
  {
    name: 'a closed pool says that an event is on its way',
    file: POOL,
    find: 'if (this.#shell === null) return this.#closedText;',
    replace: '',
    tests: ASKED,
  },
];
