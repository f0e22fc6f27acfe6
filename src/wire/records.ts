// The records of the replicated state, field for field as Consul's messages, snapshots and HTTP answers have them
// (spec/fsm.md, section 3). Names are Go's because they are the wire's. Records are immutable once stored: a change
// makes a new object, so a snapshot and a cached JSON text stay true. Durations are nanoseconds. `null` is Go's nil.

import type { Dynamic } from '../gotext/dynamic.js';
import type { Uint64 } from './uint64.js';

export type { Dynamic } from '../gotext/dynamic.js';
export type StringMap = { readonly [key: string]: string };

export interface RaftIndex {
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface Locality {
  readonly Region: string;
  readonly Zone: string;
}

export interface NodeRecord extends RaftIndex {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly Partition: string;
  readonly PeerName: string;
  readonly TaggedAddresses: StringMap | null;
  readonly Meta: StringMap | null;
  readonly Locality: Locality | null;
}

export interface ServiceAddress {
  readonly Address: string;
  readonly Port: number;
}

/** One of a service's named ports. */
export interface ServicePort {
  readonly Name: string;
  readonly Port: number;
  /** Of exactly one of them. */
  readonly Default: boolean;
}

export interface Weights {
  readonly Passing: number;
  readonly Warning: number;
}

export interface ExposePath {
  readonly ListenerPort: number;
  readonly LocalPathPort: number;
  readonly ParsedFromCheck: boolean;
  readonly Path: string;
  readonly Protocol: string;
}

export interface MeshGateway {
  readonly Mode: string;
}

export interface Upstream {
  readonly CentrallyConfigured: boolean;
  readonly Config: { readonly [key: string]: Dynamic } | null;
  readonly Datacenter: string;
  readonly DestinationName: string;
  readonly DestinationNamespace: string;
  readonly DestinationPartition: string;
  readonly DestinationPeer: string;
  readonly DestinationType: string;
  readonly IngressHosts: readonly string[] | null;
  readonly LocalBindAddress: string;
  readonly LocalBindPort: number;
  readonly LocalBindSocketMode: string;
  readonly LocalBindSocketPath: string;
  readonly MeshGateway: MeshGateway;
}

export interface EnvoyExtension {
  readonly Arguments: { readonly [key: string]: Dynamic } | null;
  readonly ConsulVersion: string;
  readonly EnvoyVersion: string;
  readonly Name: string;
  readonly Required: boolean;
}

export interface ProxyConfig {
  readonly AccessLogs: {
    readonly DisableListenerLogs: boolean;
    readonly Enabled: boolean;
    readonly JSONFormat: string;
    readonly Path: string;
    readonly TextFormat: string;
    readonly Type: string;
  };
  readonly Config: { readonly [key: string]: Dynamic } | null;
  readonly DestinationServiceID: string;
  readonly DestinationServiceName: string;
  readonly EnvoyExtensions: readonly EnvoyExtension[] | null;
  readonly Expose: { readonly Checks: boolean; readonly Paths: readonly ExposePath[] | null };
  readonly LocalServiceAddress: string;
  readonly LocalServicePort: number;
  readonly LocalServiceSocketPath: string;
  readonly MeshGateway: MeshGateway;
  readonly Mode: string;
  readonly MutualTLSMode: string;
  readonly TransparentProxy: { readonly DialedDirectly: boolean; readonly OutboundListenerPort: number };
  readonly Upstreams: readonly Upstream[] | null;
}

export interface ServiceConnect {
  readonly Native: boolean;
  readonly PeerMeta: Dynamic;
  /** Only ever set in an agent's registration request; always null once stored. */
  readonly SidecarService: null;
}

/** A service instance as registered; without its node. */
export interface ServiceRecord extends RaftIndex {
  readonly Kind: string;
  readonly ID: string;
  readonly Service: string;
  readonly Tags: readonly string[] | null;
  readonly Address: string;
  readonly TaggedAddresses: { readonly [name: string]: ServiceAddress } | null;
  readonly Meta: StringMap | null;
  readonly Port: number;
  /** Null for most: what `Port` says is all there is. On the wire it is left out then. */
  readonly Ports: readonly ServicePort[] | null;
  readonly SocketPath: string;
  readonly Weights: Weights | null;
  readonly EnableTagOverride: boolean;
  readonly Proxy: ProxyConfig;
  readonly Connect: ServiceConnect;
  readonly LocallyRegisteredAsSidecar: boolean;
  readonly PeerName: string;
  readonly Locality: Locality | null;
}

export interface CheckDefinition {
  readonly AliasNode: string;
  readonly AliasService: string;
  readonly Body: string;
  readonly DeregisterCriticalServiceAfter: number;
  readonly DisableRedirects: boolean;
  readonly DockerContainerID: string;
  readonly GRPC: string;
  readonly GRPCUseTLS: boolean;
  readonly H2PING: string;
  readonly H2PingUseTLS: boolean;
  readonly HTTP: string;
  readonly Header: { readonly [name: string]: readonly string[] | null } | null;
  readonly Interval: number;
  readonly Method: string;
  readonly OSService: string;
  readonly OutputMaxSize: number;
  readonly ScriptArgs: readonly string[] | null;
  readonly SessionName: string;
  readonly Shell: string;
  readonly TCP: string;
  readonly TCPUseTLS: boolean;
  readonly TLSServerName: string;
  readonly TLSSkipVerify: boolean;
  readonly TTL: number;
  readonly Timeout: number;
  readonly UDP: string;
}

export type CheckStatus = 'passing' | 'warning' | 'critical';

export interface CheckRecord extends RaftIndex {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  /** One of {@link CheckStatus}; kept as text because stored rows may hold what others wrote. */
  readonly Status: string;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceTags: readonly string[] | null;
  readonly Type: string;
  /** Go duration text, as given. */
  readonly Interval: string;
  readonly Timeout: string;
  readonly ExposedPort: number;
  readonly Definition: CheckDefinition;
  readonly PeerName: string;
}

/** An instance with its node, as lists of a service's instances have it. Its indexes are the instance's. */
export interface CatalogServiceRecord extends RaftIndex {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: StringMap | null;
  readonly NodeMeta: StringMap | null;
  readonly ServiceKind: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceTags: readonly string[] | null;
  readonly ServiceAddress: string;
  readonly ServiceTaggedAddresses: ServiceRecord['TaggedAddresses'];
  readonly ServiceWeights: Weights;
  readonly ServiceMeta: StringMap | null;
  readonly ServicePort: number;
  readonly ServicePorts: ServiceRecord['Ports'];
  readonly ServiceSocketPath: string;
  readonly ServiceEnableTagOverride: boolean;
  readonly ServiceProxy: ProxyConfig;
  readonly ServiceConnect: ServiceConnect;
  readonly ServiceLocality: Locality | null;
  readonly PeerName: string;
}

/** What the provider is told, and which one it is. */
export interface CaConfiguration extends RaftIndex {
  /** The first label of the trust domain. */
  readonly ClusterID: string;
  readonly Provider: string;
  readonly Config: { readonly [key: string]: Dynamic } | null;
  readonly State: StringMap | null;
  readonly ForceWithoutCrossSigning: boolean;
}

/** A certificate that the certificates of services are trusted by. Its times are as Go writes them (wire/go-time.ts). */
export interface CaRoot extends RaftIndex {
  /** SHA-1 of the certificate, as pairs of hex digits with colons. */
  readonly ID: string;
  readonly Name: string;
  readonly SerialNumber: Uint64;
  readonly SigningKeyID: string;
  readonly ExternalTrustDomain: string;
  readonly NotBefore: Uint8Array | null;
  readonly NotAfter: Uint8Array | null;
  readonly RootCert: string;
  /** Go along with each certificate that is signed. */
  readonly IntermediateCerts: readonly string[] | null;
  readonly SigningCert: string;
  readonly SigningKey: string;
  readonly Active: boolean;
  /** When another one took its place. */
  readonly RotatedOutAt: Uint8Array | null;
  readonly PrivateKeyType: string;
  readonly PrivateKeyBits: number;
}

/** What the builtin provider keeps: the key is a secret. */
export interface CaProviderState extends RaftIndex {
  readonly ID: string;
  readonly PrivateKey: string;
  readonly RootCert: string;
  readonly IntermediateCert: string;
}

/** A key/value entry (DirEntry). */
export interface KvEntry extends RaftIndex {
  readonly LockIndex: Uint64;
  readonly Key: string;
  readonly Flags: Uint64;
  readonly Value: Uint8Array | null;
  /** "" when not locked. */
  readonly Session: string;
}

export interface SessionServiceCheck {
  readonly ID: string;
  readonly Namespace: string;
}

export interface SessionRecord extends RaftIndex {
  readonly ID: string;
  readonly Name: string;
  readonly Node: string;
  readonly LockDelay: number;
  readonly Behavior: string;
  /** Go duration text as given; "" for none. */
  readonly TTL: string;
  readonly NodeChecks: readonly string[] | null;
  readonly ServiceChecks: readonly SessionServiceCheck[] | null;
  readonly Checks: readonly string[] | null;
}

export interface CoordinateRecord {
  readonly Node: string;
  readonly Segment: string;
  readonly Partition: string;
  readonly Coord: {
    readonly Vec: readonly number[];
    readonly Error: number;
    readonly Adjustment: number;
    readonly Height: number;
  };
}

export interface AutopilotConfig extends RaftIndex {
  readonly CleanupDeadServers: boolean;
  readonly DisableUpgradeMigration: boolean;
  readonly LastContactThreshold: number;
  readonly MaxTrailingLogs: number;
  readonly MinQuorum: number;
  readonly RedundancyZoneTag: string;
  readonly ServerStabilizationTime: number;
  readonly UpgradeVersionTag: string;
}

export interface QueryFailoverTarget {
  readonly Peer: string;
  readonly Datacenter: string;
}

export interface QueryFailover {
  /** So many of the nearest other datacenters are asked first. */
  readonly NearestN: number;
  readonly Datacenters: readonly string[] | null;
  /** In place of both. */
  readonly Targets: readonly QueryFailoverTarget[] | null;
}

/** Which instances a prepared query looks for. */
export interface QueryService {
  readonly Service: string;
  /** Of the enterprise edition; "" here. */
  readonly SamenessGroup: string;
  readonly Failover: QueryFailover;
  readonly OnlyPassing: boolean;
  readonly IgnoreCheckIDs: readonly string[] | null;
  /** A node's name, `_agent` or `_ip`; "" for no order. */
  readonly Near: string;
  /** With `!` in front: must not be there. */
  readonly Tags: readonly string[] | null;
  readonly NodeMeta: StringMap | null;
  readonly ServiceMeta: StringMap | null;
  readonly Connect: boolean;
  readonly Peer: string;
}

export interface PreparedQueryRecord extends RaftIndex {
  readonly ID: string;
  readonly Name: string;
  /** The query ends with it; "" for none. */
  readonly Session: string;
  /** What it is executed with; "" for the asker's own. */
  readonly Token: string;
  readonly Template: {
    /** "" for a query that is no template. */
    readonly Type: string;
    readonly Regexp: string;
    readonly RemoveEmptyTags: boolean;
  };
  readonly Service: QueryService;
  /** Go duration text, as given. */
  readonly DNS: { readonly TTL: string };
}

/** A service by name, here or at a peer (""  = here). */
export interface PeeredServiceName {
  readonly Peer: string;
  readonly ServiceName: { readonly Name: string };
}

/** The virtual address of a service (spec/fsm.md, section 11). */
export interface ServiceVirtualIp extends RaftIndex {
  /** Its offset as 16 bytes (wire/mesh/virtual-ip.ts); null in a request that gives manual ones. */
  readonly IP: Uint8Array | null;
  readonly ManualIPs: readonly string[] | null;
  readonly Service: PeeredServiceName;
}

/** An offset that was given back, or the highest that was ever given out. */
export interface FreeVirtualIp {
  readonly IP: Uint8Array | null;
  readonly IsCounter: boolean;
}

/** An instance with its node and its checks, as an answer about health has them. */
export interface CheckedInstance {
  readonly Node: NodeRecord | null;
  readonly Service: ServiceRecord | null;
  readonly Checks: readonly CheckRecord[] | null;
}

/** By which mesh gateways a datacenter is reached. */
export interface FederationState extends RaftIndex {
  readonly Datacenter: string;
  readonly MeshGateways: readonly CheckedInstance[] | null;
  /** When its own datacenter said so, as Go writes moments (wire/go-time.ts). */
  readonly UpdatedAt: Uint8Array | null;
  /** Its ModifyIndex in the primary datacenter; 0 in a request that is made there. */
  readonly PrimaryModifyIndex: number;
}

export interface SystemMetadataEntry extends RaftIndex {
  readonly Key: string;
  readonly Value: string;
}
