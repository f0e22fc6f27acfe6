// What the catalog says about a member of gossip (spec/raft.md, section 8; spec/agent.md, section 8): the node, its
// `serfHealth` check and, for a server, the service `consul`. When it says so already, nothing need be written.

import { CommandType, type RegisterRequest } from '../../../wire/commands.js';
import type { ServerTags } from '../../../wire/gossip/agent-tags.js';
import type { Member } from '../../../wire/gossip-pools.js';
import { SERF_HEALTH, SERVER_SERVICE } from '../../../wire/leader-registration.js';
import type { CheckRecord, NodeRecord, ServiceRecord, StringMap } from '../../../wire/records.js';
import { NO_CHECK, NO_CONNECT, NO_PROXY } from '../records/zero-values.js';
import type { CatalogReads } from '../replica/store/read-api.js';
import { sameValue } from '../replica/store/same-value.js';
import type { AgentTags } from './member-tags.js';

const NO_INDEX = { CreateIndex: 0, ModifyIndex: 0 } as const;
const ALIVE = { Status: 'passing', Output: 'Agent alive and reachable' } as const;
const FAILED = { Status: 'critical', Output: 'Agent not live or unreachable' } as const;

/** A member and what its tags say. */
export interface AgentMember {
  readonly member: Member;
  readonly tags: AgentTags;
}

/** True when an alive member's registration would change nothing that matters. */
export function isRegistered(catalog: CatalogReads, { member, tags }: AgentMember): boolean {
  const node = catalog.node(member.name);
  if (node?.Address !== member.address || node.ID !== tags.id) return false;
  if (catalog.check(member.name, SERF_HEALTH)?.Status !== ALIVE.Status) return false;
  const { server } = tags;
  if (!server) return true;
  const service = catalog.nodeService(member.name, SERVER_SERVICE);
  return (
    service !== undefined &&
    service.Port === server.port &&
    sameValue(service.Meta, serverMeta(member, tags.version, server))
  );
}

export function isMarkedFailed(catalog: CatalogReads, name: string): boolean {
  return catalog.check(name, SERF_HEALTH)?.Status === FAILED.Status;
}

/** The registration of an alive member. A known node keeps its tagged addresses and metadata. */
export function registrationOf(known: NodeRecord | undefined, agent: AgentMember, datacenter: string) {
  const { member, tags } = agent;
  const body: RegisterRequest = {
    ...nodePart(known, agent, datacenter),
    Service: tags.server ? consulService(tags.server, serverMeta(member, tags.version, tags.server)) : null,
    Check: serfHealth(member.name, ALIVE),
    SkipNodeUpdate: false,
  };
  return { type: CommandType.register, body } as const;
}

/** Marks a failed member's node; what else the catalog says of it stays. */
export function failureOf(known: NodeRecord, agent: AgentMember, datacenter: string) {
  const body: RegisterRequest = {
    ...nodePart(known, agent, datacenter),
    Service: null,
    Check: serfHealth(agent.member.name, FAILED),
    SkipNodeUpdate: true,
  };
  return { type: CommandType.register, body } as const;
}

export function deregistrationOf(node: string, datacenter: string) {
  const body = { Datacenter: datacenter, Token: '', Node: node, ServiceID: '', CheckID: '', PeerName: '' };
  return { type: CommandType.deregister, body } as const;
}

function nodePart(known: NodeRecord | undefined, { member, tags }: AgentMember, datacenter: string) {
  return {
    ...NO_INDEX,
    Datacenter: datacenter,
    Token: '',
    ID: tags.id,
    Node: member.name,
    Address: member.address,
    TaggedAddresses: known?.TaggedAddresses ?? null,
    NodeMeta: known ? known.Meta : { 'consul-version': tags.version },
    Checks: null,
    PeerName: '',
    Locality: null,
  };
}

function serverMeta(member: Member, version: string, server: ServerTags): StringMap {
  const meta: { [key: string]: string } = {
    non_voter: String(server.isNonVoter),
    raft_version: String(server.raftVersion),
    read_replica: String(server.isReadReplica),
    serf_protocol_current: String(member.protocolCurrent),
    serf_protocol_min: String(member.protocolMin),
    serf_protocol_max: String(member.protocolMax),
    version,
  };
  if (server.grpcPort > 0) meta['grpc_port'] = String(server.grpcPort);
  if (server.grpcTlsPort > 0) meta['grpc_tls_port'] = String(server.grpcTlsPort);
  return meta;
}

function consulService(server: ServerTags, meta: StringMap): ServiceRecord {
  return {
    ...NO_INDEX,
    Kind: '',
    ID: SERVER_SERVICE,
    Service: SERVER_SERVICE,
    Tags: null,
    Address: '',
    TaggedAddresses: null,
    Meta: meta,
    Port: server.port,
    SocketPath: '',
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Proxy: NO_PROXY,
    Connect: NO_CONNECT,
    LocallyRegisteredAsSidecar: false,
    PeerName: '',
    Locality: null,
    Ports: null,
  };
}

function serfHealth(node: string, health: typeof ALIVE | typeof FAILED): CheckRecord {
  return { ...NO_CHECK, Node: node, CheckID: SERF_HEALTH, Name: 'Serf Health Status', ...health };
}
