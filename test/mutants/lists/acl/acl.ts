// What tokens must not be shown, nor do.

import type { Mutant } from '../../mutant.js';

const STATE = 'workers/state';
const RULES = ['unit/workers/state/acl/authorizer'];
const ENFORCED = ['unit/workers/state/acl/enforcement'];
const EVERYTHING = ['unit/workers/state/acl/matrix'];
const WHOLE_AGENT = ['integration/acl/matrix'];

export const acl: readonly Mutant[] = [
  {
    name: 'a client agent without servers forgets what it knew of tokens',
    file: `${STATE}/tokens/asked-tokens.ts`,
    find: "if (downPolicy === 'deny' || known === undefined) return",
    replace: 'return',
    tests: ['unit/workers/state/tokens/asked-tokens', 'integration/acl/cluster'],
  },
  {
    name: 'a read that is open to anybody wants a token that is known',
    file: `${STATE}/calls/judged-read.ts`,
    find: 'tokens.isOff || call.method.isOpen === true ? allowAll',
    replace: 'tokens.isOff ? allowAll',
    tests: ENFORCED,
  },
  {
    name: 'what only the leader knows wants a token that is known, though it is open to anybody',
    file: `${STATE}/calls/server-writes.ts`,
    find: 'method.isOpen === true ? allowAll : ',
    replace: '',
    tests: ENFORCED,
  },
  {
    name: 'an agent without a data directory allows no other first token',
    file: `${STATE}/assembly/bootstrap-reset.ts`,
    find: 'path.join(dataDir ?? ',
    replace: "path.join(dataDir ?? '/nowhere' + ",
    tests: ['unit/workers/state/assembly/bootstrap-reset'],
  },
  {
    name: 'what is blocked is said to be anonymous whoever it was',
    file: `${STATE}/local/sync/blocked-by-acls.ts`,
    find: "return judged.accessor === '' || judged.accessor === ANONYMOUS_ACCESSOR ? ANONYMOUS : judged.accessor;",
    replace: 'return ANONYMOUS;',
    tests: ['unit/workers/state/local/anti-entropy'],
  },
  {
    name: "a query is executed with its caller's rights, whatever token it brings",
    file: `${STATE}/calls/judged-read.ts`,
    find: "return acting === '' ? caller.token : acting;",
    replace: 'return caller.token;',
    tests: ENFORCED,
  },
  {
    name: 'what another datacenter kept from the asker is not told',
    file: `${STATE}/calls/other-datacenters.ts`,
    find: 'hasHidden ||= answer.isFiltered;',
    replace: '',
    tests: ['unit/workers/state/calls/query-failover'],
  },
  {
    name: 'a row states a rule that nobody asks for',
    file: `${STATE}/endpoints/acl/templated-policies.ts`,
    find: "judges: 'row', off: rows.off",
    replace: 'off: rows.off',
    tests: WHOLE_AGENT,
  },
  {
    name: 'a prefix goes before the exact rule',
    file: `${STATE}/acl/rule-set.ts`,
    find: 'this.#exact.get(name) ?? this.#prefixes.longest(name)',
    replace: 'this.#prefixes.longest(name) ?? this.#exact.get(name)',
    tests: RULES,
  },
  {
    name: 'between policies the one that grants most counts',
    file: `${STATE}/acl/rule-set.ts`,
    find: "if (one === 'deny' || other === 'deny') return 'deny';",
    replace: '',
    tests: RULES,
  },
  {
    name: 'a tree is deleted whatever is said of one key in it',
    file: `${STATE}/acl/rule-set.ts`,
    find: 'if (level < lowest && name.startsWith(prefix)) lowest = level;',
    replace: '',
    tests: RULES,
  },
  {
    name: 'nothing is said of what is left out',
    file: `${STATE}/methods/contract/sight.ts`,
    find: 'return this.#hasHidden && this.authorizer.accessor !== ANONYMOUS_ACCESSOR;',
    replace: 'return false;',
    tests: ENFORCED,
  },
  {
    name: 'a record that is hidden is shown all the same',
    file: `${STATE}/calls/blocking-read.ts`,
    find: 'prepared?.narrow === undefined ? value : prepared.narrow(value)',
    replace: 'prepared?.narrow?.(value) ?? value',
    tests: EVERYTHING,
  },
  {
    name: 'a service takes over the check of another one',
    file: `${STATE}/methods/catalog/catalog-rules.ts`,
    find: 'return stored === undefined ? null : ownerDenial(authorizer, stored);',
    replace: 'return null;',
    tests: ENFORCED,
  },
];
