// What a secondary datacenter must not lose, take over, or do by itself.

import type { Mutant } from '../../mutant.js';

const LEADER = 'workers/state/leader';
const ROUNDS = ['unit/workers/state/leader/replication/acl-round'];
const DIFFERENCE = ['unit/workers/state/leader/replication/difference'];
const ENTRIES = ['unit/workers/state/leader/replication/entry-round'];
const PACE = ['unit/workers/state/leader/replication/rounds'];
const PASSING_ON = ['unit/workers/state/calls/passing-on'];
const AUTHORITY = ['unit/workers/state/leader/authority/secondary'];

const copies: readonly Mutant[] = [
  {
    name: 'local tokens go with the first round',
    file: `${LEADER}/replication/acl-records.ts`,
    find: '.value.filter(({ Local }) => !Local)\n      .map(listedToken),',
    replace: '.value.map(listedToken),',
    tests: ROUNDS,
  },
  {
    name: 'secrets that are hidden are written',
    file: `${LEADER}/replication/acl-records.ts`,
    find: 'return batch.isRedacted ? REDACTED : batch.tokens;',
    replace: 'return batch.tokens;',
    tests: ROUNDS,
  },
  {
    name: 'a token takes the place of a local one',
    file: `${LEADER}/replication/acl-records.ts`,
    find: 'if (called?.Local === true || secret?.Local === true) {',
    replace: 'if (false) {',
    tests: ROUNDS,
  },
  {
    name: 'builtin policies are deleted',
    file: `${LEADER}/replication/acl-round.ts`,
    find: 'const ids = all.filter((id) => !this.#records.lasting.has(id.toLowerCase()));',
    replace: 'const ids = all;',
    tests: ROUNDS,
  },
  {
    name: 'one record that is refused keeps its batch away',
    file: `${LEADER}/replication/acl-round.ts`,
    find: '    for (const row of takable) {',
    replace: '    for (const row of takable.slice(0, 0)) {',
    tests: ROUNDS,
  },
  {
    name: 'whoever has a name keeps it',
    file: `${LEADER}/replication/acl-round.ts`,
    find: '    if (inTheWay.length > 0) await this.#delete(inTheWay, signal);\n',
    replace: '',
    tests: ROUNDS,
  },
  {
    name: 'a record that was changed here stays as it is',
    file: `${LEADER}/replication/difference.ts`,
    find: '  return Buffer.compare(here.Hash, there.Hash) === 0;',
    replace: '  return there.ModifyIndex <= seenIndex || Buffer.compare(here.Hash, there.Hash) === 0;',
    tests: DIFFERENCE,
  },
  {
    name: 'config entries that the token may not see are deleted',
    file: `${LEADER}/replication/entry-round.ts`,
    find: "    if (changes.some(({ op }) => op === 'delete')) await this.#makeSureOfAll();\n",
    replace: '',
    tests: ENTRIES,
  },
  {
    name: 'config entries are written by kind and name',
    file: `${LEADER}/replication/entry-order.ts`,
    find: 'return [...entries].sort((a, b) => rank(a) - rank(b));',
    replace: 'return [...entries];',
    tests: ENTRIES,
  },
  {
    name: 'a config entry that is refused is never tried again',
    file: `${LEADER}/replication/entry-round.ts`,
    find: 'if (refused.length === 0 || refused.length === left.length) return refused;',
    replace: 'return refused;',
    tests: ENTRIES,
  },
  {
    name: 'a primary that is gone is asked again at once',
    file: `${LEADER}/primary/rounds.ts`,
    find: '        await pause(pauseMs(failures), signal);\n',
    replace: '',
    tests: PACE,
  },
  {
    name: 'rounds go on when leadership is over',
    file: `${LEADER}/primary/rounds.ts`,
    find: '    this.#running.abort();\n',
    replace: '',
    tests: PACE,
  },
];

const writes: readonly Mutant[] = [
  {
    name: 'a secondary datacenter writes what is one for all',
    file: 'workers/state/methods/contract/primary.ts',
    find: 'datacenter === primaryDatacenter ? null',
    replace: 'datacenter !== primaryDatacenter ? null',
    tests: PASSING_ON,
  },
  {
    name: 'local tokens are written in the primary',
    file: 'workers/state/methods/acl/token-write.ts',
    find: 'return token?.Local === true ? null : toPrimary(leader);',
    replace: 'return toPrimary(leader);',
    tests: PASSING_ON,
  },
  {
    name: 'two datacenters pass calls on to each other for ever',
    file: 'workers/state/calls/passing-on.ts',
    find: "    if (this.#waiting >= MOST_WAITING) return refusal('over-limit');\n",
    replace: '',
    tests: PASSING_ON,
  },
];

const certificates: readonly Mutant[] = [
  {
    name: 'a certificate that was not asked for is taken',
    file: `${LEADER}/authority/intermediate.ts`,
    find: 'return certificates.belongTogether(pem, key) && certificates.isIssuedBy(pem, root);',
    replace: 'return true;',
    tests: AUTHORITY,
  },
  {
    name: 'a certificate is used until it is over',
    file: `${LEADER}/authority/intermediate.ts`,
    find: 'return nowMs < (notBeforeMs + notAfterMs) / 2;',
    replace: 'return notBeforeMs < notAfterMs && nowMs < notAfterMs;',
    tests: AUTHORITY,
  },
  {
    name: 'another root is followed with the old certificate',
    file: `${LEADER}/authority/intermediate.ts`,
    find: 'present.RootCert === active.RootCert && ',
    replace: '',
    tests: AUTHORITY,
  },
  {
    name: 'what the primary signs for signs others',
    file: 'certificates/extensions.ts',
    find: 'sequence(truth(), integer(0))',
    replace: 'sequence(truth())',
    tests: AUTHORITY,
  },
  {
    name: 'a secondary datacenter signs for others',
    file: `${LEADER}/authority/authority.ts`,
    find: '    if (this.#options.primary !== null) return SECONDARY;\n',
    replace: '',
    tests: AUTHORITY,
  },
];

export const secondary: readonly Mutant[] = [...copies, ...writes, ...certificates];
