// What we say about ourselves in our tags (spec/gossip.md, section 18), as a stock agent does. There is none of `nonvoter` and
// `read_replica`: the setting has no effect here, as in Consul without a licence.

import { formatDuration } from '../../gotext/duration.js';
import type { RuntimeConfig } from '../../wire/config.js';
import { CLIENT, FEATURE_PREFIX, PACKED_LOG, SERVER, type Tags } from '../../wire/gossip/agent-tags.js';
import type { PoolName } from '../../wire/gossip-pools.js';
import { PROTOCOL } from '../../wire/version.js';

const RAFT_PROTOCOL = '3';
const NS_A_MILLISECOND = 1e6;

function commonTags(config: RuntimeConfig, role: string): Map<string, string> {
  return new Map([
    ['role', role],
    ['dc', config.datacenter],
    ['segment', ''],
    ['id', config.nodeId],
    ['vsn', String(config.protocol)],
    ['vsn_min', String(PROTOCOL.min)],
    ['vsn_max', String(PROTOCOL.max)],
    ['build', `${config.version}:`],
  ]);
}

function clientTags(config: RuntimeConfig): Tags {
  const tags = commonTags(config, CLIENT);
  const { advertiseReconnectTimeoutMs: timeoutMs } = config;
  if (timeoutMs > 0) tags.set('rc_tm', formatDuration(timeoutMs * NS_A_MILLISECOND));
  return tags;
}

function serverTags(config: RuntimeConfig, pool: PoolName): Tags {
  const { ports, bootstrapExpect, tls } = config;
  const tags = commonTags(config, SERVER);
  tags.set('raft_vsn', RAFT_PROTOCOL);
  tags.set('port', String(ports.server));
  // In the WAN pool itself nobody needs to be told how to get there.
  if (pool === 'lan' && config.wan !== null) tags.set('wan_join_port', String(config.wan.port));
  if (ports.grpc > 0) tags.set('grpc_port', String(ports.grpc));
  if (ports.grpcTls > 0) tags.set('grpc_tls_port', String(ports.grpcTls));
  if (config.bootstrap) tags.set('bootstrap', '1');
  if (bootstrapExpect !== 0) tags.set('expect', String(bootstrapExpect));
  if (tls.internalRpc.caFile !== '' || tls.internalRpc.caPath !== '') tags.set('use_tls', '1');
  tags.set('acls', config.aclEnabled ? '1' : '0');
  if (pool === 'lan') tags.set(PACKED_LOG, '1');
  for (const feature of ['fs', 'si']) tags.set(`${FEATURE_PREFIX}${feature}`, '1');
  return tags;
}

/** Our own tags in a pool. */
export function ownTags(config: RuntimeConfig, pool: PoolName): Tags {
  return config.server ? serverTags(config, pool) : clientTags(config);
}
