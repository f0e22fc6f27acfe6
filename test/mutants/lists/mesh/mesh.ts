// Breakages of discovery chains and intentions.

import type { Mutant } from '../../mutant.js';

const CHAIN = 'workers/state/mesh/chain';
const INTENTIONS = 'workers/state/mesh/intentions';

const CENTRAL = ['unit/workers/state/local/central-defaults'];

export const mesh: readonly Mutant[] = [
  {
    name: 'a share that stays with the service is divided once more',
    file: `${CHAIN}/compile.ts`,
    find: "const isPlain = ServiceSubset === '' && to !== service;",
    replace: "const isPlain = ServiceSubset === '';",
    tests: ['unit/workers/state/mesh/chain', 'unit/workers/state/mesh/chain-properties'],
  },
  {
    name: 'circles of splitters are not looked for',
    file: `${CHAIN}/compile.ts`,
    find: 'if (cycle !== null) return',
    replace: 'if (cycle !== null && false) return',
    tests: ['unit/workers/state/mesh/chain', 'unit/workers/state/mesh/chain-properties'],
  },
  {
    name: 'a subset named like what every object has is taken for one',
    file: `${CHAIN}/settling.ts`,
    find: 'Object.hasOwn(resolver.Subsets ?? {}, target.subset)',
    replace: '(target.subset in (resolver.Subsets ?? {}))',
    tests: ['unit/workers/state/mesh/chain'],
  },
  {
    name: 'another service keeps the subset of the one before',
    file: `${CHAIN}/target.ts`,
    find: "isOther ? '' : target.subset",
    replace: 'target.subset',
    tests: ['unit/workers/state/mesh/chain', 'unit/workers/state/mesh/chain-properties'],
  },
  {
    name: 'a stand-in may be the target itself',
    file: `${CHAIN}/resolving.ts`,
    find: 'if (settled.id === id || Targets.has(settled.id)) continue;',
    replace: 'if (Targets.has(settled.id)) continue;',
    tests: ['unit/workers/state/mesh/chain-properties'],
  },
  {
    name: 'flattened splitters may multiply without end',
    file: `${CHAIN}/splitting.ts`,
    find: 'if (this.#branches > MAX_BRANCHES) return false;',
    replace: '',
    tests: ['unit/workers/state/mesh/chain'],
  },
  {
    name: 'intentions are not looked at when a protocol changes',
    file: `${CHAIN}/links.ts`,
    find: "      for (const { Name } of all('service-intentions')) yield Name;\n      return;\n  }\n}",
    replace: '      return;\n  }\n}',
    tests: ['unit/workers/state/mesh/graph'],
  },
  {
    name: 'an exact source stands above an exact destination',
    file: 'wire/config-entries/rules/intentions.ts',
    find: 'if (destination === WILDCARD) return source === WILDCARD ? 5 : 6;\n  return source === WILDCARD ? 8 : 9;',
    replace: 'if (destination === WILDCARD) return source === WILDCARD ? 5 : 8;\n  return source === WILDCARD ? 6 : 9;',
    tests: ['unit/workers/state/mesh/intentions'],
  },
  {
    name: 'permissions allow connections',
    file: `${INTENTIONS}/match.ts`,
    find: "return Action === 'allow' && (Permissions ?? []).length === 0;",
    replace: "return Action === 'allow' || (Permissions ?? []).length > 0;",
    tests: ['unit/workers/state/mesh/intentions'],
  },
  {
    name: 'a changed entry is not judged when it is applied',
    file: `${INTENTIONS}/mutate.ts`,
    find: 'const error = intentionsError(next);',
    replace: 'const error = next.Sources === null ? intentionsError(next) : null;',
    tests: ['unit/workers/state/mesh/intentions', 'unit/workers/state/replica/fsm/intentions'],
  },
  {
    name: 'single intentions are changed before the state says where they stand',
    file: 'workers/state/replica/fsm/mesh/intention-write.ts',
    find: 'if (tables.systemMetadata.get(INTENTION_FORMAT)?.Value !== IN_CONFIG_ENTRIES) {',
    replace: 'if (tables.systemMetadata.get(INTENTION_FORMAT)?.Value === undefined && Op === "") {',
    tests: ['unit/workers/state/replica/fsm/intentions'],
  },
  {
    name: 'the leader deletes intentions of the old form',
    file: 'workers/state/leader/intention-format.ts',
    find: 'return isSaid || hasOldOnes ? [] : [DELETE_ALL];',
    replace: 'return isSaid ? [] : [DELETE_ALL];',
    tests: ['unit/workers/state/replica/fsm/intentions'],
  },
  {
    name: 'what config entries say counts more than what is registered',
    file: 'workers/state/mesh/central/merge.ts',
    find: 'return { ...said, ...own };',
    replace: 'return { ...own, ...said };',
    tests: ['unit/workers/state/endpoints/merge-central-config'],
  },
  {
    name: 'a merged list is kept whatever becomes of the entries',
    file: 'workers/state/methods/mesh/looked-at.ts',
    find: '!== entry) return false;',
    replace: '!== entry) return true;',
    tests: ['unit/workers/state/endpoints/merge-central-config'],
  },
  {
    name: 'a subset of a failover may be called as all objects have members',
    file: 'wire/config-entries/rules/routing.ts',
    find: 'Subsets !== null && Object.hasOwn(Subsets, name)',
    replace: 'Subsets?.[name] !== undefined',
    tests: ['unit/workers/state/config-entries/method'],
  },
  {
    name: 'who may not be called stands in the topology of a transparent proxy',
    file: 'workers/state/methods/mesh/topology.ts',
    find: 'if (!isUsable(deciding, this.#isAllowedByDefault) || links.has(key)',
    replace: 'if (links.has(key)',
    tests: ['unit/workers/state/endpoints/mesh-lists'],
  },
  {
    name: 'what a service is to a gateway is counted once for each change of an instance',
    file: 'workers/state/replica/store/tables/catalog.ts',
    find: '    if (before) this.#groups.get(before.groupKey)?.count(before.record, -1);\n',
    replace: '',
    tests: ['unit/workers/state/replica/fsm/gateway-services'],
  },
  {
    name: 'a proxy is registered before it is known what is said of it',
    file: 'workers/state/local/central/central-defaults.ts',
    find: '      if (config.answer === null) await this.#atMost(REGISTRATION_WAIT_MS, config.tried);\n',
    replace: '',
    tests: CENTRAL,
  },
  {
    name: 'what is said of a proxy is stored with it',
    file: 'workers/state/local/registration/registrar.ts',
    find: 'sameService(withoutDefaults(known), service)',
    replace: 'sameService(known.definition, service)',
    tests: CENTRAL,
  },
  {
    name: 'questions about proxies are asked for ever',
    file: 'workers/state/local/central/central-defaults.ts',
    find: '    if (config.isNeeded) return;',
    replace: '    if (config.isNeeded || true) return;',
    tests: CENTRAL,
  },
  {
    name: 'the first full sync does not wait for what is said of proxies',
    file: 'workers/state/local/local-agent.ts',
    find: '        await central?.start();',
    replace: '        void central?.start();',
    tests: CENTRAL,
  },
  {
    name: 'who may not be called is an upstream by intentions',
    file: 'workers/state/methods/mesh/intention-upstreams.ts',
    find: ' && isUsable(deciding.of(service, other), isAllowedByDefault)',
    replace: '',
    tests: ['unit/workers/state/endpoints/mesh-lists'],
  },
  {
    name: 'a star exports proxies, too',
    file: 'workers/state/methods/mesh/exported-services.ts',
    find: "some(({ service }) => service.Kind === '')",
    replace: 'some(() => true)',
    tests: ['unit/workers/state/endpoints/ui-lists'],
  },
  {
    name: 'an answer about a proxy that says nothing new is asked for again at once',
    file: 'workers/state/local/central/config-queries.ts',
    find: 'const isNews = index !== config.index;',
    replace: 'const isNews = true;',
    tests: CENTRAL,
  },
];
