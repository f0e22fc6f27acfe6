// The certificate authority of the mesh, and the certificates of services.

import type { Mutant } from '../../mutant.js';

const STATE = ['unit/workers/state/replica/fsm/connect-ca'];
const AUTHORITY = ['unit/workers/state/leader/authority/authority'];
const SIGNING = ['unit/workers/state/leader/authority/signing'];
const LEAVES = ['unit/workers/state/leaves/leaf-certificates'];

const replicated: readonly Mutant[] = [
  {
    name: 'roots are replaced by those that come too late',
    file: 'workers/state/replica/fsm/mesh/ca-write.ts',
    find: '  if (expected !== tables.index.get(ROOTS)) return TRUE;\n',
    replace: '',
    tests: STATE,
  },
  {
    name: 'two roots may be active',
    file: 'workers/state/replica/fsm/mesh/ca-write.ts',
    find: '.length !== 1) return NOT_ONE_ACTIVE;',
    replace: '.length < 1) return NOT_ONE_ACTIVE;',
    tests: STATE,
  },
  {
    name: 'roots are taken back with a configuration that came too late',
    file: 'workers/state/replica/fsm/mesh/ca-write.ts',
    find: '{ ...CONFIG_CHANGED, keeps: true }',
    replace: 'CONFIG_CHANGED',
    tests: STATE,
  },
  {
    name: 'serial numbers begin anew with each change of the provider',
    file: 'workers/state/replica/fsm/mesh/ca-write.ts',
    find: '(tables.index.get(SERIAL) || tables.index.get(PROVIDER)) + 1',
    replace: 'tables.index.get(PROVIDER) + 1',
    tests: STATE,
  },
];

const rotation: readonly Mutant[] = [
  {
    name: 'who knows only the old root trusts nothing of the new one',
    file: 'workers/state/leader/authority/roots.ts',
    find: 'cross === null ? [] : [cross]',
    replace: '[]',
    tests: AUTHORITY,
  },
  {
    name: 'the key of a former root is kept',
    file: 'workers/state/leader/authority/roots.ts',
    find: 'if (state.ID !== id) await',
    replace: "if (state.ID === '') await",
    tests: AUTHORITY,
  },
  {
    name: 'a former root goes while its certificates are in use',
    file: 'workers/state/leader/authority/roots.ts',
    find: 'const KEPT_LIVES = 2;',
    replace: 'const KEPT_LIVES = 1;',
    tests: AUTHORITY,
  },
  {
    name: 'another leader has another key',
    file: 'workers/state/leader/authority/builtin-provider.ts',
    find: 'keyBits},',
    replace: 'keyBits}',
    tests: AUTHORITY,
  },
  {
    name: 'a key is used with a root that it does not belong to',
    file: 'workers/state/leader/authority/builtin-provider.ts',
    find: 'return certificates.belongTogether(rootCert, key)',
    replace: 'return certificates.belongTogether(rootCert, key) || true',
    tests: AUTHORITY,
  },
];

const beginning: readonly Mutant[] = [
  {
    name: 'a cluster begins with a configuration that no leader can go on with',
    file: 'workers/state/leader/authority/roots.ts',
    find: '    judged(options, first);\n',
    replace: '',
    tests: AUTHORITY,
  },
  {
    name: 'what was made of a replaced state is written into the next one',
    file: 'workers/state/leader/authority/log-writes.ts',
    find: 'if (ended !== null) throw',
    replace: 'if (ended !== null && command.type === 0) throw',
    tests: AUTHORITY,
  },
  {
    name: 'a bad configuration is there for ever',
    file: 'workers/state/leader/authority/roots.ts',
    find: '(before !== null && reads.activeRoot === undefined)',
    replace: 'reads.activeRoot === undefined',
    tests: AUTHORITY,
  },
];

const signing: readonly Mutant[] = [
  {
    name: 'a certificate outlives its root',
    file: 'workers/state/leader/authority/signing.ts',
    find: 'Math.min(fromMs + settings.leafTtlMs, signer.issuer.notAfterMs)',
    replace: 'fromMs + settings.leafTtlMs',
    tests: AUTHORITY,
  },
  {
    name: 'a request is signed for whoever has no key',
    file: 'certificates/signing-request.ts',
    find: '    if (!(await verifyWith(publicKey, content, contentOf(signature), hash))) return null;\n',
    replace: '    await verifyWith(publicKey, content, contentOf(signature), hash);\n',
    tests: SIGNING,
  },
  {
    name: 'a certificate for another cluster is signed',
    file: 'workers/state/leader/authority/signing.ts',
    find: 'if (id.host.toLowerCase() !== trustDomain.toLowerCase()) {',
    replace: "if (id.host === '') {",
    tests: SIGNING,
  },
  {
    name: 'certificates are signed for services that the asker may not act for',
    file: 'workers/state/leader/authority/signing.ts',
    find: '  if (!mayActFor(id, asker)) throw',
    replace: "  if (!mayActFor(id, asker) && id.kind === 'agent') throw",
    tests: SIGNING,
  },
  {
    name: 'a place for signing is lost with each who waited for it',
    file: 'workers/state/leader/authority/signing-limit.ts',
    find: '    else first(true);\n',
    replace: '    else this.#waiting.delete(first);\n',
    tests: SIGNING,
  },
];

const ofServices: readonly Mutant[] = [
  {
    name: 'a clock that is ahead has certificates made over and over',
    file: 'workers/state/leaves/leaf-certificates.ts',
    find: ' && this.#deadlines.now() - entry.triedMs >= EXPIRED_PAUSE_MS)) return leaf;',
    replace: ')) return leaf;',
    tests: LEAVES,
  },
  {
    name: 'a token gets the key that was made for another',
    file: 'workers/state/leaves/leaf-certificates.ts',
    find: 'function keyOf({ service, datacenter, token }: LeafQuestion): string {',
    replace: "function keyOf({ service, datacenter }: LeafQuestion, token = ''): string {",
    tests: LEAVES,
  },
  {
    name: 'another root leaves the certificates as they are',
    file: 'workers/state/leaves/roots-watch.ts',
    find: 'if (activeRootOf(answer.value) !== before) this.#options.changed();',
    replace: "if (before === activeRootOf(answer.value) && before === '') this.#options.changed();",
    tests: LEAVES,
  },
];

export const connectCa: readonly Mutant[] = [...replicated, ...beginning, ...rotation, ...signing, ...ofServices];
