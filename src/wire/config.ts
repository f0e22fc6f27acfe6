// The configuration of a running agent: resolved, validated, defaults applied. main builds it from flags and files; every
// thread gets a copy at its start and again at a reload. Durations are milliseconds.

import type { ConfigEntry } from './config-entries/entries.js';
import type { LocalDefinitions } from './definitions.js';
import type { Dynamic, StringMap } from './records.js';
import type { LogLevel } from './thread-port.js';

export interface TcpListener {
  readonly kind: 'tcp';
  readonly address: string;
  readonly port: number;
}
interface UnixListener {
  readonly kind: 'unix';
  readonly path: string;
}
export type Listener = TcpListener | UnixListener;

export interface DnsConfig {
  readonly listeners: readonly TcpListener[];
  /** Without trailing dot, lower case: "consul". */
  readonly domain: string;
  /** "" when not set. */
  readonly altDomain: string;
  readonly allowStale: boolean;
  readonly maxStaleMs: number;
  /** Instances of services may come from a client agent's cache. */
  readonly useCache: boolean;
  /** An older answer of the cache is asked for again; 0: any age will do. */
  readonly cacheMaxAgeMs: number;
  readonly nodeTtlMs: number;
  /** Name, prefix pattern (`db*`) or `*` → TTL in milliseconds. */
  readonly serviceTtlMs: { readonly [pattern: string]: number };
  readonly onlyPassing: boolean;
  readonly enableTruncate: boolean;
  readonly disableCompression: boolean;
  readonly udpAnswerLimit: number;
  readonly aRecordLimit: number;
  readonly nodeMetaTxt: boolean;
  /** Answers about other datacenters have WAN addresses. */
  readonly translateWan: boolean;
  readonly soa: {
    readonly refreshS: number;
    readonly retryS: number;
    readonly expireS: number;
    readonly minTtlS: number;
  };
  /** Resolved `host:port`; answers say RA when there are any, though nothing is forwarded to them yet. */
  readonly recursors: readonly string[];
}

export interface HttpConfig {
  readonly listeners: readonly Listener[];
  readonly engine: 'net' | 'uws';
  readonly blockEndpoints: readonly string[];
  readonly responseHeaders: StringMap;
  /** CIDRs; empty = everybody may write. */
  readonly allowWriteFrom: readonly string[];
  readonly maxHeaderBytes: number;
  readonly useCache: boolean;
  readonly disableUnprintableFilter: boolean;
  readonly unixSocket: { readonly user: string; readonly group: string; readonly mode: string };
}

/** One gossip pool's addresses and rhythm. */
export interface GossipPoolConfig {
  readonly bindAddress: string;
  readonly advertiseAddress: string;
  readonly port: number;
  readonly gossipIntervalMs: number;
  readonly gossipNodes: number;
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly retransmitMultiplier: number;
  readonly suspicionMultiplier: number;
  /** Empty: every address may join. */
  readonly allowedCidrs: readonly string[];
  readonly retryJoin: readonly string[];
  readonly retryIntervalMs: number;
  /** 0: for ever. */
  readonly retryMax: number;
  readonly reconnectTimeoutMs: number;
}

/** What the files of a stanza held when they were read; the same in all threads, so that a reload changes all or none. */
export interface TlsMaterial {
  /** Trusted certificates, as PEM. */
  readonly ca: readonly string[];
  /** The agent's certificate, with what leads to a root, and its key, as PEM; both "" when there is none. */
  readonly cert: string;
  readonly key: string;
  /** 48 random bytes, made anew each time: by them sessions are resumed, in whichever thread, until the next reload. */
  readonly ticketKeys: Uint8Array;
}

/** TLS of one listener kind. Paths are "" when not set. */
export interface TlsStanza {
  readonly caFile: string;
  readonly caPath: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly cipherSuites: readonly string[];
  readonly minVersion: string;
  readonly verifyIncoming: boolean;
  readonly verifyOutgoing: boolean;
  readonly verifyServerHostname: boolean;
  readonly useAutoCert: boolean;
  readonly material: TlsMaterial;
}

/** What TLS to the servers of a cluster needs to know. */
export interface DialConfig extends Pick<RuntimeConfig, 'tls' | 'datacenter'> {
  readonly dns: Pick<DnsConfig, 'domain'>;
}

