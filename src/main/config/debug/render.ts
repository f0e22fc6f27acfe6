// The configuration as `/v1/agent/self` shows it: every value under the name Go programs know, keys sorted, durations as
// texts, secrets hidden (spec/agent.md section 4, "DebugConfig").

import { formatDuration, parseDuration } from '../../../gotext/duration.js';
import type { Listener, RuntimeConfig, TlsStanza } from '../../../wire/config.js';
import { BUILD_DATE } from '../../../wire/version.js';
import type { Addresses } from '../addresses.js';
import { joinHostPort } from '../addresses.js';
import type { AgentConfig } from '../schema/agent.js';
import { autoConfig } from './auto-config.js';
import { debugChecks, debugServices } from './definitions.js';
import type { DebugValue } from './hide.js';
import { hideSecrets } from './hide.js';

type Runtime = Omit<RuntimeConfig, 'debugConfig'>;
interface Facts {
  readonly config: AgentConfig;
  readonly runtime: Runtime;
  readonly addresses: Addresses;
}
type Section = { readonly [key: string]: DebugValue };

/** Compact JSON. The node ID isn't known yet when the configuration is read: see {@link withNodeId}. */
export function renderDebugConfig(
  config: AgentConfig,
  runtime: Runtime,
  addresses: Addresses,
  recursors: readonly string[],
): string {
  const facts: Facts = { config, runtime, addresses };
  return JSON.stringify(
    hideSecrets({
      ...identity(facts),
      ...acl(facts),
      ...listeners(facts),
      ...dns(facts, recursors),
      ...gossip(facts),
      ...raft(facts),
      ...limits(facts),
      ...behaviour(facts),
      ...mesh(facts),
      ...interfaces(facts),
      ...fixed(),
      Checks: debugChecks(config),
      Services: debugServices(config),
    }),
  );
}

/** The same text with the node's ID in it. */
export function withNodeId(debugConfig: string, nodeId: string): string {
  return JSON.stringify({ ...(JSON.parse(debugConfig) as Section), NodeID: nodeId });
}

/** A duration's text in its normal form. */
function span(text: string | undefined): string {
  const parsed = parseDuration(text ?? '0s');
  return formatDuration(parsed.ok ? parsed.ns : 0);
}

function ms(value: number): string {
  return formatDuration(Math.round(value * 1e6));
}

function tcp(address: string, port: number, network = 'tcp'): string {
  return port > 0 ? `${network}://${joinHostPort(address, port)}` : '';
}

function urls(list: readonly Listener[], network = 'tcp'): string[] {
  return list.map((one) => (one.kind === 'unix' ? `unix://${one.path}` : tcp(one.address, one.port, network)));
}

/** Go writes an unlimited rate as its largest float. */
function rate(value: number): number {
  return value < 0 ? Number.MAX_VALUE : value;
}

function domainOf(config: AgentConfig): string {
  return config.domain;
}

function identity({ config, runtime }: Facts): Section {
  return {
    Bootstrap: runtime.bootstrap,
    BootstrapExpect: runtime.bootstrapExpect,
    DataDir: runtime.dataDir ?? '',
    Datacenter: runtime.datacenter,
    DevMode: runtime.devMode,
    DisableHostNodeID: config.disable_host_node_id,
    Locality:
      config.locality.region === undefined && config.locality.zone === undefined
        ? null
        : { Region: config.locality.region ?? '', Zone: config.locality.zone ?? '' },
    NodeID: runtime.nodeId,
    NodeMeta: runtime.nodeMeta,
    NodeName: runtime.nodeName,
    PidFile: runtime.pidFile,
    PrimaryDatacenter: runtime.primaryDatacenter,
    ReadReplica: false,
    Revision: '',
    ServerMode: runtime.server,
    ServerName: runtime.tls.serverName,
    TaggedAddresses: runtime.taggedAddresses,
    Version: runtime.version,
    VersionMetadata: '',
    VersionPrerelease: '',
  };
}

