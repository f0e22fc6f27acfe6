// The members of the gossip pools as the API shows them. This agent knows itself; the pools of others come with gossip.
// Tags are those of a stock agent (spec/gossip.md, "Server and client tags").

import type { RuntimeConfig } from '../wire/config.js';
import type { Member } from '../wire/state-worker.js';

const ALIVE = 1;
const SERVER_FEATURES = { ft_fs: '1', ft_si: '1' };

function serverTags(config: RuntimeConfig): { [name: string]: string } {
  const tags: { [name: string]: string } = {
    acls: config.aclEnabled ? '1' : '0',
    build: `${config.version}:`,
    dc: config.datacenter,
    ...SERVER_FEATURES,
    id: config.nodeId,
    port: String(config.ports.server),
    raft_vsn: '3',
    role: 'consul',
    segment: '',
    vsn: '2',
    vsn_max: '3',
    vsn_min: '2',
    wan_join_port: String(config.ports.serfWan),
  };
  if (config.bootstrap) tags['bootstrap'] = '1';
  if (config.bootstrapExpect > 0) tags['expect'] = String(config.bootstrapExpect);
  if (config.ports.grpc > 0) tags['grpc_port'] = String(config.ports.grpc);
  if (config.ports.grpcTls > 0) tags['grpc_tls_port'] = String(config.ports.grpcTls);
  return tags;
}

function clientTags(config: RuntimeConfig): { [name: string]: string } {
  return {
    build: `${config.version}:`,
    dc: config.datacenter,
    id: config.nodeId,
    role: 'node',
    segment: '',
    vsn: '2',
    vsn_max: '3',
    vsn_min: '2',
  };
}

const VERSIONS = {
  status: ALIVE,
  protocolMin: 1,
  protocolMax: 5,
  protocolCurrent: 2,
  delegateMin: 2,
  delegateMax: 5,
  delegateCurrent: 4,
};

/** This agent in the LAN pool. */
export function selfLan(config: RuntimeConfig): Member {
  return {
    name: config.nodeName,
    address: config.advertiseAddress,
    port: config.ports.serfLan,
    tags: config.server ? serverTags(config) : clientTags(config),
    ...VERSIONS,
  };
}

/** This agent in the WAN pool: servers only, named with their datacenter. */
export function selfWan(config: RuntimeConfig): Member | null {
  if (!config.server || config.ports.serfWan <= 0) return null;
  const { wan_join_port: _lanOnly, ...tags } = serverTags(config);
  return {
    name: `${config.nodeName}.${config.datacenter}`,
    address: config.advertiseAddressWan,
    port: config.ports.serfWan,
    tags,
    ...VERSIONS,
  };
}
