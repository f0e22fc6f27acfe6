// What members say about themselves in their tags (spec/gossip.md, section 18): ours, as those of a stock agent, and how
// everybody's are read.

import { parseGoInt } from '../../gotext/numbers.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { PoolName } from '../../wire/gossip-pools.js';
import { PROTOCOL } from '../../wire/version.js';
import type { Address } from '../gossip/core/node.js';
import { readTags } from '../gossip/serf/tags.js';

export type Tags = ReadonlyMap<string, string>;

const SERVER = 'consul';
const CLIENT = 'node';
const RAFT_PROTOCOL = '3';
const FEATURE = 'ft_';
const VERSION = /\d+\.\d+\.\d+/;

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
  return commonTags(config, CLIENT);
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
  for (const feature of ['fs', 'si']) tags.set(`${FEATURE}${feature}`, '1');
  return tags;
}

/** Our own tags in a pool. */
export function ownTags(config: RuntimeConfig, pool: PoolName): Tags {
  return config.server ? serverTags(config, pool) : clientTags(config);
}

/** Whoever is known with tags: in memberlist's table or in Serf's. */
export interface TaggedMember {
  readonly name: string;
  readonly address: Address;
  readonly meta: Uint8Array;
}

export function datacenterOf(tags: Tags): string {
  return tags.get('dc') ?? '';
}

/** "" for members that have none: stock agents before 0.8.5, and what isn't Consul. */
export function nodeIdOf(tags: Tags): string {
  return tags.get('id') ?? '';
}

export function isClient(tags: Tags): boolean {
  return tags.get('role') === CLIENT;
}

/** The version of the member's Consul, `1.21.4`; null when it doesn't say. */
export function buildOf(tags: Tags): string | null {
  return VERSION.exec(tags.get('build') ?? '')?.[0] ?? null;
}

export interface ServerMember {
  readonly name: string;
  /** Without the datacenter that names in the WAN pool end in. */
  readonly shortName: string;
  readonly id: string;
  readonly datacenter: string;
  /** Where its RPC listens. */
  readonly address: Address;
  readonly build: string;
  readonly protocol: number;
  readonly raftProtocol: number;
  /** Null when it is in no WAN pool. */
  readonly wanJoinPort: number | null;
  readonly isBootstrap: boolean;
  /** 0: it doesn't wait for others. */
  readonly expect: number;
  readonly isReadReplica: boolean;
  readonly usesTls: boolean;
}

/** `ifAbsent` when there is no such tag, null when it is no integer. */
function integer(tags: Tags, name: string, ifAbsent: number | null): number | null {
  const text = tags.get(name);
  if (text === undefined) return ifAbsent;
  const read = parseGoInt(text, 64, 10, 'Atoi');
  return read.ok ? Number(read.value) : null;
}

function hasBadFeature(tags: Tags): boolean {
  for (const name of tags.keys()) if (name.startsWith(FEATURE) && integer(tags, name, null) === null) return true;
  return false;
}

/** A server says where gRPC is, or that there is none by not saying anything. */
function hasBadGrpc(tags: Tags): boolean {
  const ports = ['grpc_port', 'grpc_tls_port'].filter((name) => tags.has(name));
  return ports.length > 0 && !ports.some((name) => (integer(tags, name, null) ?? 0) >= 1);
}

/** Null when the member isn't a server, or says something about itself that can't be. `tags`: the member's, when at hand. */
export function parseServer({ name, address, meta }: TaggedMember, tags: Tags = readTags(meta)): ServerMember | null {
  if (tags.get('role') !== SERVER || hasBadFeature(tags) || hasBadGrpc(tags)) return null;
  const port = integer(tags, 'port', null);
  const protocol = integer(tags, 'vsn', null);
  const expect = integer(tags, 'expect', 0);
  const raftProtocol = integer(tags, 'raft_vsn', 0);
  const wanJoinPort = integer(tags, 'wan_join_port', 0);
  const build = buildOf(tags);
  if (port === null || protocol === null || expect === null || raftProtocol === null) return null;
  if (wanJoinPort === null || build === null) return null;
  const datacenter = datacenterOf(tags);
  const suffix = `.${datacenter}`;
  return {
    name,
    shortName: name.endsWith(suffix) ? name.slice(0, -suffix.length) : name,
    id: nodeIdOf(tags),
    datacenter,
    address: { ip: address.ip, port },
    build,
    protocol,
    raftProtocol,
    wanJoinPort: tags.has('wan_join_port') ? wanJoinPort : null,
    isBootstrap: tags.has('bootstrap'),
    expect,
    isReadReplica: tags.has('read_replica') || tags.has('nonvoter'),
    usesTls: tags.has('use_tls'),
  };
}