function acl({ config, runtime }: Facts): Section {
  const { acl: given } = config;
  return {
    ACLEnableKeyListPolicy: given.enable_key_list_policy,
    ACLInitialManagementToken: runtime.acl.initialManagementToken,
    ACLResolverSettings: {
      ACLDefaultPolicy: given.default_policy,
      ACLDownPolicy: given.down_policy,
      ACLPolicyTTL: span(given.policy_ttl),
      ACLRoleTTL: span(given.role_ttl),
      ACLTokenTTL: span(given.token_ttl),
      ACLsEnabled: given.enabled,
      Datacenter: runtime.datacenter,
      EnterpriseMeta: {},
      NodeName: runtime.nodeName,
    },
    ACLTokenReplication: given.enable_token_replication,
    ACLTokens: {
      ACLAgentRecoveryToken: '',
      ACLAgentToken: '',
      ACLConfigFileRegistrationToken: '',
      ACLDNSToken: '',
      ACLDefaultToken: '',
      ACLReplicationToken: '',
      DataDir: runtime.dataDir ?? '',
      EnablePersistence: given.enable_token_persistence,
      EnterpriseConfig: {},
    },
    ACLsEnabled: given.enabled,
  };
}

function listeners({ config, runtime, addresses }: Facts): Section {
  const { ports } = addresses;
  return {
    AdvertiseAddrLAN: addresses.advertise,
    AdvertiseAddrWAN: addresses.advertiseWan,
    AllowWriteHTTPFrom: runtime.http.allowWriteFrom,
    BindAddr: addresses.bind,
    ClientAddrs: addresses.clients,
    DNSAddrs: [...urls(addresses.dns), ...urls(addresses.dns, 'udp')],
    DNSPort: ports.dns,
    GRPCAddrs: urls(addresses.grpc),
    GRPCPort: ports.grpc,
    GRPCTLSAddrs: urls(addresses.grpcTls),
    GRPCTLSPort: ports.grpcTls,
    HTTPAddrs: urls(addresses.http),
    HTTPBlockEndpoints: runtime.http.blockEndpoints,
    HTTPMaxConnsPerClient: config.limits.http_max_conns_per_client,
    HTTPMaxHeaderBytes: config.http_config.max_header_bytes,
    HTTPPort: ports.http,
    HTTPResponseHeaders: runtime.http.responseHeaders,
    HTTPSAddrs: urls(addresses.https),
    HTTPSHandshakeTimeout: span(config.limits.https_handshake_timeout),
    HTTPSPort: ports.https,
    HTTPUseCache: config.http_config.use_cache,
    RPCAdvertiseAddr: tcp(addresses.advertise, ports.server),
    RPCBindAddr: tcp(addresses.bind, ports.server),
    SerfAdvertiseAddrLAN: tcp(addresses.advertise, ports.serfLan),
    SerfAdvertiseAddrWAN: tcp(addresses.advertiseWan, ports.serfWan),
    SerfBindAddrLAN: tcp(addresses.serfLanBind, ports.serfLan),
    SerfBindAddrWAN: tcp(addresses.serfWanBind, ports.serfWan),
    SerfPortLAN: ports.serfLan,
    SerfPortWAN: ports.serfWan,
    ServerPort: ports.server,
    UnixSocketGroup: config.unix_sockets.group ?? '',
    UnixSocketMode: config.unix_sockets.mode ?? '',
    UnixSocketUser: config.unix_sockets.user ?? '',
  };
}

