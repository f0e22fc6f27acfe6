// What a member's tags say of the agent behind it (spec/gossip.md, section 18), for who may join and for what the leader
// registers: a server is what says everything a server must.

import { parseGoInt } from '../../gotext/numbers.js';

export type Tags = ReadonlyMap<string, string>;

/** Roles. */
export const SERVER = 'consul';
export const CLIENT = 'node';

export const FEATURE_PREFIX = 'ft_';
/** lictor's own: a server that takes packed requests of Raft's. */
export const PACKED_LOG = 'lz';

const VERSION = /\d+\.\d+\.\d+/;

export interface ServerTags {
  /** The version of its Consul, `1.21.4`. */
  readonly build: string;
  readonly protocol: number;
  /** Of RPC and Raft; 0 in place of a negative one. */
  readonly port: number;
  readonly raftVersion: number;
  /** Null when it is in no WAN pool. */
  readonly wanJoinPort: number | null;
  /** 0: off. */
  readonly grpcPort: number;
  readonly grpcTlsPort: number;
  /** 0: it doesn't wait for others. */
  readonly expect: number;
  readonly isInBootstrapMode: boolean;
  readonly isNonVoter: boolean;
  readonly isReadReplica: boolean;
  readonly usesTls: boolean;
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

/** The version in the tag `build`: `1.21.4` of `1.21.4:59b8b905`; null when there is none. */
export function versionIn(build: string): string | null {
  return VERSION.exec(build)?.[0] ?? null;
}

/** The version of the member's Consul; null when it doesn't say. */
export function buildOf(tags: Tags): string | null {
  return versionIn(tags.get('build') ?? '');
}

/** `ifAbsent` when there is no such tag, null when it is no integer. */
function integer(tags: Tags, name: string, ifAbsent: number | null): number | null {
  const text = tags.get(name);
  if (text === undefined) return ifAbsent;
  const read = parseGoInt(text, 64, 10, 'Atoi');
  return read.ok ? Number(read.value) : null;
}

function hasBadFeature(tags: Tags): boolean {
  for (const name of tags.keys()) if (name.startsWith(FEATURE_PREFIX) && integer(tags, name, 0) === null) return true;
  return false;
}

/** 0 for one that is none. */
function optionalPort(tags: Tags, name: string): number {
  return Math.max(integer(tags, name, 0) ?? 0, 0);
}

/** Null when the member isn't a server, or says something about itself that can't be. */
export function serverTags(tags: Tags): ServerTags | null {
  const build = buildOf(tags);
  if (tags.get('role') !== SERVER || build === null || hasBadFeature(tags)) return null;
  const port = integer(tags, 'port', null);
  const protocol = integer(tags, 'vsn', null);
  const expect = integer(tags, 'expect', 0);
  const raftVersion = integer(tags, 'raft_vsn', 0);
  const wanJoinPort = integer(tags, 'wan_join_port', 0);
  if (port === null || protocol === null || expect === null || raftVersion === null || wanJoinPort === null)
    return null;
  const [grpcPort, grpcTlsPort] = [optionalPort(tags, 'grpc_port'), optionalPort(tags, 'grpc_tls_port')];
  // A server says where gRPC is, or that there is none by not saying anything.
  const namesGrpc = tags.has('grpc_port') || tags.has('grpc_tls_port');
  if (namesGrpc && grpcPort === 0 && grpcTlsPort === 0) return null;
  return {
    ...{ build, protocol, port: Math.max(port, 0), raftVersion, grpcPort, grpcTlsPort, expect },
    wanJoinPort: tags.has('wan_join_port') ? wanJoinPort : null,
    isInBootstrapMode: tags.has('bootstrap'),
    isNonVoter: tags.has('nonvoter'),
    isReadReplica: tags.has('read_replica'),
    usesTls: tags.has('use_tls'),
  };
}
