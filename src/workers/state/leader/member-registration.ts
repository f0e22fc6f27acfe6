// What the catalog says about a member that gossip knows as alive (spec/raft.md, section 8; spec/agent.md, section 8): the node, its
// `serfHealth` check and, for a server, the service `consul`.

import { CommandType, type RegisterRequest } from '../../../wire/commands.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { CheckRecord, ServiceRecord, StringMap } from '../../../wire/records.js';
import { NO_CHECK_DEFINITION, NO_CONNECT, NO_PROXY } from '../records/zero-values.js';
import type { CatalogReads } from '../store/read-api.js';
import { sameValue } from '../store/same-value.js';

const SERF_HEALTH = 'serfHealth';
const CONSUL = 'consul';
const RAFT_PROTOCOL = '3';
/** Gossip protocol versions spoken: current, lowest, highest. */
const SERF_PROTOCOL = { current: '2', min: '1', max: '5' } as const;
const NO_INDEX = { CreateIndex: 0, ModifyIndex: 0 } as const;

export interface ServerMember {
  readonly port: number;
  readonly meta: StringMap;
}

/** An alive member of the LAN gossip pool. */
export interface AliveMember {
  readonly name: string;
  readonly id: string;
  readonly address: string;
  readonly version: string;
  /** null: a client agent. */
  readonly server: ServerMember | null;
}

/** This server as its own gossip member. */
export function ownMember(config: RuntimeConfig): AliveMember {
  const { ports } = config;
  const meta: { [key: string]: string } = {
    non_voter: 'false',
    raft_version: RAFT_PROTOCOL,
    read_replica: 'false',
    serf_protocol_current: SERF_PROTOCOL.current,
    serf_protocol_min: SERF_PROTOCOL.min,
    serf_protocol_max: SERF_PROTOCOL.max,
    version: config.version,
  };
  if (ports.grpc > 0) meta['grpc_port'] = String(ports.grpc);
  if (ports.grpcTls > 0) meta['grpc_tls_port'] = String(ports.grpcTls);
  return {
    name: config.nodeName,
    id: config.nodeId,
    address: config.advertiseAddress,
    version: config.version,
    server: { port: ports.server, meta },
  };
}

/** True when the catalog already says so: the member's registration would change nothing that matters. */
export function isRegistered(catalog: CatalogReads, member: AliveMember): boolean {
  const node = catalog.node(member.name);
  if (node?.Address !== member.address || node.ID !== member.id) return false;
  if (catalog.check(member.name, SERF_HEALTH)?.Status !== 'passing') return false;
  const { server } = member;
  if (!server) return true;
  const service = catalog.nodeService(member.name, CONSUL);
  return service !== undefined && service.Port === server.port && sameValue(service.Meta, server.meta);
}

/** The registration of an alive member. A known node keeps its tagged addresses and metadata. */
export function registrationOf(catalog: CatalogReads, member: AliveMember, datacenter: string) {
  const known = catalog.node(member.name);
  const body: RegisterRequest = {
    ...NO_INDEX,
    Datacenter: datacenter,
    Token: '',
    ID: member.id,
    Node: member.name,
    Address: member.address,
    TaggedAddresses: known?.TaggedAddresses ?? null,
    NodeMeta: known ? known.Meta : { 'consul-version': member.version },
    Service: member.server ? consulService(member.server) : null,
    Check: serfHealth(member.name),
    Checks: null,
    SkipNodeUpdate: false,
    PeerName: '',
    Locality: null,
  };
  return { type: CommandType.register, body } as const;
}

function consulService(server: ServerMember): ServiceRecord {
  return {
    ...NO_INDEX,
    Kind: '',
    ID: CONSUL,
    Service: CONSUL,
    Tags: null,
    Address: '',
    TaggedAddresses: null,
    Meta: server.meta,
    Port: server.port,
    SocketPath: '',
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Proxy: NO_PROXY,
    Connect: NO_CONNECT,
    LocallyRegisteredAsSidecar: false,
    PeerName: '',
    Locality: null,
  };
}

function serfHealth(node: string): CheckRecord {
  return {
    ...NO_INDEX,
    Node: node,
    CheckID: SERF_HEALTH,
    Name: 'Serf Health Status',
    Status: 'passing',
    Notes: '',
    Output: 'Agent alive and reachable',
    ServiceID: '',
    ServiceName: '',
    ServiceTags: null,
    Type: '',
    Interval: '',
    Timeout: '',
    ExposedPort: 0,
    Definition: NO_CHECK_DEFINITION,
    PeerName: '',
  };
}