function dns({ config }: Facts, recursors: readonly string[]): Section {
  const { dns_config: given } = config;
  return {
    DNSARecordLimit: given.a_record_limit,
    DNSAllowStale: given.allow_stale,
    DNSAltDomain: config.alt_domain ?? '',
    DNSCacheMaxAge: span(given.cache_max_age),
    DNSDisableCompression: given.disable_compression,
    DNSDomain: domainOf(config),
    DNSEnableTruncate: given.enable_truncate,
    DNSMaxStale: span(given.max_stale),
    DNSNodeMetaTXT: given.enable_additional_node_meta_txt,
    DNSNodeTTL: span(given.node_ttl),
    DNSOnlyPassing: given.only_passing,
    DNSRecursorStrategy: given.recursor_strategy,
    DNSRecursorTimeout: span(given.recursor_timeout),
    DNSRecursors: recursors,
    DNSSOA: {
      Expire: given.soa.expire,
      Minttl: given.soa.min_ttl,
      Refresh: given.soa.refresh,
      Retry: given.soa.retry,
    },
    DNSServiceTTL: Object.fromEntries(Object.entries(given.service_ttl).map(([name, ttl]) => [name, span(ttl)])),
    DNSUDPAnswerLimit: given.udp_answer_limit,
    DNSUseCache: given.use_cache,
  };
}

function gossip({ config, runtime }: Facts): Section {
  const pool = (name: 'LAN' | 'WAN', given: AgentConfig['gossip_lan'] | AgentConfig['gossip_wan']): Section => ({
    [`Gossip${name}GossipInterval`]: span(given.gossip_interval),
    [`Gossip${name}GossipNodes`]: given.gossip_nodes,
    [`Gossip${name}ProbeInterval`]: span(given.probe_interval),
    [`Gossip${name}ProbeTimeout`]: span(given.probe_timeout),
    [`Gossip${name}RetransmitMult`]: given.retransmit_mult,
    [`Gossip${name}SuspicionMult`]: given.suspicion_mult,
  });
  return {
    ...pool('LAN', config.gossip_lan),
    ...pool('WAN', config.gossip_wan),
    AdvertiseReconnectTimeout: span(config.advertise_reconnect_timeout),
    DisableKeyringFile: config.disable_keyring_file,
    EncryptKey: config.encrypt ?? '',
    RPCProtocol: config.protocol,
    ReconnectTimeoutLAN: span(config.reconnect_timeout),
    ReconnectTimeoutWAN: span(config.reconnect_timeout_wan),
    RejoinAfterLeave: config.rejoin_after_leave,
    RetryJoinIntervalLAN: span(config.retry_interval),
    RetryJoinIntervalWAN: span(config.retry_interval_wan),
    RetryJoinLAN: runtime.retryJoin.map(hideProviderSecrets),
    RetryJoinMaxAttemptsLAN: config.retry_max,
    RetryJoinMaxAttemptsWAN: config.retry_max_wan,
    RetryJoinWAN: (runtime.wan?.retryJoin ?? []).map(hideProviderSecrets),
    SerfAllowedCIDRsLAN: config.serf_lan_allowed_cidrs,
    SerfAllowedCIDRsWAN: config.serf_wan_allowed_cidrs,
    StaticRuntimeConfig: {
      EncryptVerifyIncoming: config.encrypt_verify_incoming,
      EncryptVerifyOutgoing: config.encrypt_verify_outgoing,
    },
  };
}

/** `provider=… secret_key=…` entries keep their form, not their secrets. */
function hideProviderSecrets(entry: string): string {
  return entry.replaceAll(/(\S*(?:key|token|secret)\S*)=\S+/gi, '$1=hidden');
}