/** A value of any form from a file: watches and the like. */
type ConfigValue = string | number | boolean | null | readonly ConfigValue[] | { readonly [key: string]: ConfigValue };

export interface RuntimeConfig {
  readonly version: string;
  readonly devMode: boolean;
  readonly datacenter: string;
  readonly primaryDatacenter: string;
  readonly nodeName: string;
  readonly nodeId: string;
  readonly nodeMeta: StringMap;
  /** null in -dev without data_dir: nothing is kept. */
  readonly dataDir: string | null;
  readonly server: boolean;
  /** As configured. A -dev server bootstraps itself without saying so: banner and gossip tags show `false`. */
  readonly bootstrap: boolean;
  readonly bootstrapExpect: number;
  /** What a new leader writes where there is none of the name. */
  readonly configEntries: readonly ConfigEntry[];
  readonly bindAddress: string;
  readonly advertiseAddress: string;
  readonly advertiseAddressWan: string;
  readonly taggedAddresses: StringMap;
  /** Addresses of the HTTP, DNS and gRPC listeners, unless one has its own. */
  readonly clientAddresses: readonly string[];
  readonly httpsListeners: readonly Listener[];
  readonly grpcListeners: readonly Listener[];
  readonly grpcTlsListeners: readonly Listener[];
  readonly lan: GossipPoolConfig;
  /** null: no WAN pool (serf_wan port off). */
  readonly wan: GossipPoolConfig | null;
  /** Gossip protocol version. */
  readonly protocol: number;
  readonly tls: {
    readonly internalRpc: TlsStanza;
    readonly https: TlsStanza;
    readonly grpc: TlsStanza;
    readonly serverName: string;
    readonly enableAgentTlsForChecks: boolean;
  };
  readonly autoEncrypt: {
    /** A client agent's certificate comes from the servers. */
    readonly tls: boolean;
    /** Servers give certificates to client agents. */
    readonly allowTls: boolean;
    /** Names and addresses that the certificate is to have beside those of this host. */
    readonly dnsSan: readonly string[];
    readonly ipSan: readonly string[];
  };
  /** Values ≤ 0 mean off. */
  readonly ports: {
    readonly dns: number;
    readonly http: number;
    readonly https: number;
    readonly grpc: number;
    readonly grpcTls: number;
    readonly server: number;
    readonly serfLan: number;
    readonly serfWan: number;
  };
  /** Proxies and gateways have what config entries say where their registration says nothing. */
  readonly centralServiceConfig: boolean;
  /** Of which sidecar proxies get theirs; both 0: of none. */
  readonly sidecarPorts: { readonly first: number; readonly last: number };
  readonly http: HttpConfig;
  readonly dns: DnsConfig;
  readonly limits: {
    readonly httpMaxConnsPerClient: number;
    /** Bytes. */
    readonly httpMaxRequestBodySize: number;
    /** Per second; Infinity when unlimited. */
    readonly rpcRate: number;
    readonly rpcMaxBurst: number;
    readonly rpcMaxConnsPerClient: number;
    readonly rpcClientTimeoutMs: number;
    readonly rpcHandshakeTimeoutMs: number;
    readonly httpsHandshakeTimeoutMs: number;
    readonly requestLimits: {
      readonly mode: 'disabled' | 'permissive' | 'enforcing';
      readonly readRate: number;
      readonly writeRate: number;
    };
    readonly kvMaxValueSize: number;
    readonly txnMaxReqLen: number;
  };
  readonly defaultQueryTimeMs: number;
  readonly maxQueryTimeMs: number;
  readonly rpcHoldTimeoutMs: number;
  /** null: as many as the cores are for. */
  readonly readerWorkers: number | null;
  readonly discoveryMaxStaleMs: number;
  readonly sessionTtlMinMs: number;
  readonly checkUpdateIntervalMs: number;
  readonly checkOutputMaxSize: number;
  readonly discardCheckOutput: boolean;
  readonly enableScriptChecks: boolean;
  readonly enableLocalScriptChecks: boolean;
  readonly enableDebug: boolean;
  readonly leaveOnTerminate: boolean;
  readonly skipLeaveOnInterrupt: boolean;
  readonly leaveDrainTimeMs: number;
  readonly translateWanAddresses: boolean;
  /** 'deny' as well for a policy that doesn't exist; `acl.defaultPolicy` has the text as given. */
  readonly aclDefaultPolicy: 'allow' | 'deny';
  /** Of connections that no intention speaks of. */
  readonly defaultIntentionPolicy: 'allow' | 'deny';
  readonly acl: {
    /** As given; the start refuses what isn't allow or deny. */
    readonly defaultPolicy: string;
    readonly downPolicy: string;
    readonly tokenTtlMs: number;
    readonly policyTtlMs: number;
    readonly roleTtlMs: number;
    readonly enableTokenPersistence: boolean;
    readonly enableTokenReplication: boolean;
    readonly enableKeyListPolicy: boolean;
    readonly initialManagementToken: string;
    readonly agentRecoveryToken: string;
    readonly replicationToken: string;
  };
  readonly aclEnabled: boolean;
  readonly tokens: {
    readonly default: string;
    readonly agent: string;
    readonly dns: string;
    readonly configFileRegistration: string;
  };
  readonly connect: {
    readonly enabled: boolean;
    readonly caProvider: string;
    /** What a new cluster's certificate authority begins with, beside the defaults; names as its API has them. */
    readonly caConfig: { readonly [key: string]: Dynamic };
    /** "": one is drawn. */
    readonly clusterId: string;
    /** Over how long certificates are renewed when the root changes; 0: as usual. */
    readonly leafRootChangeSpreadMs: number;
  };
  readonly autopilot: {
    readonly cleanupDeadServers: boolean;
    readonly lastContactThresholdMs: number;
    readonly maxTrailingLogs: number;
    readonly minQuorum: number;
    readonly serverStabilizationTimeMs: number;
  };
  readonly raft: {
    readonly snapshotThreshold: number;
    readonly snapshotIntervalMs: number;
    readonly trailingLogs: number;
    /** Already multiplied. */
    readonly heartbeatTimeoutMs: number;
    readonly electionTimeoutMs: number;
    readonly leaderLeaseMs: number;
  };
  readonly telemetry: {
    readonly prefix: string;
    readonly disableHostname: boolean;
    readonly prometheusRetentionMs: number;
    readonly filterDefault: boolean;
    readonly allowedPrefixes: readonly string[];
    readonly blockedPrefixes: readonly string[];
    readonly statsdAddress: string;
    readonly statsiteAddress: string;
    readonly dogstatsdAddress: string;
    readonly dogstatsdTags: readonly string[];
  };
  readonly ui: { readonly enabled: boolean; readonly contentPath: string };
  readonly log: {
    readonly level: LogLevel;
    /** As given; the start refuses what is no level. */
    readonly levelText: string;
    readonly json: boolean;
    readonly file: string;
    readonly rotateBytes: number;
    readonly rotateDurationMs: number;
    readonly rotateMaxFiles: number;
    readonly syslog: boolean;
    readonly syslogFacility: string;
  };
  readonly pidFile: string;
  readonly encryptKey: string;
  readonly encryptVerifyIncoming: boolean;
  readonly encryptVerifyOutgoing: boolean;
  readonly disableKeyringFile: boolean;
  /** false: the node ID is derived from the host. */
  readonly disableHostNodeId: boolean;
  readonly disableCoordinates: boolean;
  /** Keys are held to what a path may be (`records/key-name.ts`). */
  readonly validatesKvKeys: boolean;
  readonly disableRemoteExec: boolean;
  readonly serverRejoinAgeMaxMs: number;
  readonly autoReloadConfig: boolean;
  /** As defined; checked when they are started. */
  readonly watches: readonly { readonly [key: string]: ConfigValue }[];
  readonly retryJoin: readonly string[];
  readonly retryIntervalMs: number;
  readonly retryMax: number;
  readonly rejoinAfterLeave: boolean;
  /** After so long others shall forget this client when it is gone; 0: it is theirs to decide. */
  readonly advertiseReconnectTimeoutMs: number;
  readonly definitions: LocalDefinitions;
  /** The `DebugConfig` object of /v1/agent/self as compact JSON. */
  readonly debugConfig: string;
}
