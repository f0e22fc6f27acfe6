// What a member of the LAN pool says of itself in its tags (spec/gossip.md, section 18): a server with all a server must say,
// a client, or something else that the catalog takes no notice of.

import { parseGoInt } from '../../../gotext/numbers.js';
import type { Member } from '../../../wire/gossip-pools.js';

export interface ServerTags {
  /** Of RPC and Raft. */
  readonly port: number;
  readonly raftVersion: number;
  readonly isNonVoter: boolean;
  readonly isReadReplica: boolean;
  readonly isInBootstrapMode: boolean;
  /** 0: off. */
  readonly grpcPort: number;
  readonly grpcTlsPort: number;
}

export interface AgentTags {
  /** Node ID; "" where an agent has none. */
  readonly id: string;
  readonly datacenter: string;
  /** `1.21.4`; "" when a client's build names none. */
  readonly version: string;
  /** null: a client agent. */
  readonly server: ServerTags | null;
}

type Tags = ReadonlyMap<string, string>;

const VERSION = /\d+\.\d+\.\d+/;
const REQUIRED_INTEGERS = ['port', 'vsn'];
const OPTIONAL_INTEGERS = ['expect', 'raft_vsn', 'wan_join_port'];
const FEATURE_PREFIX = 'ft_';

function tagsOf(text: string): Tags {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(Object.entries(value).filter((tag): tag is [string, string] => typeof tag[1] === 'string'));
}

/** null: absent or no integer. */
function integer(tags: Tags, name: string): number | null {
  const text = tags.get(name);
  if (text === undefined) return null;
  const parsed = parseGoInt(text, 64, 10, 'Atoi');
  return parsed.ok ? Number(parsed.value) : null;
}

function isWellFormedServer(tags: Tags): boolean {
  if (REQUIRED_INTEGERS.some((name) => integer(tags, name) === null)) return false;
  if (OPTIONAL_INTEGERS.some((name) => tags.has(name) && integer(tags, name) === null)) return false;
  for (const name of tags.keys()) {
    if (name.startsWith(FEATURE_PREFIX) && integer(tags, name) === null) return false;
  }
  const offersGrpc = tags.has('grpc_port') || tags.has('grpc_tls_port');
  return !offersGrpc || port(tags, 'grpc_port') > 0 || port(tags, 'grpc_tls_port') > 0;
}

function port(tags: Tags, name: string): number {
  return Math.max(integer(tags, name) ?? 0, 0);
}

function serverOf(tags: Tags): ServerTags {
  return {
    port: port(tags, 'port'),
    raftVersion: integer(tags, 'raft_vsn') ?? 0,
    isNonVoter: tags.has('nonvoter'),
    isReadReplica: tags.has('read_replica'),
    isInBootstrapMode: tags.has('bootstrap'),
    grpcPort: port(tags, 'grpc_port'),
    grpcTlsPort: port(tags, 'grpc_tls_port'),
  };
}

/** null: neither server nor client agent, or in a segment of its own (only the enterprise edition has these). */
export function agentTags(member: Member): AgentTags | null {
  const tags = tagsOf(member.tags);
  if ((tags.get('segment') ?? '') !== '') return null;
  const version = VERSION.exec(tags.get('build') ?? '')?.[0] ?? '';
  const role = tags.get('role');
  const isServer = role === 'consul';
  if (isServer ? version === '' || !isWellFormedServer(tags) : role !== 'node') return null;
  return {
    id: tags.get('id') ?? '',
    datacenter: tags.get('dc') ?? '',
    version,
    server: isServer ? serverOf(tags) : null,
  };
}

/** True for a server in bootstrap mode; cheap for all others, which are most. */
export function isInBootstrapMode(member: Member): boolean {
  return member.tags.includes('"bootstrap"') && agentTags(member)?.server?.isInBootstrapMode === true;
}