function raft({ config, runtime }: Facts): Section {
  const { autopilot, raft_logstore: store } = config;
  return {
    AutopilotCleanupDeadServers: autopilot.cleanup_dead_servers,
    AutopilotDisableUpgradeMigration: false,
    AutopilotLastContactThreshold: span(autopilot.last_contact_threshold),
    AutopilotMaxTrailingLogs: autopilot.max_trailing_logs,
    AutopilotMinQuorum: autopilot.min_quorum,
    AutopilotRedundancyZoneTag: '',
    AutopilotServerStabilizationTime: span(autopilot.server_stabilization_time),
    AutopilotUpgradeVersionTag: '',
    ConsulCoordinateUpdatePeriod: runtime.devMode ? '100ms' : '5s',
    ConsulRaftElectionTimeout: ms(runtime.raft.electionTimeoutMs),
    ConsulRaftHeartbeatTimeout: ms(runtime.raft.heartbeatTimeoutMs),
    ConsulRaftLeaderLeaseTimeout: ms(runtime.raft.leaderLeaseMs),
    ConsulServerHealthInterval: runtime.devMode ? '10ms' : '2s',
    RaftLogStoreConfig: {
      Backend: store.backend,
      BoltDB: { NoFreelistSync: false },
      DisableLogCache: store.disable_log_cache,
      Verification: { Enabled: store.verification.enabled, Interval: span(store.verification.interval) },
      WAL: { SegmentSize: store.wal.segment_size_mb * 1024 * 1024 },
    },
    RaftPreVoteDisabled: config.raft_prevote_disabled,
    RaftProtocol: config.raft_protocol,
    RaftSnapshotInterval: span(config.raft_snapshot_interval),
    RaftSnapshotThreshold: config.raft_snapshot_threshold,
    RaftTrailingLogs: config.raft_trailing_logs,
    ServerRejoinAgeMax: span(config.server_rejoin_age_max),
  };
}

const REQUEST_LIMIT_MODES = ['disabled', 'permissive', 'enforcing'];

function limits({ config }: Facts): Section {
  const { limits: given, performance } = config;
  return {
    Cache: {
      EntryFetchMaxBurst: config.cache.entry_fetch_max_burst,
      EntryFetchRate: rate(config.cache.entry_fetch_rate),
      Logger: null,
    },
    DefaultQueryTime: span(config.default_query_time),
    GRPCKeepaliveInterval: span(performance.grpc_keepalive_interval),
    GRPCKeepaliveTimeout: span(performance.grpc_keepalive_timeout),
    KVMaxValueSize: given.kv_max_value_size,
    LeaveDrainTime: span(performance.leave_drain_time),
    MaxQueryTime: span(config.max_query_time),
    RPCClientTimeout: span(given.rpc_client_timeout),
    RPCHandshakeTimeout: span(given.rpc_handshake_timeout),
    RPCHoldTimeout: span(performance.rpc_hold_timeout),
    RPCMaxBurst: given.rpc_max_burst,
    RPCMaxConnsPerClient: given.rpc_max_conns_per_client,
    RPCRateLimit: rate(given.rpc_rate),
    RequestLimitsMode: REQUEST_LIMIT_MODES.indexOf(given.request_limits.mode),
    RequestLimitsReadRate: rate(given.request_limits.read_rate),
    RequestLimitsWriteRate: rate(given.request_limits.write_rate),
    TxnMaxReqLen: given.txn_max_req_len,
    XDSUpdateRateLimit: config.xds.update_max_per_second,
  };
}

function behaviour({ config, runtime }: Facts): Section {
  return {
    AutoReloadConfig: config.auto_reload_config,
    CheckOutputMaxSize: config.check_output_max_size,
    CheckUpdateInterval: span(config.check_update_interval),
    ConfigEntryBootstrap: config.config_entries.bootstrap.map(() => ({})),
    DefaultIntentionPolicy: config.default_intention_policy ?? '',
    DisableAnonymousSignature: config.disable_anonymous_signature,
    DisableCoordinates: config.disable_coordinates,
    DisableHTTPUnprintableCharFilter: config.disable_http_unprintable_char_filter,
    DisableRemoteExec: config.disable_remote_exec,
    DiscardCheckOutput: config.discard_check_output,
    DiscoveryMaxStale: span(config.discovery_max_stale),
    EnableAgentTLSForChecks: config.enable_agent_tls_for_checks,
    EnableCentralServiceConfig: config.enable_central_service_config,
    EnableDebug: config.enable_debug,
    EnableLocalScriptChecks: runtime.enableLocalScriptChecks,
    EnableRemoteScriptChecks: config.enable_script_checks,
    LeaveOnTerm: runtime.leaveOnTerminate,
    Logging: {
      EnableSyslog: config.enable_syslog,
      LogFilePath: config.log_file ?? '',
      LogJSON: config.log_json,
      LogLevel: config.log_level,
      LogRotateBytes: config.log_rotate_bytes,
      LogRotateDuration: span(config.log_rotate_duration),
      LogRotateMaxFiles: config.log_rotate_max_files,
      Name: '',
      SyslogFacility: config.syslog_facility,
    },
    SessionTTLMin: span(config.session_ttl_min),
    SkipLeaveOnInt: runtime.skipLeaveOnInterrupt,
    TranslateWANAddrs: config.translate_wan_addrs,
    UseStreamingBackend: config.use_streaming_backend,
    Watches: config.watches.map(() => ({})),
  };
}

