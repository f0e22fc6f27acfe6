// The tags by which agents know each other (spec/gossip.md, section 18).

import type { RuntimeConfig } from '../../wire/config.js';
import type { PoolName } from '../../wire/gossip-pools.js';

/** What both kinds of agent say of themselves. */
function common(config: RuntimeConfig): [string, string][] {
  return [
    ['build', `${config.version}:`],
    ['dc', config.datacenter],
    ['id', config.nodeId],
    ['segment', ''],
    ['vsn', '2'],
    ['vsn_max', '3'],
    ['vsn_min', '2'],
  ];
}

function serverTags(config: RuntimeConfig, pool: PoolName): [string, string][] {
  const { ports } = config;
  const optional: readonly (readonly [boolean, string, string])[] = [
    [pool === 'lan' && config.wan !== null, 'wan_join_port', String(ports.serfWan)],
    [config.bootstrap, 'bootstrap', '1'],
    [config.bootstrapExpect > 0, 'expect', String(config.bootstrapExpect)],
    [ports.grpc > 0, 'grpc_port', String(ports.grpc)],
    [ports.grpcTls > 0, 'grpc_tls_port', String(ports.grpcTls)],
    [config.tls.internalRpc.caFile !== '' || config.tls.internalRpc.caPath !== '', 'use_tls', '1'],
  ];
  return [
    ...common(config),
    ['acls', config.aclEnabled ? '1' : '0'],
    ['ft_fs', '1'],
    ['ft_si', '1'],
    ['port', String(ports.server)],
    ['raft_vsn', '3'],
    ['role', 'consul'],
    ...optional.filter(([applies]) => applies).map(([, name, value]): [string, string] => [name, value]),
  ];
}

/** Ours in this pool, in the order of their names. */
export function poolTags(config: RuntimeConfig, pool: PoolName): ReadonlyMap<string, string> {
  const tags: [string, string][] = config.server ? serverTags(config, pool) : [...common(config), ['role', 'node']];
  return new Map(tags.sort(([a], [b]) => (a < b ? -1 : 1)));
}