function mesh({ config, runtime }: Facts): Section {
  const { auto_encrypt: autoEncrypt, connect, ports } = config;
  return {
    AutoConfig: autoConfig(),
    AutoEncryptAllowTLS: autoEncrypt.allow_tls,
    AutoEncryptDNSSAN: autoEncrypt.dns_san,
    AutoEncryptIPSAN: autoEncrypt.ip_san,
    AutoEncryptTLS: autoEncrypt.tls,
    Cloud: {
      AuthURL: config.cloud.auth_url ?? '',
      ClientID: config.cloud.client_id ?? '',
      ClientSecret: '',
      Hostname: config.cloud.hostname ?? '',
      ManagementToken: '',
      NodeID: '',
      NodeName: runtime.nodeName,
      ResourceID: config.cloud.resource_id ?? '',
      ScadaAddress: config.cloud.scada_address ?? '',
      TLSConfig: null,
    },
    ConnectCAConfig: {},
    ConnectCAProvider: connect.ca_provider ?? '',
    ConnectEnabled: connect.enabled,
    ConnectMeshGatewayWANFederationEnabled: connect.enable_mesh_gateway_wan_federation,
    ConnectSidecarMaxPort: ports.sidecar_max_port,
    ConnectSidecarMinPort: ports.sidecar_min_port,
    ConnectTestCALeafRootChangeSpread: span(connect.test_ca_leaf_root_change_spread),
    EnableXDSLoadBalancing: true,
    Experiments: config.experiments,
    ExposeMaxPort: ports.expose_max_port,
    ExposeMinPort: ports.expose_min_port,
    PeeringEnabled: config.peering.enabled,
    PeeringTestAllowPeerRegistrations: config.peering.test_allow_peer_registrations,
    PrimaryGateways: config.primary_gateways,
    PrimaryGatewaysInterval: span(config.primary_gateways_interval),
    RPCConfig: { EnableStreaming: config.rpc.enable_streaming ?? runtime.server },
    TLS: {
      AutoTLS: autoEncrypt.tls,
      Domain: domainOf(config),
      EnableAgentTLSForChecks: config.enable_agent_tls_for_checks,
      GRPC: tlsStanza(runtime.tls.grpc),
      HTTPS: tlsStanza(runtime.tls.https),
      InternalRPC: tlsStanza(runtime.tls.internalRpc),
      NodeName: runtime.nodeName,
      ServerMode: runtime.server,
      ServerName: runtime.tls.serverName,
    },
  };
}

function tlsStanza(stanza: TlsStanza): Section {
  return {
    CAFile: stanza.caFile,
    CAPath: stanza.caPath,
    CertFile: stanza.certFile,
    CipherSuites: stanza.cipherSuites,
    KeyFile: '',
    TLSMinVersion: stanza.minVersion,
    UseAutoCert: stanza.useAutoCert,
    VerifyIncoming: stanza.verifyIncoming,
    VerifyOutgoing: stanza.verifyOutgoing,
    VerifyServerHostname: stanza.verifyServerHostname,
  };
}

function interfaces({ config, runtime }: Facts): Section {
  const { telemetry, ui_config: ui } = config;
  return {
    Telemetry: {
      AllowedPrefixes: runtime.telemetry.allowedPrefixes,
      BlockedPrefixes: runtime.telemetry.blockedPrefixes,
      CirconusAPIApp: telemetry.circonus_api_app ?? '',
      CirconusAPIToken: '',
      CirconusAPIURL: telemetry.circonus_api_url ?? '',
      CirconusBrokerID: telemetry.circonus_broker_id ?? '',
      CirconusBrokerSelectTag: telemetry.circonus_broker_select_tag ?? '',
      CirconusCheckDisplayName: telemetry.circonus_check_display_name ?? '',
      CirconusCheckForceMetricActivation: telemetry.circonus_check_force_metric_activation ?? '',
      CirconusCheckID: telemetry.circonus_check_id ?? '',
      CirconusCheckInstanceID: telemetry.circonus_check_instance_id ?? '',
      CirconusCheckSearchTag: telemetry.circonus_check_search_tag ?? '',
      CirconusCheckTags: telemetry.circonus_check_tags ?? '',
      CirconusSubmissionInterval: telemetry.circonus_submission_interval ?? '',
      CirconusSubmissionURL: telemetry.circonus_submission_url ?? '',
      Disable: false,
      DisableHostname: telemetry.disable_hostname,
      DisablePerTenancyUsageMetrics: telemetry.disable_per_tenancy_usage_metrics,
      DogstatsdAddr: telemetry.dogstatsd_addr ?? '',
      DogstatsdTags: telemetry.dogstatsd_tags,
      EnableHostMetrics: telemetry.enable_host_metrics,
      FilterDefault: telemetry.filter_default,
      MetricsPrefix: telemetry.metrics_prefix,
      PrometheusOpts: {
        CounterDefinitions: [],
        Expiration: span(telemetry.prometheus_retention_time),
        GaugeDefinitions: [],
        Name: telemetry.metrics_prefix,
        Registerer: null,
        SummaryDefinitions: [],
      },
      RetryFailedConfiguration: telemetry.retry_failed_connection,
      StatsdAddr: telemetry.statsd_address ?? '',
      StatsiteAddr: telemetry.statsite_address ?? '',
    },
    UIConfig: {
      ContentPath: runtime.ui.contentPath,
      DashboardURLTemplates: ui.dashboard_url_templates,
      Dir: ui.dir ?? '',
      Enabled: ui.enabled,
      HCPEnabled: false,
      MetricsProvider: ui.metrics_provider ?? '',
      MetricsProviderFiles: ui.metrics_provider_files,
      MetricsProviderOptionsJSON: ui.metrics_provider_options_json ?? '',
      MetricsProxy: {
        AddHeaders: (ui.metrics_proxy.add_headers ?? []).map(({ name, value }) => ({
          Name: name ?? '',
          Value: value ?? '',
        })),
        BaseURL: ui.metrics_proxy.base_url ?? '',
        PathAllowlist: ui.metrics_proxy.path_allowlist ?? [],
      },
    },
  };
}

/** Values that no setting changes, shown because tools of the stock agent's users print them. */
function fixed(): Section {
  return {
    AEInterval: '1m0s',
    AutoReloadConfigCoalesceInterval: '1s',
    BuildDate: BUILD_DATE,
    CheckDeregisterIntervalMin: '1m0s',
    CheckReapInterval: '30s',
    ConsulCoordinateUpdateBatchSize: 128,
    ConsulCoordinateUpdateMaxBatches: 5,
    DisableUpdateCheck: true,
    EnterpriseRuntimeConfig: {},
    LocalProxyConfigResyncInterval: '30s',
    Reporting: { License: { Enabled: false } },
    SegmentLimit: 64,
    SegmentName: '',
    SegmentNameLimit: 64,
    Segments: [],
    SyncCoordinateIntervalMin: '15s',
    SyncCoordinateRateTarget: 64,
  };
}
